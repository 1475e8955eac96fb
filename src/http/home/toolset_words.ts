import type { Toolset } from "../../identity/toolsets.ts";

/** What each toolset is about, for people. */
export const TOOLSET_WORDS: Readonly<Record<Toolset, string>> = {
  basic: "The account at a glance",
  servers: "Servers",
  apps: "Applications",
  security: "Certificates, Git, and who gets in",
  discovery: "Finding tools",
  sites: "Domains, PHP and settings of a site",
  staging: "Staging copies",
  server_config: "Settings, packages and backups of a server",
  updates: "WordPress updates",
  access: "SFTP users, passwords, projects and team",
  provisioning: "Making, resizing and deleting",
  cloudflare: "Cloudflare Enterprise",
  dns: "DNS records",
  protection: "Malware and firewall",
  addons: "Add-ons and e-mail",
  alerts: "Alerts",
  queues: "Queues",
};
