import type { Effect } from "../../src/tools/define/tool.ts";

/** A tool as the search reads it. */
export interface PlannedTool {
  name: string;
  title: string;
  description: string;
  toolset: string;
  effect: Effect;
}

const EFFECTS: Readonly<Record<string, Effect>> = { R: "read", W: "write", D: "destructive" };

/**
 * Tools that are planned and not built yet, one a line: name, effect, title, description. When a tool is built, delete
 * its line: a test fails while it stands in both places.
 */
const PLANNED: Readonly<Record<string, string>> = {
  provisioning: `
create_server | D | Create a server | Launches a new server at a cloud provider, in a region and size, with a first application. Cloudways bills it. A person has to approve it.
clone_server | D | Copy a server | Makes a copy of a whole server with all its applications. Cloudways bills it. A person has to approve it.
resize_server | D | Resize a server | Changes the size of a server: processors, memory, plan. It restarts. Cloudways bills it. A person has to approve it.
resize_server_volume | D | Enlarge a server's volume | Enlarges the disk volume of a server on Amazon or Google Cloud. Cloudways bills it. A person has to approve it.
set_server_block_storage | D | Block storage | Attaches block storage to a DigitalOcean server, or changes its size. Cloudways bills it. A person has to approve it.
rename_server | W | Rename a server | Changes the label of a server.
delete_server | D | Delete a server | Deletes a server with all its applications and backups for good. A person has to type its label.
create_app | W | Create an application | Installs a new application on a server: WordPress, WooCommerce, Magento, Laravel, PHP.
clone_app_to_server | W | Copy an application to another server | Makes a copy of an application, files and database, on another server of the account.
rename_app | W | Rename an application | Changes the label of an application.
delete_app | D | Delete an application | Deletes an application, its files, database and backups for good. A person has to type its label.
offer_server_transfer | D | Offer a server to another account | Offers a server to another Cloudways account by e-mail: ownership and billing go over. A person has to type its label.
get_server_transfer | R | State of a server transfer | Shows whether a server was offered to another account, and what became of it.
cancel_server_transfer | W | Withdraw a server transfer | Withdraws the offer of a server to another account.`,

  protection: `
get_app_protection | R | Protection of an application | Shows whether malware protection is on for an application, with its incidents and events.
set_app_protection | D | Switch malware protection | Orders or cancels malware protection (Imunify360) for an application. Cloudways bills it. A person has to approve it.
list_app_scans | R | Malware scans | Lists the malware scans of an application and their results.
start_app_scan | W | Start a malware scan | Starts a malware scan of an application's files and database now.
get_app_scan | R | One malware scan | Shows the state and result of one malware scan.
list_infected_files | R | Infected files | Lists the infected files of an application and what was done: cleaned, quarantined or nothing.
restore_quarantined_files | D | Restore files from quarantine | Puts files that the malware protection cleaned or quarantined back as they were. A person has to approve it.
update_app_ip_rules | D | Address rules of an application | Blocks or allows visitors' IP addresses for one application. A person has to approve it.
list_protected_apps | R | Protected applications | Lists which applications of a server have malware protection.
list_server_incidents | R | Security incidents of a server | Lists the attacks and incidents that a server's firewall recorded.
get_server_protection_stats | R | Protection figures of a server | Reports counts of blocked attacks and cleaned files of a server.
get_server_ip_rules | R | Firewall rules of a server | Shows which IP addresses and countries a server's firewall blocks or allows.
update_server_ip_rules | D | Change firewall addresses | Blocks or allows IP addresses for all applications of a server. A person has to approve it.
update_server_country_blocks | D | Block countries | Blocks or unblocks all visitors of a country on a server. A person has to approve it.
list_infected_domains | R | Blacklisted domains | Lists the domains of a server that reputation lists (Google Safe Browsing and others) report.
refresh_infected_domains | W | Check domains' reputation | Has the reputation of a server's domains checked again now.
get_firewall_settings | R | Firewall settings | Shows the settings of a server's firewall: protection against brute force, web application firewall, limits.
update_firewall_settings | D | Change firewall settings | Changes settings of a server's firewall: protection against brute force, web application firewall (WAF), limits. A person has to approve it.`,

  addons: `
list_addons | R | Add-ons | Lists the add-ons of Cloudways with their prices and which are active.
activate_addon | D | Order an add-on | Orders an add-on for the account, such as DNS, outgoing e-mail (SMTP) or priority support. Cloudways bills it. A person has to approve it.
change_addon_package | D | Change an add-on's package | Moves an add-on to another package at another price. Cloudways bills it. A person has to approve it.
deactivate_addon | D | Cancel an add-on | Cancels an add-on of the account. A person has to approve it.
set_server_addon | D | Add-on of a server | Switches an add-on on or off for one server, such as outgoing e-mail (SMTP). A person has to approve it.
request_app_addon | D | Add-on of an application | Requests an add-on for one application, such as an application upgrade or migration. Cloudways may bill it. A person has to approve it.
list_email_domains | R | Sending domains | Lists the domains that may send e-mail through the Elastic Email add-on, and whether they are verified.
verify_email_domain | W | Verify a sending domain | Has the SPF, DKIM and tracking records of a sending domain checked.
delete_email_domain | D | Delete a sending domain | Deletes a domain from the Elastic Email add-on. A person has to approve it.`,

  alerts: `
mark_alerts_read | W | Mark alerts as read | Marks one alert of the account, or all, as read.
list_alert_channels | R | Alert channels | Lists where alerts are sent: e-mail, Slack, HipChat, webhooks, with channel and event types.
create_alert_channel | D | Add an alert channel | Sends alerts to a further place: an e-mail address, a Slack channel or a webhook. A person has to approve it.
update_alert_channel | D | Change an alert channel | Changes where an alert channel sends to, or which events it sends. A person has to approve it.
delete_alert_channel | D | Delete an alert channel | Stops alerts to one place. A person has to approve it.
list_insights | R | Copilot insights | Lists what Cloudways Copilot found: problems of servers and applications with their causes, and counts.
get_insight | R | One Copilot insight | Shows one insight of Cloudways Copilot: what happened, why, and how to fix it.
get_copilot_subscription | R | Copilot subscription | Shows the Copilot plans, the subscribed one, its billing and the servers for which it is off.
change_copilot_subscription | D | Change the Copilot subscription | Orders, changes or cancels the Copilot plan. Cloudways bills it. A person has to approve it.
set_server_insights | W | Insights of a server | Switches Copilot insights for a server on or off. Off asks first.`,

  queues: `
list_queues | R | Supervisor queues | Lists the Supervisord queues of an application: background workers with the state of each process.
create_queue | W | Create a queue | Creates a Supervisord queue of an application: a worker process that keeps running.
restart_queue | D | Restart a queue | Restarts the worker processes of a Supervisord queue. A person has to approve it.
delete_queue | D | Delete a queue | Deletes a Supervisord queue and stops its workers. A person has to approve it.`,
};

/** The planned tools, in the order above. */
export const plannedTools: readonly PlannedTool[] = Object.entries(PLANNED).flatMap(([toolset, lines]) =>
  lines.trim().split("\n").map((line) => plannedTool(toolset, line))
);

function plannedTool(toolset: string, line: string): PlannedTool {
  const [name, letter, title, description] = line.split(" | ");
  const effect = EFFECTS[letter ?? ""];
  if (name === undefined || effect === undefined || title === undefined || description === undefined) {
    throw new Error(`not a planned tool: ${line}`);
  }
  return { name, title, description, toolset, effect };
}
