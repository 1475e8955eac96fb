import { accessTeamCases } from "./access_team.ts";
import { accessUsersCases } from "./access_users.ts";
import { addonsCases } from "./addons.ts";
import { alertsCases } from "./alerts.ts";
import { appsCases } from "./apps.ts";
import type { ToolCases } from "./case.ts";
import { certificatesCases } from "./certificates.ts";
import { cloudflareCases } from "./cloudflare.ts";
import { dnsCases } from "./dns.ts";
import { protectionCases } from "./protection.ts";
import { provisioningCases } from "./provisioning.ts";
import { queuesCases } from "./queues.ts";
import { plansCases } from "./plans.ts";
import { securityCases } from "./security.ts";
import { serverConfigCases } from "./server_config.ts";
import { serversCases } from "./servers.ts";
import { sitesCases } from "./sites.ts";
import { stagingCases } from "./staging.ts";
import { updatesCases } from "./updates.ts";

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
  ...provisioningCases,
  ...queuesCases,
  ...protectionCases,
  ...cloudflareCases,
  ...dnsCases,
  ...addonsCases,
  ...alertsCases,
};
