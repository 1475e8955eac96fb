import type { Handlers } from "../call.ts";
import { accountHandlers } from "./account.ts";
import { appHandlers } from "./apps.ts";
import { appSettingsHandlers } from "./app_settings.ts";
import { backupHandlers } from "./backups.ts";
import { credentialHandlers } from "./credentials.ts";
import { gitHandlers } from "./git.ts";
import { listHandlers } from "./lists.ts";
import { monitoringHandlers } from "./monitoring.ts";
import { operationHandlers } from "./operations.ts";
import { securityHandlers } from "./security.ts";
import { serverHandlers } from "./servers.ts";
import { serverSettingsHandlers } from "./server_settings.ts";
import { serviceHandlers } from "./services.ts";

/** What is modelled; all else answers its documented example. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...appHandlers,
  ...appSettingsHandlers,
  ...backupHandlers,
  ...credentialHandlers,
  ...gitHandlers,
  ...listHandlers,
  ...monitoringHandlers,
  ...operationHandlers,
  ...securityHandlers,
  ...serverHandlers,
  ...serverSettingsHandlers,
  ...serviceHandlers,
};
