/** Operations that a tool uses with other arguments than those of its row in tests/tool_rows. */
export const USED_OTHERWISE: Readonly<Record<string, string>> = {
  cloudflare_get_logpush_analytics: "get_cloudflare_analytics",
  cloudflare_get_logpush_security: "get_cloudflare_analytics",
  copilot_subscribe: "change_copilot_subscription",
  list_countries: "list_setting_values",
  list_monitor_durations: "list_setting_values",
  list_monitor_targets: "list_setting_values",
  server_storage_scale: "set_server_block_storage",
};

const RETIRED_BOT_PROTECTION = "Cloudways has retired Bot Protection.";
const RETIRED_CDN = "Cloudways has retired CloudwaysCDN; Cloudflare takes its place.";
const CSR = "Reported as removed from version 2 of the API.";
const COVERED = "The account's listing, which every tool reads, says the same.";

/** Operations that no tool will use, with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  oauth_access_token_create: "Signs in with an e-mail and API key. The server does this itself.",
  servers_page_list: COVERED,
  server_get: COVERED,
  server_get_legacy: COVERED,
  app_list: COVERED,
  app_get: COVERED,
  operation_task_status: "`get_operation_status` covers it.",
  varnish_app_status: "`get_app_varnish_settings` covers it.",
  app_cron_optimizer_get: "The settings of the application say the same with more certainty.",
  security_csr_get: CSR,
  security_csr_create: CSR,
  knowledge_base_search: CSR,
  addon_rackspace_mailboxes_list: "Cloudways documents too little about Rackspace mailboxes.",
  cloudflare_set_cache_mode: "What it changes is not documented.",
  security_suite_app_files_cleaned_diff_get: "How it names a file is not known.",
  staging_backup_rollback: "Which side it overwrites is not known.",
  bot_protection_status: RETIRED_BOT_PROTECTION,
  bot_protection_traffic: RETIRED_BOT_PROTECTION,
  bot_protection_traffic_summary: RETIRED_BOT_PROTECTION,
  bot_protection_login_traffic: RETIRED_BOT_PROTECTION,
  bot_protection_login_traffic_summary: RETIRED_BOT_PROTECTION,
  bot_protection_bad_bots_list: RETIRED_BOT_PROTECTION,
  bot_protection_whitelisted_ips: RETIRED_BOT_PROTECTION,
  bot_protection_whitelisted_bots: RETIRED_BOT_PROTECTION,
  bot_protection_activate: RETIRED_BOT_PROTECTION,
  bot_protection_deactivate: RETIRED_BOT_PROTECTION,
  bot_protection_ip_whitelist_update: RETIRED_BOT_PROTECTION,
  bot_protection_bad_bots_whitelist_update: RETIRED_BOT_PROTECTION,
  cloudwayscdn_details_get: RETIRED_CDN,
  cloudwayscdn_setup: RETIRED_CDN,
  cloudwayscdn_activate: RETIRED_CDN,
  cloudwayscdn_bandwidth_get: RETIRED_CDN,
  cloudwayscdn_purge_assets: RETIRED_CDN,
  cloudwayscdn_website_url_update: RETIRED_CDN,
  cloudwayscdn_subscription_remove: RETIRED_CDN,
};
