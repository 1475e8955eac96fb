import type { ToolCases } from "./case.ts";

/** The tools for users, passwords and SSH keys. */
export const accessUsersCases: Record<string, ToolCases> = {};
