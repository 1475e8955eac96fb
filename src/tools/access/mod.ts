/** The tools for who gets in: users, passwords, SSH keys, projects and team members. */
import type { Tool } from "../define/tool.ts";
import { masterUserTools } from "./master_user.ts";
import { membersTools } from "./members.ts";
import { passwordsTools } from "./passwords.ts";
import { projectsTools } from "./projects.ts";
import { sshKeysTools } from "./ssh_keys.ts";
import { usersTools } from "./users.ts";

/** Every tool of this toolset. */
export const accessTools: readonly Tool[] = [
  ...usersTools,
  ...passwordsTools,
  ...masterUserTools,
  ...sshKeysTools,
  ...projectsTools,
  ...membersTools,
];
