/** The tools that make, change and delete servers and applications. Many of them cost money, or are for good. */
import type { Tool } from "../define/tool.ts";
import { cloneServerTools } from "./clone_server.ts";
import { createServerTools } from "./create_server.ts";
import { deletionsTools } from "./deletions.ts";
import { disksTools } from "./disks.ts";
import { labelsTools } from "./labels.ts";
import { newAppsTools } from "./new_apps.ts";
import { resizeTools } from "./resize.ts";
import { transfersTools } from "./transfers.ts";

/** Every tool of this toolset. */
export const provisioningTools: readonly Tool[] = [
  ...createServerTools,
  ...cloneServerTools,
  ...resizeTools,
  ...disksTools,
  ...labelsTools,
  ...newAppsTools,
  ...deletionsTools,
  ...transfersTools,
];
