import { accessTeamCases } from "./access_team.ts";
import { accessUsersCases } from "./access_users.ts";
import { appsCases } from "./apps.ts";
import type { ToolCases } from "./case.ts";
import { certificatesCases } from "./certificates.ts";
import { plansCases } from "./plans.ts";
import { securityCases } from "./security.ts";
import { serverConfigCases } from "./server_config.ts";
import { serversCases } from "./servers.ts";
import { stagingCases } from "./staging.ts";
import { updatesCases } from "./updates.ts";
import { sitesCases } from "./sites.ts";

export { answers, APP, type Change, GIT_URL } from "./case.ts";

/** Every tool that changes something, and the one that has Cloudways call a host: when a person is asked. */
export const askCases: Record<string, ToolCases> = {
  ...plansCases,
  ...serversCases,
  ...appsCases,
  ...certificatesCases,
  ...securityCases,
  ...stagingCases,
  ...updatesCases,
  ...sitesCases,
  ...serverConfigCases,
  ...accessUsersCases,
  ...accessTeamCases,
};
