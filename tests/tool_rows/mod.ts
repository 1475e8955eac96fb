import { accessTeamRows } from "./access_team.ts";
import { accessUsersRows } from "./access_users.ts";
import { aliasesRows, appsRows } from "./apps.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import { basicRows } from "./basic.ts";
import { discoveryRows } from "./discovery.ts";
import { plansRows } from "./plans.ts";
import type { ToolRow } from "./row.ts";
import { securityRows } from "./security.ts";
import { serverConfigRows } from "./server_config.ts";
import { serversRows } from "./servers.ts";
import { stagingRows } from "./staging.ts";
import { updatesRows } from "./updates.ts";
import { sitesRows } from "./sites.ts";

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
];

/** Brings a sandbox into a state in which every row's call works, as the demonstration and the documented examples are. */
export function setUpForEveryTool(sandbox: Sandbox): void {
  for (const row of toolRows) row.setUp?.(sandbox);
}
