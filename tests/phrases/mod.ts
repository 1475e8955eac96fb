import { accessPhrases } from "./access.ts";
import { addonsPhrases } from "./addons.ts";
import { alertsPhrases } from "./alerts.ts";
import { appsPhrases } from "./apps.ts";
import { basicPhrases } from "./basic.ts";
import { cloudflarePhrases } from "./cloudflare.ts";
import { dnsPhrases } from "./dns.ts";
import { protectionPhrases } from "./protection.ts";
import { provisioningPhrases } from "./provisioning.ts";
import { queuesPhrases } from "./queues.ts";
import type { PhraseRow } from "./row.ts";
import { securityPhrases } from "./security.ts";
import { serverConfigPhrases } from "./server_config.ts";
import { serversPhrases } from "./servers.ts";
import { sitesPhrases } from "./sites.ts";
import { stagingPhrases } from "./staging.ts";
import { updatesPhrases } from "./updates.ts";

/** Phrases for what people do every day. */
export const dailyPhrases: readonly PhraseRow[] = [
  ...basicPhrases,
  ...serversPhrases,
  ...appsPhrases,
  ...securityPhrases,
  ...sitesPhrases,
  ...stagingPhrases,
  ...serverConfigPhrases,
  ...updatesPhrases,
  ...accessPhrases,
];

/** Phrases for the rest. */
export const furtherPhrases: readonly PhraseRow[] = [
  ...provisioningPhrases,
  ...cloudflarePhrases,
  ...dnsPhrases,
  ...protectionPhrases,
  ...addonsPhrases,
  ...alertsPhrases,
  ...queuesPhrases,
];
