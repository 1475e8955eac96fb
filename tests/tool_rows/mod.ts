import type { Sandbox } from "../sandbox/mod.ts";
import { accessTeamRows } from "./access_team.ts";
import { accessUsersRows } from "./access_users.ts";
import { addonsRows } from "./addons.ts";
import { alertsRows } from "./alerts.ts";
import { aliasesRows, appsRows } from "./apps.ts";
import { basicRows } from "./basic.ts";
import { cloudflareRows } from "./cloudflare.ts";
import { discoveryRows } from "./discovery.ts";
import { dnsRows } from "./dns.ts";
import { protectionRows } from "./protection.ts";
import { provisioningRows } from "./provisioning.ts";
import { queuesRows } from "./queues.ts";
import { plansRows } from "./plans.ts";
import type { ToolRow } from "./row.ts";
import { securityRows } from "./security.ts";
import { serverConfigRows } from "./server_config.ts";
import { serversRows } from "./servers.ts";
import { sitesRows } from "./sites.ts";
import { stagingRows } from "./staging.ts";
import { updatesRows } from "./updates.ts";

/** Every tool's row. A tool without one fails the tests. */
export const toolRows: readonly ToolRow[] = [
  ...basicRows,
  ...plansRows,
  ...serversRows,
  ...appsRows,
  ...securityRows,
  ...discoveryRows,
  ...stagingRows,
  ...updatesRows,
  ...sitesRows,
  ...serverConfigRows,
  ...accessUsersRows,
  ...accessTeamRows,
  ...aliasesRows,
  ...queuesRows,
  ...protectionRows,
  ...cloudflareRows,
  ...dnsRows,
  ...addonsRows,
  ...alertsRows,
  // Last, because they delete what the others work on.
  ...provisioningRows,
];

/**
 * Brings a sandbox into a state in which every row's call works, as the demonstration and the documented examples are.
 *
 * @param last The row whose call has to work where two rows need different states.
 */
export function setUpForEveryTool(sandbox: Sandbox, last?: ToolRow): void {
  for (const row of toolRows) if (row !== last) row.setUp?.(sandbox);
  last?.setUp?.(sandbox);
}
