/** For every tool that can ask a person, a call that does. */
import { allTools } from "../../src/tools/all.ts";
import { listRestorePointsAtOnce, RESTORE_POINT } from "../tool_rows/listed_at_once.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { OTHER_ROW_PLAN } from "./row_plans.ts";
import type { RecordedRequest, Sandbox } from "../sandbox/mod.ts";

/** A call that asks. */
export interface AskingCall {
  tool: string;
  args: Record<string, unknown>;
  /** The same call for another target. */
  otherArgs: Record<string, unknown>;
  /** Brings the sandbox into the state in which the call asks and can be carried out. */
  setUp: (sandbox: Sandbox) => void;
  /** How often the sandbox has carried it out. */
  carriedOut: (sandbox: Sandbox) => number;
}

/** Calls for tools whose call in the tool table does not ask. */
const MORE_ARGS: Record<string, Record<string, unknown>> = {
  get_app_credentials: { reveal: ["all"], show: "answer" },
  git_pull: { branch: "develop" },
  renew_letsencrypt: { domain: "other.example.com" },
  get_git_branch_names: { git_url: "git@git.example.org:team/shop.git" },
  update_app_settings: { webp: undefined, xmlrpc: true },
  update_project: { add: undefined, remove: [200002] },
  // Application 200002 is the other target.
  set_app_protection: { app_id: 200003 },
  // Adding is what every state of the account allows.
  update_server_ip_rules: { remove: undefined, add: ["203.0.113.7"] },
  update_server_country_blocks: { remove: undefined, add: ["AF"] },
  update_app_aliases: { add: undefined, remove: ["www.shop.example.com"] },
  manage_app_varnish: { action: "disable" },
  reset_app_file_permissions: { ownership: "master_user" },
  enforce_app_https: { enabled: false },
  set_staging_password_prompt: { enabled: false },
  reset_staging_password: { show: "answer" },
  // Pages with passwords that nobody opens are limited.
  create_app_user: { show: "answer" },
  reset_app_user_password: { show: "answer" },
  reset_database_password: { show: "answer" },
  reset_admin_password: { show: "answer" },
  reset_master_password: { show: "answer" },
  update_update_settings: { plugins: ["breeze"] },
  update_cloudflare_settings: { scrape_shield: undefined, caching: false },
  add_dns_records: { type: "A", values: ["203.0.113.7"], mx_level: undefined },
  change_copilot_subscription: { action: "change", plan_id: 2 },
  create_alert_channel: { kind: "Slack", email: undefined, webhook_url: "https://hooks.example.com/EXAMPLE" },
  set_server_addon: { enabled: true, mode: "update", host: "smtp.example.com" },
};

/** The operation that reads the facts a reading tool asks about. */
export const READS: Readonly<Record<string, string>> = {
  get_app_credentials: "app_credentials",
  get_git_branch_names: "git_branches_get",
};

/** Restore points of every application, besides the one of the tool table. They are opaque, so any text can be one. */
export const ODD_RESTORE_POINTS = [
  RESTORE_POINT,
  " 2026  08 ",
  "https://user:token@host/x.git",
  "https://abc@host/x.git",
  "а\u0301\u00a0…“`⟨x⟩`”",
  "\\u{41} <b>&amp;</b> 日本",
];

const asks = (name: string) =>
  name in READS || allTools.some((tool) => tool.name === name && tool.effect === "destructive" && !tool.forwards);

/** In the order of the tool table. */
export const askingCalls: readonly AskingCall[] = toolRows.filter(({ tool }) => asks(tool)).map((row) => {
  const wait = "wait_seconds" in row.full ? { wait_seconds: 0 } : {};
  const given = { ...row.minimal, ...wait, ...MORE_ARGS[row.tool] };
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    tool: row.tool,
    args,
    otherArgs: { ...args, ...otherTarget(args) },
    setUp(sandbox) {
      row.setUp?.(sandbox);
      listRestorePointsAtOnce(sandbox, row, { local_backup_exists: false, more: ODD_RESTORE_POINTS });
      for (const app of sandbox.account().servers.flatMap(({ apps }) => apps)) {
        app.git.key = "ssh-rsa EXAMPLE";
        app.own_ssl = { issued_at: "2026-01-01 00:00:00" };
      }
    },
    carriedOut: (sandbox) => carriedOut(sandbox, row.tool),
  };
});

/** Another target of the kind that the arguments name: a server, an application, a person, a place. */
function otherTarget(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const others = {
    app_id: 200002,
    server_id: 100002,
    project_id: 300001,
    member_id: 600002,
    email: "eve@example.com",
    server_label: "Another",
    domain: "other.example.com",
    domains: ["other.example.com"],
    package_id: 21,
    addon_id: 9,
    channel_id: 8889,
    webhook_url: "https://hooks.example.com/OTHER",
    plan_id: typeof args.plan_id === "number" ? 3 : OTHER_ROW_PLAN,
  };
  return Object.fromEntries(Object.entries(others).filter(([name]) => name in args).slice(0, 1));
}

function carriedOut(sandbox: Sandbox, tool: string): number {
  const read = READS[tool];
  return (read === undefined ? sandbox.requests.filter(isWrite) : sandbox.requestsTo(read)).length;
}

/** Signing in changes nothing. */
function isWrite({ method, operationId }: RecordedRequest): boolean {
  return method !== "GET" && operationId !== "oauth_access_token_create";
}
