import { basicTools } from "./basic.ts";
import type { Tool } from "./tool.ts";

/** Every tool there is. */
export const allTools: readonly Tool[] = [...basicTools];
