import type { Toolset } from "../identity/toolsets.ts";
import { accessTools } from "./access/mod.ts";
import { addonsTools } from "./addons/mod.ts";
import { alertsTools } from "./alerts/mod.ts";
import { appsTools } from "./apps/mod.ts";
import { basicTools } from "./basic/mod.ts";
import { cloudflareTools } from "./cloudflare/mod.ts";
import type { Tool } from "./define/tool.ts";
import { discoveryTools } from "./discovery/mod.ts";
import { dnsTools } from "./dns/mod.ts";
import { protectionTools } from "./protection/mod.ts";
import { provisioningTools } from "./provisioning/mod.ts";
import { queuesTools } from "./queues/queues.ts";
import { securityTools } from "./security/mod.ts";
import { serverConfigTools } from "./server_config/mod.ts";
import { serversTools } from "./servers/mod.ts";
import { sitesTools } from "./sites/mod.ts";
import { stagingTools } from "./staging/mod.ts";
import { updatesTools } from "./updates/mod.ts";

/** The tools of each toolset. */
const TOOLS: Readonly<Record<Toolset, readonly Tool[]>> = {
  basic: basicTools,
  servers: serversTools,
  apps: appsTools,
  security: securityTools,
  discovery: discoveryTools,
  sites: sitesTools,
  staging: stagingTools,
  server_config: serverConfigTools,
  updates: updatesTools,
  access: accessTools,
  provisioning: provisioningTools,
  cloudflare: cloudflareTools,
  dns: dnsTools,
  protection: protectionTools,
  addons: addonsTools,
  alerts: alertsTools,
  queues: queuesTools,
};

/** Every tool there is. */
export const allTools: readonly Tool[] = Object.values(TOOLS).flat();
