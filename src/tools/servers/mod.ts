/** The tools for servers: their life cycle, disk, services, settings and figures. */
import type { Tool } from "../define/tool.ts";
import { diskTools } from "./disk.ts";
import { lifeCycleTools } from "./life_cycle.ts";
import { monitoringTools } from "./monitoring.ts";
import { servicesTools } from "./services.ts";
import { settingsTools } from "./settings.ts";

/** Every tool of this toolset. */
export const serversTools: readonly Tool[] = [
  ...lifeCycleTools,
  ...settingsTools,
  ...diskTools,
  ...servicesTools,
  ...monitoringTools,
];
