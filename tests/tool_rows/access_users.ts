import type { ToolRow } from "./row.ts";

/** The rows of the tools for users, passwords and SSH keys. */
export const accessUsersRows: readonly ToolRow[] = [];
