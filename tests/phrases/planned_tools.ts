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
  cloudflare: `
get_app_cloudflare | R | Cloudflare of an application | Shows the domains of an application that are on Cloudflare Enterprise, their state and settings.
add_cloudflare_domain | D | Add a domain to Cloudflare | Puts a domain of an application on Cloudflare Enterprise. Cloudways bills it. A person has to approve it.
remove_cloudflare_domains | D | Take domains off Cloudflare | Takes domains of an application off Cloudflare Enterprise. A person has to approve it.
move_cloudflare_domains | D | Move Cloudflare domains | Moves Cloudflare domains from one application to another. A person has to approve it.
check_cloudflare_domain | R | DNS of a Cloudflare domain | Shows the TXT records to publish for a Cloudflare domain, and how its DNS resolves now.
verify_cloudflare_domain | W | Verify a Cloudflare domain | Has Cloudways verify the ownership of a domain added to Cloudflare, after its TXT records were published.
purge_cloudflare_cache | W | Purge Cloudflare's cache | Clears what Cloudflare has cached of an application's domains, everywhere.
deploy_smart_cache_purge | W | Smart cache purge | Installs smart cache purge, which clears Cloudflare's edge cache by itself when content changes.
update_cloudflare_settings | W | Cloudflare settings | Changes Cloudflare settings of an application: edge caching, image optimization (Polish, Mirage), minification, under attack mode, WAF. Asks where a protection is switched off.
get_cloudflare_analytics | R | Cloudflare statistics | Reports Cloudflare's figures of a domain: cache hits, requests, security and its events.`,

  dns: `
list_dns_domains | R | DNS domains | Lists the domains whose DNS is hosted with the add-on DNS Made Easy.
get_dns_domain | R | DNS records of a domain | Shows a domain's delegation (name servers), usage and all its DNS records.
add_dns_domains | D | Add domains to DNS | Adds domains to the DNS add-on, so that their records can be managed here. A person has to approve it.
delete_dns_domains | D | Delete DNS domains | Deletes a domain with all its records from the DNS add-on for good. A person has to type it.
add_dns_records | W | Add DNS records | Adds records to a domain: A, AAAA, CNAME, MX with its level, TXT, SRV, CAA.
update_dns_record | D | Change a DNS record | Changes value or TTL of one DNS record. A person has to approve it.
delete_dns_records | D | Delete DNS records | Deletes DNS records of a domain. A person has to approve it.
prepare_wildcard_dns | W | Prepare a wildcard certificate | Makes the CNAME record that a Let's Encrypt wildcard certificate needs and says what to publish.
check_wildcard_dns | R | Check a wildcard's DNS | Says whether the CNAME record for a wildcard certificate is published and right.`,

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
