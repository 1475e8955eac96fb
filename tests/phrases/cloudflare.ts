import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const cloudflarePhrases: readonly PhraseRow[] = [
  ["is my site behind Cloudflare and how is it set up", "get_app_cloudflare"],
  ["I want a CDN", "add_cloudflare_domain", "activate_addon"],
  ["use Cloudflare Enterprise for my shop", "add_cloudflare_domain"],
  ["stop using the CDN for a site", "remove_cloudflare_domains"],
  ["bring the CDN setup over to the new site", "move_cloudflare_domains"],
  ["which TXT record do I need for the CDN", "check_cloudflare_domain"],
  ["does DNS already point to the CDN", "check_cloudflare_domain"],
  ["I published the TXT record, confirm that I own the domain", "verify_cloudflare_domain"],
  ["clear the CDN", "purge_cloudflare_cache"],
  ["purge Cloudflare", "purge_cloudflare_cache"],
  ["empty the edge automatically when a post changes", "deploy_smart_cache_purge"],
  ["we are under a DDoS attack, show a challenge", "update_cloudflare_settings"],
  ["turn on image optimization with Polish", "update_cloudflare_settings"],
  ["switch full page caching at the edge on", "update_cloudflare_settings"],
  ["CDN hit rate", "get_cloudflare_analytics"],
  ["what did the edge firewall stop this week", "get_cloudflare_analytics"],
  ["CDN", "add_cloudflare_domain", "get_app_cloudflare"],
];
