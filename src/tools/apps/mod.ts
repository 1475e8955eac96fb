/** The tools for applications: copies, backups, caches, domains, and what their visitors and code cost. */
import type { Tool } from "../define/tool.ts";
import { aliasesTools } from "./aliases.ts";
import { analyticsTools } from "./analytics.ts";
import { backupsTools } from "./backups.ts";
import { cachesTools } from "./caches.ts";
import { copiesTools } from "./copies.ts";
import { domainListTools } from "./domain_list.ts";
import { domainsTools } from "./domains.ts";
import { settingsTools } from "./settings.ts";

/** Every tool of this toolset. */
export const appsTools: readonly Tool[] = [
  ...copiesTools,
  ...backupsTools,
  ...cachesTools,
  ...settingsTools,
  ...domainListTools,
  ...domainsTools,
  ...aliasesTools,
  ...analyticsTools,
];
