/** The tools for Cloudflare Enterprise, the CDN that Cloudways sells as an add-on. */
import type { Tool } from "../define/tool.ts";
import { analyticsTools } from "./analytics.ts";
import { cacheTools } from "./cache.ts";
import { domainsTools } from "./domains.ts";
import { overviewTools } from "./overview.ts";
import { ownershipTools } from "./ownership.ts";
import { settingsTools } from "./settings.ts";

/** Every tool of this toolset. */
export const cloudflareTools: readonly Tool[] = [
  ...overviewTools,
  ...domainsTools,
  ...ownershipTools,
  ...cacheTools,
  ...settingsTools,
  ...analyticsTools,
];
