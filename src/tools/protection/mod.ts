/** The tools of the Security Suite: malware protection, and the firewall of a server. */
import type { Tool } from "../define/tool.ts";
import { appIpRulesTools } from "./app_ip_rules.ts";
import { appProtectionTools } from "./app_protection.ts";
import { countriesTools } from "./countries.ts";
import { filesTools } from "./files.ts";
import { firewallTools } from "./firewall.ts";
import { infectedDomainsTools } from "./infected_domains.ts";
import { scansTools } from "./scans.ts";
import { serverIpRulesTools } from "./server_ip_rules.ts";
import { serverReportsTools } from "./server_reports.ts";

/** Every tool of this toolset. */
export const protectionTools: readonly Tool[] = [
  ...appProtectionTools,
  ...scansTools,
  ...filesTools,
  ...appIpRulesTools,
  ...serverReportsTools,
  ...serverIpRulesTools,
  ...countriesTools,
  ...infectedDomainsTools,
  ...firewallTools,
];
