/** The tools that configure servers: settings, packages, backups, maintenance and clean-ups. */
import type { Tool } from "../define/tool.ts";
import { cleanupTools } from "./cleanup.ts";
import { localBackupsTools } from "./local_backups.ts";
import { maintenanceTools } from "./maintenance.ts";
import { packagesTools } from "./packages.ts";
import { scheduleTools } from "./schedule.ts";
import { settingsTools } from "./settings.ts";
import { settingValuesTools } from "./setting_values.ts";
import { snapshotsTools } from "./snapshots.ts";

/** Every tool of this toolset. */
export const serverConfigTools: readonly Tool[] = [
  ...settingValuesTools,
  ...settingsTools,
  ...packagesTools,
  ...maintenanceTools,
  ...scheduleTools,
  ...snapshotsTools,
  ...localBackupsTools,
  ...cleanupTools,
];
