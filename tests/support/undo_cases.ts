/** Calls of every tool whose changes can be taken back. */
import assert from "node:assert/strict";
import * as z from "zod";
import { allTools } from "../../src/tools/all.ts";
import { type AppState, type ChannelState, DEMO_ACCOUNT, type Sandbox, type ServerState } from "../sandbox/mod.ts";
import { toolRows } from "../tool_rows/mod.ts";

/** A call that is taken back. */
export interface UndoCase {
  tool: string;
  args: Record<string, unknown>;
  /** What is there, in words. */
  present: string;
  setUp: (sandbox: Sandbox) => void;
}

const KINDS = ["minimal", "full"] as const;

/** Rows of the tool table after which there is nothing to take back, or no way: by tool and arguments, and why. */
const NOT_BACK: Readonly<Record<string, Partial<Record<"minimal" | "full", string>>>> = {
  change_service_state: { minimal: "a restart leaves it as it was", full: "it runs already" },
  manage_server_varnish: { minimal: "a cache fills by itself" },
  manage_app_varnish: { minimal: "it is on already", full: "a cache fills by itself" },
  enforce_app_https: { minimal: "it is on already", full: "it is on already" },
  set_letsencrypt_auto_renewal: { full: "it is on already" },
  set_app_cron_optimizer: { full: "it is on already" },
  update_update_settings: { full: "an empty selection is never sent" },
  update_app_cron_jobs: {
    minimal: "jobs of the form are lost",
    full: "jobs of the form are lost",
  },
  set_app_webroot: {
    minimal: "the former one is not told",
    full: "the former one is not told",
  },
  update_server_settings: { full: "some are never told" },
  set_server_insights: { full: "they are on already" },
  update_server_ip_rules: { minimal: "what the former rule says is not documented" },
};

const SHOP = { app_id: 200001 };
const SERVER = { server_id: 100001 };
const RECORD = { domain: "example.com", record_id: "9aaaae08-57ab-4a63-944f-1ccf15791aa2" };
const nothing = () => {};

/** Brings the first application, and its server, into a state. */
const shop = (change: (app: AppState, server: ServerState) => void) => (sandbox: Sandbox) => {
  const [server] = sandbox.account().servers;
  const [app] = server?.apps ?? [];
  assert.ok(server !== undefined && app !== undefined);
  change(app, server);
};

const one = (
  tool: string,
  args: Record<string, unknown>,
  present: string,
  setUp: UndoCase["setUp"] = nothing,
): UndoCase => ({ tool, args, present, setUp });

/** Gives the one DNS record of the account another form. */
const dnsRecord = (form: object) => (sandbox: Sandbox) => {
  const [record] = sandbox.account().dns[0]?.records ?? [];
  assert.ok(record !== undefined);
  Object.assign(record, form);
};

const CHANNEL = { channel_id: 8888 };
const SLACK = { channel: 3, config: { url: "https://hooks.example.com/services/EXAMPLE" } };

/** Brings the alert channel into a state. */
const channel = (change: Partial<ChannelState>) => (sandbox: Sandbox) => {
  const [only] = sandbox.account().channels;
  assert.ok(only !== undefined);
  Object.assign(only, change);
};

const NIGHT = "0 1 * * * php night.php";
const onlyScript = (script: string) => shop((app) => void (app.crons = { basic: [], script }));

const MORE: readonly UndoCase[] = [
  one("change_service_state", { ...SERVER, service: "nginx", action: "stop" }, "it runs"),
  one(
    "change_service_state",
    { ...SERVER, service: "nginx", action: "start" },
    "it is stopped",
    shop((_app, server) => void (server.services.nginx = "stopped")),
  ),
  one("manage_app_varnish", { ...SHOP, action: "disable" }, "it is on"),
  one("enforce_app_https", { ...SHOP, enabled: false }, "it is on"),
  one(
    "update_app_cron_jobs",
    { ...SHOP, add: ["@daily php x.php"], remove: [NIGHT] },
    "no job of the form",
    onlyScript(NIGHT),
  ),
  one(
    "set_app_webroot",
    { ...SHOP, webroot: "public_html/public" },
    "another folder",
    shop((app) => void (app.webroot = "public_html/old")),
  ),
  one("set_app_symlink", { ...SHOP, symlink: "" }, "a link", shop((app) => void (app.symlink = "current"))),
  ...[true, false].flatMap((keep_old_as_alias) => [
    one(
      "update_app_cname",
      { ...SHOP, cname: "new.example.com", keep_old_as_alias },
      `a domain, kept: ${keep_old_as_alias}`,
    ),
    one(
      "update_app_cname",
      { ...SHOP, cname: "www.shop.example.com", keep_old_as_alias },
      `the new one is an alias, kept: ${keep_old_as_alias}`,
    ),
    one(
      "update_app_cname",
      { ...SHOP, cname: "new.example.com", keep_old_as_alias },
      `no domain, kept: ${keep_old_as_alias}`,
      shop((app) => void (app.cname = "")),
    ),
  ]),
  one("update_app_aliases", { ...SHOP, replace: [] }, "an alias"),
  one("update_app_settings", { ...SHOP, webp: false }, "on", shop((app) => void (app.flags.webp = 1))),
  one("update_whitelisted_ips", { ...SERVER, list: "ssh", policy: "block_all" }, "another policy"),
  one("update_cloudflare_settings", { ...SHOP, caching: false, image_optimization: "off" }, "other settings"),
  one(
    "update_dns_record",
    { ...RECORD, value: "mx2.example.com", mx_level: 5 },
    "a mail server",
    dnsRecord({ type: "MX", value: "mx1.example.com.", mxLevel: 10 }),
  ),
  one(
    "update_dns_record",
    { ...RECORD, value: "v=spf1 ~all" },
    "a text",
    dnsRecord({ type: "TXT", value: "v=spf1 -all" }),
  ),
  one(
    "update_dns_record",
    { ...RECORD, value: "2001:db8::2" },
    "an IPv6 address",
    dnsRecord({ type: "AAAA", value: "2001:db8::1" }),
  ),
  one("update_project", { project_id: 300002, name: "Other clients" }, "another name"),
  one(
    "update_project",
    { project_id: 300002, remove: [200001] },
    "an application",
    shop((app) => void (app.project_id = 300002)),
  ),
  one("set_server_insights", { ...SERVER, enabled: true }, "off", (sandbox) => {
    sandbox.account().copilot.off.push(SERVER.server_id);
  }),
  one(
    "update_firewall_settings",
    { ...SERVER, weak_password_protection: true },
    "off",
    shop((_app, server) => {
      server.protection.firewall.weak_password = 0;
    }),
  ),
  one("update_alert_channel", { ...CHANNEL, enabled: true, replace: [1] }, "off", channel({ isActive: false })),
  one("update_alert_channel", { ...CHANNEL, name: "Night watch", remove: [1] }, "a web address", channel(SLACK)),
];

/** More calls after which there is no way back, and why. */
const MORE_NOT_BACK = [
  {
    tool: "update_alert_channel",
    args: { ...CHANNEL, name: "New", webhook_url: "https://hooks.example.com/services/NEW" },
    why: "the former web address is secret",
    setUp: channel(SLACK),
  },
  {
    tool: "update_alert_channel",
    args: { ...CHANNEL, replace: [1] },
    why: "there was no event, which can't be sent",
    setUp: channel({ events: [] }),
  },
  {
    tool: "update_alert_channel",
    args: { ...CHANNEL, replace: [1] },
    why: "there was an event that is not offered any more",
    setUp: channel({ events: [99] }),
  },
  {
    tool: "update_server_ip_rules",
    args: { ...SERVER, list: "allow", add: ["203.0.113.7", "198.51.100.9"] },
    why: "there was a rule about one address",
    setUp: nothing,
  },
  {
    tool: "update_server_ip_rules",
    args: { ...SERVER, list: "allow", add: ["203.0.113.7"] },
    why: "rules are not listed by their addresses",
    setUp: (sandbox: Sandbox) => {
      sandbox.addFault({ operationId: "security_suite_server_ips_get", kind: { status: 200, body: { ips: [] } } });
    },
  },
  {
    tool: "set_server_insights",
    args: { ...SERVER, enabled: false },
    why: "Cloudways does not show whether they are on",
    setUp: (sandbox: Sandbox) => {
      sandbox.addFault({ operationId: "copilot_server_settings_get", kind: { status: 403, body: {} } });
    },
  },
  {
    tool: "update_firewall_settings",
    args: { ...SERVER, request_limit: 60 },
    why: "the former limit can't be sent",
    setUp: shop((_app, server) => void (server.protection.firewall.request_limit = 0)),
  },
  {
    tool: "rename_app",
    args: { ...SHOP, label: "Shop EU" },
    why: "the former label is too long",
    setUp: shop((app) => void (app.label = "x".repeat(60))),
  },
  ...["rename_app", "rename_server"].map((tool) => ({
    tool,
    args: { ...(tool === "rename_app" ? SHOP : SERVER), label: "New" },
    why: "the former label is hidden in part",
    setUp: shop((app, server) => {
      for (const named of [app, server]) named.label = `Shop ${DEMO_ACCOUNT.accessTokens[0].token}`;
    }),
  })),
];

/** Every case: the rows of the tool table, and more states. */
export const undoCases: readonly UndoCase[] = [
  ...toolRows.flatMap((row): UndoCase[] => {
    const { undo } = allTools.find(({ name }) => name === row.tool) ?? {};
    if (undo === undefined || !("reverses" in undo)) return [];
    return KINDS.filter((kind) => NOT_BACK[row.tool]?.[kind] === undefined).map((kind) => ({
      tool: row.tool,
      args: row[kind],
      present: `its row, ${kind}`,
      setUp: (sandbox) => row.setUp?.(sandbox),
    }));
  }),
  ...MORE,
];

/** DNS records that no call can set as they are. */
const UNSENDABLE: readonly { form: object; args: Record<string, unknown>; why: string }[] = [
  {
    form: { type: "CNAME", value: "shop.example" },
    args: { value: "www.example.com" },
    why: "it had no dot at its end",
  },
  { form: { type: "CNAME", value: "shop." }, args: { value: "www.example.com" }, why: "it was a name of one part" },
  { form: { type: "TXT", value: '"v=spf1" "-all"' }, args: { value: "v=spf1 ~all" }, why: "it was in parts" },
  { form: { ttl: 30 }, args: { ttl_seconds: 300 }, why: "its TTL is shorter than any that is sent" },
  { form: { hardLink: true }, args: { ttl_seconds: 300 }, why: "it had more than is sent" },
];

/** The calls of {@linkcode NOT_BACK}, of {@linkcode UNSENDABLE}, and more. */
export const notBackCases = [
  ...UNSENDABLE.map(({ form, args, why }) => ({
    tool: "update_dns_record",
    args: { ...RECORD, ...args },
    why,
    setUp: dnsRecord(form),
  })),
  ...toolRows.flatMap((row) =>
    KINDS.flatMap((kind) => {
      const why = NOT_BACK[row.tool]?.[kind];
      const setUp = (sandbox: Sandbox) => row.setUp?.(sandbox);
      return why === undefined ? [] : [{ tool: row.tool, args: row[kind], why, setUp }];
    })
  ),
  ...MORE_NOT_BACK,
];

type Arguments = Record<string, unknown>;

/** A change that somebody else makes of what a tool changed. */
interface Other {
  tool?: string;
  args: Arguments;
  /** A value that was not there before, as the question of the undo shows it. */
  shows: string;
}

/** What somebody else makes of what the first case of a tool changed: a third state, or the one from before. */
const OTHER: Readonly<Record<string, Other | "back">> = {
  change_service_state: "back",
  manage_server_varnish: "back",
  manage_app_varnish: "back",
  enforce_app_https: "back",
  set_letsencrypt_auto_renewal: "back",
  set_app_cron_optimizer: "back",
  update_app_settings: "back",
  set_app_ssh_access: "back",
  set_app_state: "back",
  set_app_cors_headers: "back",
  update_disk_cleanup_settings: "back",
  set_server_insights: "back",
  update_server_ip_rules: "back",
  update_app_cname: {
    shows: "third.example.com",
    args: { ...SHOP, cname: "third.example.com", keep_old_as_alias: false },
  },
  delete_app_cname: {
    shows: "third.example.com",
    tool: "update_app_cname",
    args: { ...SHOP, cname: "third.example.com" },
  },
  update_app_aliases: { shows: "third.example.com", args: { ...SHOP, add: ["third.example.com"] } },
  update_whitelisted_ips: { shows: "203.0.113.99", args: { ...SERVER, list: "ssh", add: ["203.0.113.99"] } },
  update_app_php_settings: {
    shows: "max_input_time",
    args: { ...SHOP, add: ["php_admin_value[max_input_time] = 77"] },
  },
  update_app_varnish_rules: { shows: "url:/third", args: { ...SHOP, add: ["url:/third"] } },
  update_app_cron_jobs: { shows: "php third.php", args: { ...SHOP, add: ["@daily php third.php"] } },
  set_app_webroot: { shows: "public_html/third", args: { ...SHOP, webroot: "public_html/third" } },
  set_app_symlink: { shows: "third", args: { ...SHOP, symlink: "third" } },
  update_server_settings: { shows: "99", args: { ...SERVER, upload_size: 99 } },
  set_maintenance_window: { shows: "Tuesday", args: { ...SERVER, day: "Tuesday", hour: 23 } },
  update_backup_schedule: { shows: "23:00", args: { ...SERVER, backup_time: "23:00" } },
  set_snapshot_frequency: { shows: "99", args: { ...SERVER, enabled: true, hours: 99 } },
  update_update_settings: { shows: "Tuesday", args: { ...SHOP, day: "Tuesday" } },
  rename_master_user: { shows: "third-user", args: { ...SERVER, user_name: "third-user" } },
  rename_ssh_key: { shows: "third", args: { ...SERVER, ssh_key_id: 400001, label: "third" } },
  update_cloudflare_settings: "back",
  update_dns_record: { shows: "7200", args: { ...RECORD, ttl_seconds: 7200 } },
  rename_server: { shows: "Third", args: { ...SERVER, label: "Third" } },
  rename_app: { shows: "Third", args: { ...SHOP, label: "Third" } },
  update_firewall_settings: { shows: "77", args: { ...SERVER, request_limit: 77 } },
  update_alert_channel: { shows: "Third", args: { ...CHANNEL, name: "Third" } },
  update_project: { shows: "200004", args: { project_id: 300002, add: [200004] } },
};

/** A case with what somebody else changes after it: undefined for the state from before. */
export interface OtherChange extends UndoCase {
  other: Required<Other> | undefined;
}

/** One case of each tool. A tool without a line in {@linkcode OTHER} fails the tests. */
export const otherChanges: readonly OtherChange[] = [...new Set(undoCases.map(({ tool }) => tool))].map((tool) => {
  const first = undoCases.find((candidate) => candidate.tool === tool);
  const other = OTHER[tool];
  assert.ok(first !== undefined && other !== undefined, `${tool} needs a line in OTHER`);
  return { ...first, other: other === "back" ? undefined : { tool, ...other } };
});

const noted = z.looseObject({ undo: z.looseObject({ receipt: z.string() }) });

/** The receipt in an answer. */
export function receiptOf(json: Record<string, unknown>): string {
  const { data } = noted.safeParse(json);
  assert.ok(data !== undefined, JSON.stringify(json));
  return data.undo.receipt;
}

/** All that a call can change. The order of lists, and line ends at the end of a text, mean nothing there. */
export function stateOf(sandbox: Sandbox): unknown {
  const { servers, projects, members, dns, copilot, channels } = sandbox.account();
  return JSON.parse(JSON.stringify({ servers, projects, members, dns, copilot, channels }), (name, value) => {
    if (name === "updated_at") return undefined;
    if (UNORDERED.has(name) && Array.isArray(value)) return value.map((one) => JSON.stringify(one)).sort();
    return LINES.has(name) && typeof value === "string" ? value.trimEnd().split("\n").sort() : value;
  });
}

const UNORDERED: ReadonlySet<string> = new Set(["aliases", "events", "ips", "off", "vcl_list"]);
const LINES: ReadonlySet<string> = new Set(["fpm_setting", "script"]);

/** Keeps what a call can change, to put it back as somebody else might. */
export function keptState(sandbox: Sandbox): { restore: () => void } {
  const account = sandbox.account();
  const { servers, projects, copilot } = account;
  const kept = structuredClone({ servers, projects, copilot });
  return { restore: () => void Object.assign(account, kept) };
}
