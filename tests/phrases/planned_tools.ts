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
