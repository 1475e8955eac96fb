/** The tools for who gets in: users, passwords, SSH keys, projects and team members. */
import type { Tool } from "../define/tool.ts";

/** Every tool of this toolset. */
export const accessTools: readonly Tool[] = [];
