/** The tools for staging copies of live applications. */
import type { Tool } from "../define/tool.ts";
import { createTools } from "./create.ts";
import { listTools } from "./list.ts";
import { passwordTools } from "./password.ts";
import { promptTools } from "./prompt.ts";
import { syncTools } from "./sync.ts";

/** Every tool of this toolset. */
export const stagingTools: readonly Tool[] = [
  ...listTools,
  ...createTools,
  ...syncTools,
  ...promptTools,
  ...passwordTools,
];
