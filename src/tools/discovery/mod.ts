import type { Tool } from "../define/tool.ts";
import { callTools } from "./call_tools.ts";
import { findTools } from "./find_tools.ts";

/** The tools that find and call the tools of all toolsets. */
export const discoveryTools: readonly Tool[] = [findTools, ...callTools];
