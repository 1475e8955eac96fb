import type { Handlers } from "../call.ts";
import { addonHandlers } from "./addons.ts";
import { alertChannelHandlers } from "./alert_channels.ts";
import { alertHandlers } from "./alerts.ts";
import { appAccessHandlers } from "./app_access.ts";
import { appProtectionHandlers } from "./app_protection.ts";
import { appUserHandlers } from "./app_users.ts";
import { appHandlers } from "./apps.ts";
import { backupHandlers } from "./backups.ts";
import { cloudflareHandlers } from "./cloudflare.ts";
import { copyHandlers } from "./copies.ts";
import { copilotHandlers } from "./copilot.ts";
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
import { queueHandlers } from "./queues.ts";
import { scheduleHandlers } from "./schedules.ts";
import { securityHandlers } from "./security.ts";
import { serverProtectionHandlers } from "./server_protection.ts";
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

/** The operations that are modelled. All others answer with their documented example. */
export const handlers: Handlers = {
  ...addonHandlers,
  ...alertChannelHandlers,
  ...alertHandlers,
  ...appAccessHandlers,
  ...appProtectionHandlers,
  ...appUserHandlers,
  ...appHandlers,
  ...backupHandlers,
  ...cloudflareHandlers,
  ...copyHandlers,
  ...copilotHandlers,
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
  ...queueHandlers,
  ...scheduleHandlers,
  ...securityHandlers,
  ...serverProtectionHandlers,
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
