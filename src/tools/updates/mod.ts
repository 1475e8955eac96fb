/** The tools for updates of WordPress, and for its known vulnerabilities. */
import type { Tool } from "../define/tool.ts";
import { pendingTools } from "./pending.ts";
import { settingsTools } from "./settings.ts";
import { vulnerabilitiesTools } from "./vulnerabilities.ts";

/** Every tool of this toolset. */
export const updatesTools: readonly Tool[] = [...pendingTools, ...settingsTools, ...vulnerabilitiesTools];
