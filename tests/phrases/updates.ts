import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const updatesPhrases: readonly PhraseRow[] = [
  ["which plugins are outdated", "list_app_updates"],
  ["is a new WordPress version out for any of my sites", "list_app_updates", "check_app_updates"],
  ["look for new plugin versions right now", "check_app_updates"],
  ["upgrade all plugins", "run_app_updates"],
  ["bring WooCommerce to the latest version", "run_app_updates"],
  ["upgrade WordPress core and the theme safely", "run_app_updates"],
  ["when does SafeUpdates run next", "get_update_settings"],
  ["is auto-update on and what does it include", "get_update_settings"],
  ["turn on automatic plugin upgrades", "set_app_updates"],
  ["disable SafeUpdates", "set_app_updates"],
  ["run the automatic plugin upgrades on Sundays", "update_update_settings"],
  ["leave WooCommerce out of the automatic upgrades", "update_update_settings"],
  ["which plugins were upgraded last month, did any fail", "get_update_history"],
  ["SafeUpdates report of last week", "get_update_history"],
  ["do I have plugins with security holes", "list_app_vulnerabilities"],
  ["any CVEs in our themes", "list_app_vulnerabilities"],
  ["test the plugins for security holes now", "scan_app_vulnerabilities"],
];
