/** Which tools there are for a caller who is bound to some servers. A new tool without a required target must decide. */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";

/** They show what is the same for everybody, or is about the connection. */
const ABOUT_NO_SERVER = [
  "call_read_tool",
  "call_tool",
  "customer_info",
  "find_tools",
  "get_available_apps",
  "get_available_providers",
  "get_available_regions",
  "get_available_server_sizes",
  "list_addons",
  "ping",
  "rate_limit_status",
  // Receipts are bound to the servers that the caller is bound to.
  "undo_change",
];

/** They show such a caller only what is on their servers. */
const SHOW_OWN = [
  "apply_plan",
  "diagnose_app",
  "find_resources",
  "get_account_health",
  "get_alerts",
  "get_audit_log",
  "get_available_packages",
  "get_operation_status",
  "get_weekly_report",
  "list_app_updates",
  "list_domains",
  "list_my_operations",
  "list_projects",
  "list_servers",
  "list_setting_values",
  "list_staging_apps",
  "plan_changes",
];

/** They are not there. */
const ACCOUNT_WIDE = [
  "activate_addon",
  "add_dns_domains",
  "add_dns_records",
  "add_team_member",
  "change_addon_package",
  "change_copilot_subscription",
  "create_alert_channel",
  "create_project",
  "create_server",
  "deactivate_addon",
  "delete_alert_channel",
  "delete_dns_domains",
  "delete_dns_records",
  "delete_email_domain",
  "delete_project",
  "get_copilot_subscription",
  "get_dns_domain",
  "get_insight",
  "list_alert_channels",
  "list_dns_domains",
  "list_email_domains",
  "list_insights",
  "list_team_members",
  "mark_alerts_read",
  "remove_team_member",
  "update_alert_channel",
  "update_dns_record",
  "update_project",
  "update_team_member",
  "verify_email_domain",
];

/** They name a server, and are not there all the same: what they make would be a server of somebody else. */
const MAKES_ANOTHER = ["clone_server"];

Deno.test("every tool is decided to be there, or not, for a caller who is bound to some servers", () => {
  const withoutTarget = allTools.filter(({ input: { shape } }) => {
    const ids = [shape.server_id, shape.app_id].filter((id) => id !== undefined);
    return !ids.some((id) => !id.safeParse(undefined).success);
  });

  assert.deepEqual(
    withoutTarget.map(({ name }) => name).sort(),
    [...ABOUT_NO_SERVER, ...SHOW_OWN, ...ACCOUNT_WIDE].sort(),
  );
  assert.deepEqual(
    allTools.filter(({ accountWide }) => accountWide).map(({ name }) => name).sort(),
    [...ACCOUNT_WIDE, ...MAKES_ANOTHER].sort(),
  );
});
