import type { Handlers } from "../call.ts";
import { alertHandlers } from "./alerts.ts";
import { appAccessHandlers } from "./app_access.ts";
import { appUserHandlers } from "./app_users.ts";
import { appHandlers } from "./apps.ts";
import { backupHandlers } from "./backups.ts";
import { cloudflareHandlers } from "./cloudflare.ts";
import { copyHandlers } from "./copies.ts";
import { cronHandlers } from "./cron.ts";
import { diskHandlers } from "./disk.ts";
import { dnsHandlers } from "./dns.ts";
import { domainHandlers } from "./domains.ts";
import { gitHandlers } from "./git.ts";
import { listHandlers } from "./lists.ts";
import { memberHandlers } from "./members.ts";
import { monitoringHandlers } from "./monitoring.ts";
import { newServerHandlers } from "./new_servers.ts";
import { operationHandlers } from "./operations.ts";
import { packageHandlers } from "./packages.ts";
import { passwordHandlers } from "./passwords.ts";
import { phpHandlers } from "./php.ts";
import { projectHandlers } from "./projects.ts";
import { scheduleHandlers } from "./schedules.ts";
import { securityHandlers } from "./security.ts";
import { serverHandlers } from "./servers.ts";
import { serviceHandlers } from "./services.ts";
import { settingsHandlers } from "./settings.ts";
import { sizeHandlers } from "./sizes.ts";
import { sshKeyHandlers } from "./ssh_keys.ts";
import { stagingHandlers } from "./staging.ts";
import { switchHandlers } from "./switches.ts";
import { transferHandlers } from "./transfers.ts";
import { updateHandlers } from "./updates.ts";
import { varnishHandlers } from "./varnish.ts";
import { vulnerabilityHandlers } from "./vulnerabilities.ts";

/** What is modelled; all else answers its documented example. */
export const handlers: Handlers = {
  ...alertHandlers,
  ...appAccessHandlers,
  ...appUserHandlers,
  ...appHandlers,
  ...backupHandlers,
  ...cloudflareHandlers,
  ...copyHandlers,
  ...cronHandlers,
  ...diskHandlers,
  ...dnsHandlers,
  ...domainHandlers,
  ...gitHandlers,
  ...listHandlers,
  ...memberHandlers,
  ...monitoringHandlers,
  ...newServerHandlers,
  ...operationHandlers,
  ...packageHandlers,
  ...passwordHandlers,
  ...phpHandlers,
  ...projectHandlers,
  ...scheduleHandlers,
  ...securityHandlers,
  ...serverHandlers,
  ...serviceHandlers,
  ...settingsHandlers,
  ...sizeHandlers,
  ...sshKeyHandlers,
  ...stagingHandlers,
  ...switchHandlers,
  ...transferHandlers,
  ...updateHandlers,
  ...varnishHandlers,
  ...vulnerabilityHandlers,
};
