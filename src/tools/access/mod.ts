/** The tools for who gets in: users, passwords, SSH keys, projects and team members. */
import type { Tool } from "../define/tool.ts";
import { membersTools } from "./members.ts";
import { projectsTools } from "./projects.ts";

/** Every tool of this toolset. */
export const accessTools: readonly Tool[] = [...projectsTools, ...membersTools];
