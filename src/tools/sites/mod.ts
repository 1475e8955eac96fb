/** The tools for what runs a site: its PHP, caches, cron jobs, settings and access. */
import type { Tool } from "../define/tool.ts";
import { accessTools } from "./access.ts";
import { corsTools } from "./cors.ts";
import { cronJobsTools } from "./cron_jobs.ts";
import { foldersTools } from "./folders.ts";
import { phpSettingsTools } from "./php_settings.ts";
import { reportsTools } from "./reports.ts";
import { settingsTools } from "./settings.ts";
import { varnishRulesTools } from "./varnish_rules.ts";

/** Every tool of this toolset. */
export const sitesTools: readonly Tool[] = [
  ...phpSettingsTools,
  ...varnishRulesTools,
  ...cronJobsTools,
  ...settingsTools,
  ...accessTools,
  ...foldersTools,
  ...corsTools,
  ...reportsTools,
];
