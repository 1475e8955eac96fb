import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const dnsPhrases: readonly PhraseRow[] = [
  ["which zones do we host", "list_dns_domains"],
  ["show the zone of example.com", "get_dns_domain"],
  ["which nameservers do I enter at my registrar", "get_dns_domain"],
  ["host the zone of my domain with you", "add_dns_domains"],
  ["manage my nameservers at Cloudways", "add_dns_domains"],
  ["remove a zone", "delete_dns_domains"],
  ["new MX entry for Google Workspace", "add_dns_records"],
  ["point a subdomain to another IP with an A entry", "add_dns_records"],
  ["create a TXT entry for SPF", "add_dns_records"],
  ["lower the TTL", "update_dns_record"],
  ["the A entry must point to the new IP", "update_dns_record"],
  ["take the old MX entries out", "delete_dns_records"],
  ["what CNAME do I need for *.example.com", "prepare_wildcard_dns"],
  ["is the CNAME for the star certificate visible yet", "check_wildcard_dns"],
  ["DNS", "add_dns_records", "get_dns_domain", "list_dns_domains"],
];
