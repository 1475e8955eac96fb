/** Toolsets in words for people. */
/** What toolsets are about. One that is missing here is shown under its name. */
const SUBJECTS: Readonly<Record<string, string>> = {
  basic: "Overview: servers, applications, alerts",
  servers: "Servers: start, stop, services, backups, size",
  apps: "Applications: settings, domains, backups, caches, traffic",
  security: "Security: certificates, access by address, Git",
  sites: "Websites: PHP, web server and cron settings",
  staging: "Staging copies and their synchronisation",
  server_config: "Server settings and packages",
  updates: "WordPress updates",
  provisioning: "Ordering and deleting servers and applications",
  cloudflare: "Cloudflare",
  dns: "DNS records",
  protection: "Malware protection",
  access: "Users and passwords of applications",
  addons: "Add-ons",
  alerts: "Alert channels",
  queues: "Queues",
  team: "Team members",
};

/** What a toolset is about, in words. */
export function subjectOf(toolset: string): string {
  return SUBJECTS[toolset] ?? toolset;
}
