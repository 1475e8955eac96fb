import type { ToolCases } from "./case.ts";

/** The tools for projects and team members. */
export const accessTeamCases: Record<string, ToolCases> = {};
