/** The tools for updates of WordPress, and for its known vulnerabilities. */
import type { Tool } from "../define/tool.ts";

/** Every tool of this toolset. */
export const updatesTools: readonly Tool[] = [];
