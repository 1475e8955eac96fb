import type { Tool } from "./tool.ts";

/** The tools of this category. */
export const serversTools: readonly Tool[] = [];
