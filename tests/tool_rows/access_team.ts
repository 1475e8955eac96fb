import type { ToolRow } from "./row.ts";

/** The rows of the tools for projects and team members. */
export const accessTeamRows: readonly ToolRow[] = [];
