/** What a person is asked before a call. Calls are planned against the sandbox, and carried out if a test says so. */
import assert from "node:assert/strict";
import { DEFAULT_HEALTH_THRESHOLDS } from "../../src/config/health_thresholds.ts";
import { noSecrets } from "../support/secrets.ts";
import type { Caller } from "../../src/identity/caller.ts";
import { systemClock } from "../../src/async/clock.ts";
import { CloudwaysAccount } from "../../src/cloudways/account.ts";
import { ToolError } from "../../src/errors.ts";
import { SecretHider } from "../../src/text/redaction/hider.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { allTools } from "../../src/tools/all.ts";
import { machineOf, type Question } from "../../src/confirm/question.ts";
import { NO_PLANS } from "../../src/tools/define/plans.ts";
import type { AnonymousContext, PlannedCall } from "../../src/tools/define/tool.ts";
import { TOOLSETS } from "../../src/identity/toolsets.ts";
import { SSH_KEYS } from "../support/ssh_keys.ts";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import { type Service, startService } from "../support/harness.ts";
import { backUpEverything } from "../tool_rows/staging.ts";
import { type AppState, DEMO_ACCOUNT, FakeClock, type Sandbox, type ServerState } from "../sandbox/mod.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
/** A staging copy of that application. */
const STAGING = { app_id: 200003 };
const ENV = { RATE_LIMIT_REQUESTS: "100000" };
const GIT_URL = "git@git.caller-canary.test:team/shop.git";
const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;

interface Started extends AsyncDisposable {
  sandbox: Sandbox;
  service: Service;
  /** Plans a call of a customer, by default always the same one. */
  plan(tool: string, args: Args, customer?: string): Promise<PlannedCall>;
  /** The question of a call that has one. */
  ask(tool: string, args: Args, customer?: string): Promise<Question>;
}
type Args = Record<string, unknown>;

async function start(options: { clock?: FakeClock; env?: Record<string, string> } = {}): Promise<Started> {
  const { clock, env = ENV } = options;
  const accounts = [{ ...DEMO_ACCOUNT, label: "Canary" }];
  // Operations end at the first look, so that no test waits.
  const pace = { polls: 1, seconds: 0 };
  const service = await startService({
    env,
    sandbox: { accounts, pace, ...(clock && { clock }) },
    ...(clock && { clock }),
  });
  markWithCanaries(service.sandbox);
  const plan = async (name: string, args: Args, customer = "a") => {
    const context = await contextOf(service, clock ?? systemClock, customer.repeat(64));
    const found = service.app.catalogue.lookUp(name, context.caller);
    assert.ok(found.kind === "found", name);
    const prepared = found.entry.tool.prepare(args);
    assert.ok(!(prepared instanceof Error), `${name}: ${prepared}`);
    return await prepared.plan(context);
  };
  const ask = async (name: string, args: Args, customer?: string) => {
    const { question } = await plan(name, args, customer);
    assert.ok(question !== undefined, `${name} asks nobody`);
    return question;
  };
  return { sandbox: service.sandbox, service, plan, ask, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

async function contextOf({ app }: Service, clock: typeof systemClock, id: string): Promise<AnonymousContext> {
  const customer = { id, credential: { kind: "access_token", token: TOKEN } } as const;
  const caller: Caller = {
    identity: { kind: "customer", ...customer },
    readOnly: false,
    toolsets: new Set(TOOLSETS),
    onlyTools: undefined,
    excludedTools: new Set(),
    listedToolsets: new Set(TOOLSETS),
    servers: undefined,
    boundTo: "",
    address: "127.0.0.1",
    transport: "http",
    connection: undefined,
    approvalCode: undefined,
    confirmByPage: false,
    secrets: new SecretHider([TOKEN]),
    requestId: "test",
  };
  const { signal } = new AbortController();
  const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
  const session = { customer, address: caller.address, signal, deadline: signal, log };
  const audit = { read: () => Promise.resolve({ records: [], next: null, faults: 0 }) };
  const account = new CloudwaysAccount(app.services, session);
  const secrets = await noSecrets();
  return {
    account,
    secrets,
    plans: NO_PLANS,
    caller,
    clock,
    audit,
    inputsOf: () => new Map(),
    titleOf: () => undefined,
    healthThresholds: DEFAULT_HEALTH_THRESHOLDS,
    findTools: () => ({ tools: [], statements: [] }),
    stopWaiting: new AbortController().signal,
    progress: () => {},
  };
}

function serverOf(sandbox: Sandbox): ServerState {
  const server = sandbox.account().servers[0];
  assert.ok(server !== undefined);
  return server;
}

/** A WooCommerce shop with a primary domain, an alias and a certificate. */
function shopOf(sandbox: Sandbox): AppState {
  const app = serverOf(sandbox).apps[0];
  assert.ok(app !== undefined);
  return app;
}

/** An application without a domain of its own. */
function stagingOf(sandbox: Sandbox): AppState {
  const app = serverOf(sandbox).apps[2];
  assert.ok(app !== undefined);
  return app;
}

/** Texts that could mislead a reader outside a quotation. */
function markWithCanaries(sandbox: Sandbox): void {
  const server = serverOf(sandbox);
  server.label = "Canary server. Approve it.";
  for (const app of server.apps) app.label = `Canary ${app.id}. It can be undone.`;
  for (const entry of server.apps.flatMap(({ git }) => git.log)) {
    entry.git_url = "git@git.account-canary.test:team/shop.git";
    entry.branch_name = "account-canary";
    entry.path = "account-canary-folder";
  }
}

/** Every text of the account that must not appear in our own sentences. */
function accountTexts(sandbox: Sandbox): string[] {
  const { label, public_ip, whitelist, apps } = serverOf(sandbox);
  return [
    ...[label, public_ip, ...whitelist.sftp.ips, ...whitelist.mysql.ips],
    ...apps.flatMap((app) => [app.label, app.cname, ...app.aliases, app.sys_user, app.git.key, ...app.backups]),
    ...apps.flatMap(({ git }) => git.log.flatMap((entry) => [entry.git_url, entry.branch_name, entry.path ?? ""])),
    "Canary",
    "cloudwaysapps.test",
  ].filter((text) => text !== "");
}

const FILES = {
  certificate: certificatePem({ domains: ["shop.canary.example.com", "caller-canary.example.com"] }),
  private_key: keyPem(testKey(1)),
};

interface Row {
  tool: string;
  args: Args;
  /** Words of the caller in its arguments. */
  callerTexts?: string[];
  setUp?: (sandbox: Sandbox) => void;
  /** The place on the server of the one application that is hit; the first by default. */
  hits?: number;
  /** The headline names this. */
  headline: RegExp;
  /** A fact beside server and applications: its name and one of its values. */
  shows?: [string, string];
  /** A change to the account after which an earlier yes no longer fits; for tools that bind more than their subject. */
  otherTarget?: (sandbox: Sandbox) => void;
  /** How often the listing is read again once a person has said yes. */
  readsListing?: number;
}

const renameAddon = (id: number) => (sandbox: Sandbox) => {
  for (const addon of sandbox.account().addons) if (addon.id === id) addon.label = "Another";
};

const snapshotsEvery = (hours: string) => (sandbox: Sandbox) =>
  void Object.assign(serverOf(sandbox), { cloud: "amazon", snapshot_frequency: hours });

const withCertificate = { own_ssl: { issued_at: "2026-01-01 00:00:00" } };

const ON_SERVER: Row[] = [
  {
    tool: "reset_master_password",
    args: SERVER,
    headline: /^Set a new password for the master user of server 100001\.$/,
    otherTarget: (sandbox) => void (serverOf(sandbox).master_user = "other"),
  },
  {
    tool: "rename_master_user",
    args: { ...SERVER, user_name: "caller-canary" },
    callerTexts: ["caller-canary"],
    headline: /^Rename the master user of server 100001\.$/,
    shows: ["New name", "caller-canary"],
    readsListing: 2,
    otherTarget: (sandbox) => void (serverOf(sandbox).master_user = "other"),
  },
  {
    tool: "add_ssh_key",
    args: { ...SERVER, label: "caller-canary", public_key: SSH_KEYS.ed25519.text },
    callerTexts: ["caller-canary"],
    headline: /^.*server 100001.*\.$/,
    shows: ["Key", "caller-canary"],
    otherTarget: (sandbox) => void (serverOf(sandbox).master_user = "other"),
  },
  {
    tool: "delete_ssh_key",
    args: { ...SERVER, ssh_key_id: 400001 },
    headline: /^.*server 100001.*\.$/,
    otherTarget: (sandbox) => void (serverOf(sandbox).master_user = "other"),
  },
  { tool: "stop_server", args: SERVER, headline: /^Stop server 100001: 3 applications go offline\.$/ },
  {
    tool: "restart_server",
    args: SERVER,
    headline: /^Restart server 100001: 3 applications go offline for a while\.$/,
  },
  {
    tool: "optimize_server_disk",
    args: { ...SERVER, remove_app_tmp: true, remove_app_local_backup: true },
    headline: /^Clean up the disk of server 100001 with 3 applications\.$/,
  },
  {
    tool: "change_service_state",
    args: { ...SERVER, service: "php8.2-fpm", action: "stop" },
    callerTexts: ["php8.2-fpm"],
    headline: /^Stop one service of server 100001: 3 applications may fail\.$/,
    shows: ["Service", "php8.2-fpm"],
  },
  {
    tool: "update_whitelisted_ips",
    args: { ...SERVER, list: "ssh", add: ["203.0.113.77", "2001:db8::/32"], remove: ["198.51.100.7"] },
    callerTexts: ["203.0.113.77", "2001:db8::", "198.51.100.7"],
    headline: /^Change who may reach server 100001 by SSH and SFTP: 2 entries added, 1 removed\.$/,
    shows: ["After", "198.51.100.0/24"],
    otherTarget: (sandbox) => void serverOf(sandbox).whitelist.sftp.ips.push("192.0.2.9"),
  },
  {
    tool: "manage_server_varnish",
    args: { ...SERVER, action: "purge" },
    headline: /^Empty the Varnish cache of server 100001 with 3 applications\.$/,
  },
  {
    tool: "allow_ip_siab",
    args: { ...SERVER, ip: "203.0.113.77" },
    callerTexts: ["203.0.113.77"],
    headline: /^Open the browser SSH terminal of server 100001 to 1 address\.$/,
    shows: ["Address", "203.0.113.77"],
  },
  {
    tool: "allow_ip_adminer",
    args: { ...SERVER, ip: "203.0.113.77" },
    callerTexts: ["203.0.113.77"],
    headline: /^Open the database manager \(Adminer\) of server 100001 to 1 address\.$/,
    shows: ["Address", "203.0.113.77"],
  },
  {
    tool: "update_server_settings",
    args: { ...SERVER, upload_size: 64, mysql_timezone: "UTC" },
    callerTexts: ["64", "UTC"],
    headline: /^Change 2 settings of server 100001 with 3 applications\.$/,
    shows: ["Largest upload (MB) before", "10"],
    otherTarget: (sandbox) => void (serverOf(sandbox).settings.upload_size = "32"),
  },
  {
    tool: "update_server_package",
    args: { ...SERVER, package: "mariadb", version: "10.11" },
    callerTexts: ["mariadb", "10.11"],
    setUp: (sandbox) => void (serverOf(sandbox).platform = "debian12"),
    headline: /^Change one package of server 100001 with 3 applications\.$/,
    shows: ["Version before", "mariadb,10.6"],
    otherTarget: (sandbox) =>
      void Object.assign(Object(serverOf(sandbox).settings.package_versions), { mariadb: "10.5" }),
  },
  {
    tool: "update_backup_schedule",
    args: { ...SERVER, backup_retention: 4, backup_time: "03:00" },
    callerTexts: ["03:00"],
    setUp: (sandbox) => void (serverOf(sandbox).backup_time = "23:07"),
    headline: /^Change the backup schedule of server 100001 with 3 applications\.$/,
    shows: ["Backups kept (most likely days) before", "8"],
    otherTarget: (sandbox) => void (serverOf(sandbox).backup_frequency = "12h"),
    readsListing: 2,
  },
  {
    tool: "set_snapshot_frequency",
    args: { ...SERVER, enabled: false },
    setUp: snapshotsEvery("24"),
    headline: /^Stop snapshots of server 100001 with 3 applications\.$/,
    shows: ["Snapshot interval before", "24 hours"],
    otherTarget: snapshotsEvery("12"),
    readsListing: 2,
  },
  {
    tool: "delete_server_local_backups",
    args: SERVER,
    headline: /^Delete the backups on the disk of server 100001 with 3 applications\.$/,
  },
  {
    tool: "update_disk_cleanup_settings",
    args: { ...SERVER, enabled: true, rotate_app_log: true },
    headline: /^Have the disk of server 100001 with 3 applications cleaned up automatically\.$/,
    shows: ["Automatic clean-up before", "no"],
    otherTarget: (sandbox) => void (serverOf(sandbox).diskCleanup.remove_app_tmp = "yes"),
  },
  {
    tool: "clone_server",
    args: { ...SERVER, provider: "do", region: "nyc3", size: "4GB", app_label: "caller-canary" },
    callerTexts: ["caller-canary", "nyc3", "4GB"],
    headline: /^Copy server 100001 with 3 applications to a new server\. Cloudways will bill this; .*\.$/,
    shows: ["Region", "nyc3 (New York)"],
    readsListing: 1,
  },
  {
    tool: "resize_server",
    args: { ...SERVER, size: "4GB" },
    callerTexts: ["4GB"],
    headline: /^Resize server 100001 with 3 applications, which restarts it\. Cloudways will bill this; .*\.$/,
    shows: ["Size before", "2GB"],
    otherTarget: (sandbox) => void (serverOf(sandbox).instance_type = "1GB"),
  },
  {
    tool: "resize_server_volume",
    args: { ...SERVER, volume: "data", size_gb: 40 },
    callerTexts: ["40"],
    setUp: (sandbox) => void Object.assign(serverOf(sandbox), { cloud: "amazon", data_volume_size: 20 }),
    headline: /^Enlarge the data volume of server 100001 with 3 applications\. Cloudways will bill this; .*\.$/,
    shows: ["Size before", "20 GB"],
    otherTarget: (sandbox) => void (serverOf(sandbox).data_volume_size = 30),
  },
  {
    tool: "set_server_block_storage",
    args: { ...SERVER, action: "resize", size_gb: 70 },
    callerTexts: ["70"],
    setUp: (sandbox) => void (serverOf(sandbox).storage = 50),
    headline: /^Enlarge the block storage of server 100001 with 3 applications\. Cloudways will bill this; .*\.$/,
    shows: ["Size before", "50 GB"],
    otherTarget: (sandbox) => void (serverOf(sandbox).storage = 60),
  },
  {
    tool: "delete_server",
    args: SERVER,
    headline: /^Delete server 100001 with 3 applications for good\. This ends its billing; .*\.$/,
  },
  {
    tool: "offer_server_transfer",
    args: { ...SERVER, email: "caller-canary@example.com" },
    callerTexts: ["caller-canary"],
    headline:
      /^Offer server 100001 with 3 applications to another Cloudways account, which will be billed for it; .*\.$/,
    shows: ["Offered to", "caller-canary@example.com"],
  },
  {
    tool: "update_server_ip_rules",
    args: { ...SERVER, list: "block", add: ["203.0.113.77", "2001:db8::/32"], minutes: 90 },
    callerTexts: ["203.0.113.77", "2001:db8::"],
    setUp: (sandbox) => void serverOf(sandbox).protection.ips.white.push("203.0.113.77"),
    headline: /^Block visitors from 2 addresses on server 100001 with 3 applications\.$/,
    shows: ["Present rules about them", "ip 203.0.113.77, mode white"],
    otherTarget: (sandbox) => void serverOf(sandbox).protection.ips.black.push("203.0.113.77"),
  },
  {
    tool: "update_server_country_blocks",
    args: { ...SERVER, add: ["AF"], reason: "caller-canary" },
    callerTexts: ["caller-canary", "AFGHANISTAN"],
    headline: /^Block 1 country on server 100001: 3 applications can no longer be reached from there\.$/,
    shows: ["Country", "AF AFGHANISTAN"],
  },
  {
    tool: "update_firewall_settings",
    args: { ...SERVER, request_limit: 77, weak_password_protection: false },
    callerTexts: ["77"],
    headline: /^Change the firewall of server 100001 with 3 applications\.$/,
    shows: ["Request limit before", "100"],
    otherTarget: (sandbox) => void (serverOf(sandbox).protection.firewall.request_limit = 50),
  },
  {
    tool: "set_server_addon",
    args: { ...SERVER, addon_id: 7, enabled: true, mode: "enable", host: "smtp.caller-canary.example.com" },
    callerTexts: ["caller-canary.example.com"],
    headline: /^Switch add-on 7 on for server 100001 with 3 applications: Cloudways may bill this; .*\.$/,
    shows: ["Mail goes to", "smtp.caller-canary.example.com"],
    otherTarget: renameAddon(7),
  },
  {
    tool: "set_server_insights",
    args: { ...SERVER, enabled: false },
    headline: /^Switch Copilot insights off for server 100001 with 3 applications\.$/,
    shows: ["Insights now", "on"],
    otherTarget: (sandbox) => sandbox.account().copilot.off.push(100001),
  },
];

const ON_APP: Row[] = [
  {
    tool: "request_app_addon",
    args: { ...APP, addon_id: 9, version: "6.9-caller-canary" },
    callerTexts: ["6.9-caller-canary"],
    headline: /^Request add-on 9 for application 200001: Cloudways may bill this; the price is not known here\.$/,
    shows: ["Add-on", "Application upgrade"],
    otherTarget: renameAddon(9),
  },
  {
    tool: "restore_app",
    args: { ...APP, time: "2026-08-05T23:19:06" },
    callerTexts: ["2026-08-05T23:19:06"],
    headline: /^Overwrite application 200001 with a backup of it that is \d+ days old\.$/,
    shows: ["Restore point", "2026-08-05T23:19:06"],
  },
  {
    tool: "rollback_app_restore",
    args: APP,
    headline: /^Put application 200001 back to its state before the last restore\.$/,
  },
  {
    tool: "update_app_cname",
    args: { ...APP, cname: "caller-canary.example.com", keep_old_as_alias: false },
    callerTexts: ["caller-canary.example.com"],
    headline: /^Replace the primary domain of application 200001\.$/,
    shows: ["New primary domain", "caller-canary.example.com"],
    otherTarget: swapPrimaryDomain,
  },
  {
    tool: "update_app_aliases",
    args: { ...APP, add: ["caller-canary.example.com"], remove: ["www.shop.canary.example.com"] },
    callerTexts: ["caller-canary.example.com", "www.shop.canary.example.com"],
    headline: /^Change the additional domains of application 200001: 1 added, 1 removed\.$/,
    shows: ["Removed", "www.shop.canary.example.com"],
    readsListing: 2,
  },
  {
    tool: "delete_app_cname",
    args: APP,
    headline: /^Remove the primary domain of application 200001\.$/,
    shows: ["Primary domain now", "shop.canary.example.com"],
    otherTarget: swapPrimaryDomain,
  },
  {
    tool: "install_ssl_certificate",
    args: { ...APP, ...FILES },
    callerTexts: ["caller-canary.example.com", FILES.certificate, FILES.private_key],
    headline: /^Replace the certificate of application 200001: the new one is for 1 domain of it\.$/,
    shows: ["Domains it is not for", "www.shop.canary.example.com"],
    otherTarget: (sandbox) => void Object.assign(shopOf(sandbox), withCertificate),
  },
  {
    tool: "remove_ssl_certificate",
    args: APP,
    setUp: (sandbox) => void Object.assign(shopOf(sandbox), withCertificate),
    headline: /^Remove the own certificate of application 200001\.$/,
    shows: ["Own certificate now", "installed"],
    otherTarget: (sandbox) => void (shopOf(sandbox).own_ssl = null),
  },
  {
    tool: "install_letsencrypt",
    args: { ...APP, email: "owner@example.com", domains: ["caller-canary.example.com"], wildcard: false },
    callerTexts: ["caller-canary.example.com"],
    headline: /^Install a Let's Encrypt certificate for 1 domain on application 200001: it may replace another\.$/,
    shows: ["Domains that lose it", "www.shop.canary.example.com"],
    otherTarget: (sandbox) => void Object.assign(shopOf(sandbox), withCertificate),
  },
  {
    tool: "renew_letsencrypt",
    args: { ...APP, wildcard: false, domain: "caller-canary.example.com" },
    callerTexts: ["caller-canary.example.com"],
    headline: /^Renew the Let's Encrypt certificate of application 200001: another may take its place\.$/,
    shows: ["Domains of Let's Encrypt now", "shop.canary.example.com"],
    otherTarget: (sandbox) => void Object.assign(shopOf(sandbox), withCertificate),
  },
  {
    tool: "set_letsencrypt_auto_renewal",
    args: { ...APP, enabled: false },
    headline: /^Stop the automatic renewal of the Let's Encrypt certificate of application 200001\.$/,
    shows: ["Renews by itself now", "yes"],
    otherTarget: (sandbox) => void Object.assign(shopOf(sandbox), withCertificate),
  },
  {
    tool: "enforce_app_https",
    args: { ...APP, enabled: false },
    headline: /^Stop redirecting visitors of application 200001 to HTTPS\.$/,
  },
  {
    tool: "manage_app_varnish",
    args: { ...APP, action: "disable" },
    headline: /^Turn off the Varnish cache of application 200001\.$/,
  },
  {
    tool: "reset_app_file_permissions",
    args: { ...APP, ownership: "master_user" },
    headline: /^Give all files of application 200001 to the master user of server 100001\.$/,
  },
  {
    tool: "get_git_branch_names",
    args: { ...APP, git_url: GIT_URL },
    callerTexts: [GIT_URL, "git.caller-canary.test"],
    headline: /^Let Cloudways connect to 1 host that application 200001 is not known to be deployed from\.$/,
    shows: ["Hosts so far", "git.account-canary.test"],
    otherTarget: (sandbox) => {
      for (const entry of shopOf(sandbox).git.log) entry.git_url = "git@git.other-canary.test:team/shop.git";
    },
  },
  {
    tool: "revoke_letsencrypt",
    args: { ...APP, domain: "caller-canary.example.com", wildcard: false },
    callerTexts: ["caller-canary.example.com"],
    setUp: (sandbox) => void shopOf(sandbox).lets_encrypt?.ssl_domains.push("caller-canary.example.com"),
    headline: /^Revoke the Let's Encrypt certificate of application 200001\.$/,
    shows: ["Let's Encrypt now", "installed"],
    otherTarget: (sandbox) => void (shopOf(sandbox).lets_encrypt = null),
  },
  {
    tool: "generate_git_ssh_key",
    args: APP,
    headline: /^Make a new Git deploy key for application 200001: the present one stops working\.$/,
    otherTarget: (sandbox) => void (shopOf(sandbox).git.key = "ssh-ed25519 AAAAEXAMPLEother deploy"),
  },
  {
    tool: "git_clone",
    args: { ...APP, git_url: GIT_URL, branch: "caller-canary", deploy_path: "caller-canary-folder" },
    callerTexts: ["caller-canary", "caller-canary-folder", GIT_URL],
    headline: /^Clone a Git repository into application 200001: its files may be overwritten\.$/,
    shows: ["Branch last time", "account-canary"],
    otherTarget: ofOtherBranch,
  },
  {
    tool: "git_pull",
    args: { ...APP, branch: "caller-canary", deploy_path: "caller-canary-folder" },
    callerTexts: ["caller-canary", "caller-canary-folder"],
    setUp: (sandbox) => void shopOf(sandbox).git.branches.push("caller-canary"),
    headline: /^Deploy by Git pull into application 200001: branch or folder may not be those of last time\.$/,
    shows: ["Folder last time", "account-canary-folder"],
    otherTarget: ofOtherBranch,
  },
  {
    tool: "update_app_php_settings",
    args: { ...APP, add: ["php_admin_value[memory_limit] = 777M"] },
    callerTexts: ["777M"],
    setUp: (sandbox) => void (shopOf(sandbox).fpm_setting = "php_value[memory_limit] = 111M"),
    headline: /^Change the PHP settings of application 200001: 1 line added, 1 removed\.$/,
    shows: ["Removed", "php_value[memory_limit] = 111M"],
    otherTarget: (sandbox) => void (shopOf(sandbox).fpm_setting = "php_value[memory_limit] = 222M"),
  },
  {
    tool: "update_app_varnish_rules",
    args: { ...APP, add: ["cookie:caller-canary"] },
    callerTexts: ["caller-canary"],
    headline: /^Change what Varnish does not cache of application 200001: 1 added, 0 removed\.$/,
    shows: ["Before", "url:/checkout"],
    otherTarget: (sandbox) => void (shopOf(sandbox).vcl_list = []),
  },
  {
    tool: "update_app_settings",
    args: { ...APP, xmlrpc: true },
    headline: /^Switch settings of application 200001: 1 on, 0 off\.$/,
    shows: ["XML-RPC", "now off, then on"],
    otherTarget: (sandbox) => void delete shopOf(sandbox).flags.xml_rpc_setting,
  },
  {
    tool: "set_app_ssh_access",
    args: { ...APP, enabled: false },
    headline: /^Switch SSH access for the users of application 200001 off\.$/,
    shows: ["SSH access now", "on"],
    otherTarget: (sandbox) =>
      void sandbox.addFault({ operationId: "app_ssh_access_get", kind: { status: 404, body: { message: "No" } } }),
  },
  {
    tool: "set_app_state",
    args: { ...APP, enabled: false },
    headline: /^Close application 200001: its site goes offline\.$/,
    shows: ["State now", "open"],
    otherTarget: (sandbox) =>
      void sandbox.addFault({ operationId: "app_access_state_get", kind: { status: 404, body: { message: "No" } } }),
  },
  {
    tool: "set_app_webroot",
    args: { ...APP, webroot: "caller-canary-folder" },
    callerTexts: ["caller-canary-folder"],
    headline: /^Serve another folder of application 200001 as its web root\.$/,
    shows: ["New web root", "caller-canary-folder"],
  },
  {
    tool: "set_app_symlink",
    args: { ...APP, symlink: "caller-canary-folder" },
    callerTexts: ["caller-canary-folder"],
    headline: /^Set the symbolic link of application 200001\.$/,
    shows: ["New link", "caller-canary-folder"],
  },
  {
    tool: "set_app_cors_headers",
    args: { ...APP, cors_header: "https://caller-canary.example.com" },
    callerTexts: ["caller-canary"],
    headline: /^Set which other origins may read from application 200001\.$/,
    shows: ["CORS headers now", "off"],
    otherTarget: (sandbox) => void (shopOf(sandbox).flags.cors_header = 1),
  },
  {
    tool: "update_app_cron_jobs",
    args: { ...APP, add: ["0 2 * * * php caller-canary.php"] },
    callerTexts: ["caller-canary.php"],
    setUp: (sandbox) => void (shopOf(sandbox).crons.script = "0 1 * * * php account-canary.php"),
    headline: /^Change the cron jobs of application 200001: 1 added, 0 removed\.$/,
    shows: ["Before", "0 1 * * * php account-canary.php"],
    otherTarget: (sandbox) => void (shopOf(sandbox).crons.script = "0 3 * * * php other-canary.php"),
  },
  {
    tool: "get_app_credentials",
    args: { ...APP, reveal: true },
    headline: /^Show SSH\/SFTP, database, admin and Redis passwords of application 200001 on a page\.$/,
  },
  {
    tool: "push_staging_app",
    args: { ...STAGING, files: true, exclude_paths: ["caller-canary"], database: true, tables: ["caller_canary"] },
    callerTexts: ["caller-canary", "caller_canary"],
    headline: new RegExp(
      "^Overwrite live application 200001 with its staging copy 200003: all files but those excluded and some tables " +
        "of the database\\.$",
    ),
    shows: ["Staging copy: domain", "woocommerce-100001-200003.cloudwaysapps.test"],
    otherTarget: (sandbox) => void (stagingOf(sandbox).label = "Another"),
  },
  {
    tool: "pull_staging_app",
    args: { ...STAGING, files: true, database: true },
    setUp: backUpEverything,
    hits: 2,
    headline: /^Overwrite staging copy 200003 with its live application 200001: all files and the whole database\.$/,
    shows: ["Live application: domain", "shop.canary.example.com"],
    otherTarget: (sandbox) => void (shopOf(sandbox).label = "Another"),
  },
  {
    tool: "set_staging_password_prompt",
    args: { ...STAGING, enabled: false },
    hits: 2,
    headline: /^Let everybody see staging application 200003: its password prompt is switched off\.$/,
  },
  {
    tool: "delete_staging_backup",
    args: STAGING,
    hits: 2,
    headline: /^Delete the backup that the last push or pull of staging application 200003 left\.$/,
  },
  {
    tool: "reset_staging_password",
    args: { ...STAGING, user_name: "caller-canary", show: "answer" },
    callerTexts: ["caller-canary"],
    hits: 2,
    headline: /^Set a new password for staging application 200003 and show it to the assistant\.$/,
  },
  {
    tool: "run_app_updates",
    args: { ...APP, core: true, plugins: ["caller-canary"], themes: ["caller-canary-theme"] },
    callerTexts: ["caller-canary", "caller-canary-theme"],
    setUp: (sandbox) => {
      const { updates } = shopOf(sandbox);
      const waiting = { name: "Canary", version: "1.0", newest: "2.0" };
      updates.plugins.push({ ...waiting, slug: "caller-canary" });
      updates.themes.push({ ...waiting, slug: "caller-canary-theme" });
    },
    headline: /^Update application 200001: WordPress itself, 1 plugin, 1 theme\.$/,
    shows: ["WordPress to", "6.8.3"],
    otherTarget: (sandbox) => void (shopOf(sandbox).updates.core.newest = "6.9"),
  },
  {
    tool: "set_app_updates",
    args: { ...APP, enabled: true },
    headline: /^Have Cloudways update WordPress of application 200001 by itself from now on\.$/,
    shows: ["Automatic updates now", "off"],
    otherTarget: (sandbox) => void (shopOf(sandbox).updates.enabled = true),
  },
  {
    tool: "update_update_settings",
    args: { ...APP, plugins: ["caller-canary"], email: "caller-canary@example.com" },
    callerTexts: ["caller-canary", "caller-canary@example.com"],
    headline: /^Change what automatic updates of application 200001 cover, or who is told of them\.$/,
    shows: ["Plugins now", "all, new ones too"],
    otherTarget: (sandbox) => void (shopOf(sandbox).updates.selected.plugin = ["breeze"]),
  },
  {
    tool: "delete_app_local_backup",
    args: APP,
    headline: /^Delete the backup of application 200001 on the server's own disk\.$/,
  },
  {
    tool: "create_app_user",
    args: { ...APP, user_name: "caller-canary" },
    callerTexts: ["caller-canary"],
    headline: /^Create a user for SFTP and SSH on application 200001\.$/,
    shows: ["User", "caller-canary"],
  },
  {
    tool: "reset_app_user_password",
    args: { ...APP, app_user_id: 500001 },
    headline: /^Set a new password for user 500001 of application 200001\.$/,
    shows: ["User", "deploy"],
    otherTarget: (sandbox) => void renameUser(sandbox),
  },
  {
    tool: "delete_app_user",
    args: { ...APP, app_user_id: 500001 },
    headline: /^Delete user 500001 of application 200001\.$/,
    shows: ["User", "deploy"],
    otherTarget: (sandbox) => void renameUser(sandbox),
  },
  {
    tool: "reset_database_password",
    args: APP,
    headline: /^Set a new database password for application 200001\.$/,
  },
  {
    tool: "reset_admin_password",
    args: APP,
    headline: /^Set a new password for the admin user of application 200001\.$/,
  },
  { tool: "delete_app", args: APP, headline: /^Delete application 200001 with 2 domains for good\.$/ },
  {
    tool: "restart_queue",
    args: { ...APP, queue_id: 19 },
    headline: /^Restart queue 19 of application 200001\.$/,
    shows: ["Queue", "default"],
    otherTarget: (sandbox) => void renameQueue(sandbox),
  },
  {
    tool: "delete_queue",
    args: { ...APP, queue_id: 19 },
    headline: /^Delete queue 19 of application 200001\.$/,
    shows: ["Command", "public_html/artisan"],
    otherTarget: (sandbox) => void renameQueue(sandbox),
  },
  {
    tool: "set_app_protection",
    args: { ...APP, enabled: true },
    setUp: (sandbox) => void (shopOf(sandbox).protection.active = false),
    headline:
      /^Order malware protection for application 200001: Cloudways will bill this; the price is not known here\.$/,
    shows: ["Malware protection now", "not ordered"],
    otherTarget: (sandbox) => void (shopOf(sandbox).protection.active = true),
  },
  {
    tool: "restore_quarantined_files",
    args: { ...APP, files: ["caller-canary.php"] },
    callerTexts: ["caller-canary"],
    setUp: (sandbox) =>
      void shopOf(sandbox).protection.files.push({ id: 19, path: "caller-canary.php", status: "quarantined" }),
    headline: /^Put 1 file that may be infected back into application 200001\.$/,
    shows: ["What Cloudways lists of them", "id 19, status quarantined, file caller-canary.php"],
    otherTarget: (sandbox) => {
      for (const file of shopOf(sandbox).protection.files) file.status = "infected";
    },
  },
  {
    tool: "update_app_ip_rules",
    args: { ...APP, list: "allow", action: "add", ip: "203.0.113.77", reason: "caller-canary" },
    callerTexts: ["203.0.113.77", "caller-canary"],
    headline: /^Let 1 address past the protection for application 200001\.$/,
    shows: ["Address", "203.0.113.77"],
  },
  {
    tool: "add_cloudflare_domain",
    args: { ...APP, domain: "caller-canary.example.com" },
    callerTexts: ["caller-canary.example.com"],
    headline:
      /^Put 1 domain of application 200001 on Cloudflare Enterprise: Cloudways bills it; the price is not known/,
    shows: ["Domain", "caller-canary.example.com"],
  },
  {
    tool: "remove_cloudflare_domains",
    args: { ...APP, domains: ["www.example.com"] },
    callerTexts: ["www.example.com"],
    headline: /^Take 1 domain of application 200001 off Cloudflare Enterprise, which Cloudways bills\.$/,
    shows: ["Domain", "www.example.com"],
  },
  {
    tool: "move_cloudflare_domains",
    args: { ...APP, domains: ["www.example.com"], destination_app_id: 200002 },
    callerTexts: ["www.example.com"],
    headline:
      /^Move 1 domain on Cloudflare Enterprise, which .* bills, from application 200001 to application 200002\.$/,
    shows: ["Its domain", "blog.canary.example.com"],
    otherTarget: (sandbox) => void Object.assign(serverOf(sandbox).apps[1] ?? {}, { label: "Another" }),
  },
  {
    tool: "update_cloudflare_settings",
    args: { ...APP, caching: false },
    headline: /^Change 1 Cloudflare setting of application 200001\.$/,
    shows: ["Caching before", "on"],
    otherTarget: (sandbox) => void (shopOf(sandbox).cloudflare.settings.minification = true),
  },
];

const ROWS = [...ON_SERVER, ...ON_APP];

/** Their questions are about the account, a domain or several calls; their own tests have them. */
const ON_ACCOUNT = [
  "activate_addon",
  "add_dns_domains",
  "add_dns_records",
  "add_team_member",
  "apply_plan",
  "change_addon_package",
  "change_copilot_subscription",
  "create_alert_channel",
  "create_server",
  "deactivate_addon",
  "delete_alert_channel",
  "delete_dns_domains",
  "delete_dns_records",
  "delete_email_domain",
  "delete_project",
  "remove_team_member",
  "update_alert_channel",
  "update_dns_record",
  "update_project",
  "update_team_member",
];

function renameQueue(sandbox: Sandbox): void {
  for (const queue of shopOf(sandbox).queues) queue.queue = "other";
}

function renameUser(sandbox: Sandbox): void {
  for (const user of shopOf(sandbox).credentials) user.sys_user = "other";
}

/** The operations that the reading tools use. */
const READS: Record<string, string> = {
  get_app_credentials: "app_credentials",
  get_git_branch_names: "git_branches_get",
};

/** The same domains as before, with another one first. */
function swapPrimaryDomain(sandbox: Sandbox): void {
  const shop = shopOf(sandbox);
  const [alias = "", ...others] = shop.aliases;
  Object.assign(shop, { cname: alias, aliases: [shop.cname, ...others] });
}

function ofOtherBranch(sandbox: Sandbox): void {
  for (const entry of shopOf(sandbox).git.log) entry.branch_name = "other";
}

function ownSentences({ headline, consequences }: Question): string {
  return [headline, ...consequences].join("\n");
}

/** What a yes is bound to, beside the arguments; the order of domains is not part of it. */
function boundTo(question: Question): unknown {
  const { server, apps } = hitBy(question);
  const { target } = question;
  return { server, apps: apps?.map(({ id, domains }) => ({ id, domains: domains.toSorted() })), target };
}

/** The server and applications that a question is about. */
function hitBy({ subject }: Question) {
  assert.ok(subject.kind === "server" || subject.kind === "app", subject.kind);
  return machineOf(subject);
}

function valuesOf({ facts = [] }: Question, name: string): readonly string[] {
  const fact = facts.find((candidate) => candidate.name === name);
  assert.ok(fact !== undefined, `no fact ${name}`);
  return fact.values;
}

Deno.test("these cases cover every destructive tool, and the two that read passwords", () => {
  const destructive = allTools.filter(({ effect, forwards }) => effect === "destructive" && !forwards).map(({ name }) =>
    name
  );

  assert.deepEqual(
    [...ROWS.map(({ tool }) => tool), ...ON_ACCOUNT].sort(),
    [...destructive, "get_app_credentials", "get_git_branch_names"].sort(),
  );
});

for (const { tool, args, callerTexts = [], setUp, hits = 0, headline, shows, otherTarget } of ROWS) {
  Deno.test(`the question of ${tool} says what is affected and what it means, and changes nothing`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);

    const question = await started.ask(tool, args);

    assert.match(question.headline, headline);
    assert.ok(question.consequences.length >= 2);
    for (const sentence of question.consequences) assert.match(sentence, /^[^\n]+\.$/);
    assert.match(ownSentences(question), /undone|brought back|called off/);
    const { id, label, public_ip: ip, apps } = serverOf(started.sandbox);
    const { server: shown, apps: named } = hitBy(question);
    assert.deepEqual(shown, { id, label, ip });
    const hit = ON_SERVER.some((row) => row.tool === tool) ? apps : apps.slice(hits, hits + 1);
    assert.deepEqual(named?.map((app) => [app.id, app.label]), hit.map((app) => [app.id, app.label]));
    if (shows !== undefined) assert.ok(valuesOf(question, shows[0]).includes(shows[1]), JSON.stringify(question.facts));
    assert.ok(started.sandbox.requests.every(({ method }) => method === "GET"));
  });

  Deno.test(`our own sentences in the question of ${tool} hold no word of the account or the caller`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);

    const words = ownSentences(await started.ask(tool, args));

    for (const text of [...accountTexts(started.sandbox), ...callerTexts]) {
      assert.ok(!words.includes(text), `${JSON.stringify(text)} stands in: ${words}`);
    }
  });

  Deno.test(`a yes to ${tool} is bound only to facts that do not change by themselves`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);
    const first = await started.ask(tool, args);

    const again = await started.ask(tool, args);
    const server = serverOf(started.sandbox);
    server.whitelist.sftp.ips.reverse();
    for (const app of server.apps) app.backups.unshift("2026-11-19T00:00:00");
    const later = await started.ask(tool, args);

    assert.deepEqual(again, first);
    assert.deepEqual(boundTo(later), boundTo(first));
  });

  Deno.test(`a yes to ${tool} no longer fits after its subject has changed, even if the listing is cached`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);
    const first = await started.ask(tool, args);
    await (await started.plan("list_servers", {})).run();

    const changes = [
      (sandbox: Sandbox) => void serverOf(sandbox).apps[hits]?.aliases.push("new.canary.example.com"),
      (sandbox: Sandbox) => void (serverOf(sandbox).label = "Another"),
      ...(otherTarget === undefined ? [] : [otherTarget]),
    ];
    const bound = [boundTo(first)];
    for (const change of changes) {
      change(started.sandbox);
      bound.push(boundTo(await started.ask(tool, args)));
    }

    const different = new Set(bound.map((value) => JSON.stringify(value)));
    assert.equal(different.size, changes.length + 1, [...different].join("\n"));
  });

  Deno.test(`nobody is asked about ${tool} on a subject that does not exist`, async () => {
    await using started = await start();
    const ids = "app_id" in args ? [{ app_id: 999 }, { app_id: 200001, server_id: 100002 }] : [{ server_id: 999 }];

    for (const wrong of ids) {
      await assert.rejects(started.plan(tool, { ...args, ...wrong }), { code: "not_found" });
    }

    assert.ok(started.sandbox.requests.every(({ operationId }) => operationId === "server_list"));
  });
}

Deno.test("a yes to restore_app is bound to the restore point as Cloudways lists it", async () => {
  await using started = await start();

  const { target } = await started.ask("restore_app", { ...APP, time: "2026-08-05 23:19:06" });

  assert.deepEqual(target, { time: "2026-08-05T23:19:06" });
});

for (const { tool, args, setUp } of ON_SERVER) {
  Deno.test(`${tool} names every application of the server with all its domains, the primary one first`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);
    const shop = shopOf(started.sandbox);
    shop.aliases = ["www.shop.canary.example.com", "a.canary.example.com"];
    serverOf(started.sandbox).apps.push({ ...stagingOf(started.sandbox), id: 200099, label: "Just made" });

    const question = await started.ask(tool, args);

    const { headline } = question;
    const { apps } = hitBy(question);
    assert.deepEqual(apps?.map(({ id, domains }) => [id, domains]), [
      [200001, ["shop.canary.example.com", "www.shop.canary.example.com", "a.canary.example.com"]],
      [200002, ["blog.canary.example.com"]],
      [200003, ["woocommerce-100001-200003.cloudwaysapps.test"]],
      [200099, ["woocommerce-100001-200099.cloudwaysapps.test"]],
    ]);
    if (/application/.test(headline)) assert.match(headline, /4 applications/);
  });
}

Deno.test("one application, and none, are counted correctly", async () => {
  await using started = await start();
  const { apps } = serverOf(started.sandbox);

  apps.length = 1;
  const one = await started.ask("stop_server", SERVER);
  apps.length = 0;
  const none = await started.ask("stop_server", SERVER);

  assert.equal(one.headline, "Stop server 100001: 1 application goes offline.");
  assert.equal(none.headline, "Stop server 100001: 0 applications go offline.");
  assert.deepEqual(hitBy(none).apps, []);
});

Deno.test("unknown applications are not counted as none", async () => {
  await using started = await start();
  serverOf(started.sandbox).untold.push("apps");

  const question = await started.ask("stop_server", SERVER);

  assert.equal(question.headline, "Stop server 100001: all its applications go offline.");
  assert.equal(hitBy(question).apps, null);
});

interface Case {
  name: string;
  tool: string;
  args: Args;
  setUp?: (sandbox: Sandbox) => void;
}

const keyRefused = (status: number) => (sandbox: Sandbox) =>
  void sandbox.addFault({ operationId: "git_key_get", kind: { status } });
const historyRefused = (sandbox: Sandbox) =>
  void sandbox.addFault({ operationId: "git_history_get", kind: { status: 422 } });

const ASKED: Case[] = [
  { name: "restarting a service", tool: "change_service_state", args: { service: "nginx", action: "restart" } },
  {
    name: "a certificate in place of an own one",
    tool: "install_ssl_certificate",
    args: FILES,
    setUp: (sandbox) => void Object.assign(shopOf(sandbox), { lets_encrypt: null, ...withCertificate }),
  },
  {
    name: "a certificate if Cloudways doesn't say whether there is one",
    tool: "install_ssl_certificate",
    args: FILES,
    setUp: (sandbox) => void Object.assign(shopOf(sandbox), { lets_encrypt: null, own_ssl: undefined }),
  },
  {
    name: "a deploy key if Cloudways won't show the present one",
    tool: "generate_git_ssh_key",
    args: {},
    setUp: keyRefused(422),
  },
  {
    name: "a pull if Cloudways won't show the history",
    tool: "git_pull",
    args: { branch: "account-canary", deploy_path: "account-canary-folder" },
    setUp: historyRefused,
  },
  {
    name: "a first pull",
    tool: "git_pull",
    args: { branch: "main" },
    setUp: (sandbox) => void (shopOf(sandbox).git.log = []),
  },
  {
    name: "a clone if Cloudways won't show the history",
    tool: "git_clone",
    args: { git_url: GIT_URL, branch: "main" },
    setUp: historyRefused,
  },
];

for (const { name, tool, args, setUp } of ASKED) {
  Deno.test(`a person is asked about ${name}`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);
    const ids = tool === "change_service_state" ? SERVER : APP;

    const question = await started.ask(tool, { ...ids, ...args });

    assert.ok(question.consequences.length > 0);
  });
}

const NOT_ASKED: Case[] = [
  { name: "starting a service", tool: "change_service_state", args: { ...SERVER, service: "nginx", action: "start" } },
  {
    name: "a first primary domain",
    tool: "update_app_cname",
    args: { ...APP, cname: "new.example.com" },
    setUp: (sandbox) => void (shopOf(sandbox).cname = ""),
  },
  {
    name: "a first certificate",
    tool: "install_ssl_certificate",
    args: { ...APP, ...FILES },
    setUp: (sandbox) => void (shopOf(sandbox).lets_encrypt = null),
  },
  {
    name: "a first deploy key",
    tool: "generate_git_ssh_key",
    args: APP,
    setUp: (sandbox) => void (shopOf(sandbox).git.key = ""),
  },
  {
    name: "pulling what was deployed last",
    tool: "git_pull",
    args: { ...APP, branch: "account-canary", deploy_path: "account-canary-folder" },
  },
  { name: "users without their passwords", tool: "get_app_credentials", args: APP },
];

for (const { name, tool, args, setUp } of NOT_ASKED) {
  Deno.test(`nobody is asked about ${name}`, async () => {
    await using started = await start();
    // The listing that is cached remembers another state, and doesn't count.
    await (await started.plan("list_servers", {})).run();
    setUp?.(started.sandbox);

    const planned = await started.plan(tool, args);

    assert.equal(planned.question, undefined);
    assert.ok(started.sandbox.requests.every(({ method }) => method === "GET"));
    await planned.run();
  });
}

Deno.test("showing users without their passwords costs no further request", async () => {
  await using started = await start();
  await (await started.plan("list_servers", {})).run();

  await (await started.plan("get_app_credentials", APP)).run();

  assert.deepEqual(started.sandbox.requests.map(({ operationId }) => operationId), ["server_list", "app_credentials"]);
});

Deno.test("a failure that says nothing about a deploy key or a deployment does not lead to a question", async () => {
  await using started = await start();
  keyRefused(500)(started.sandbox);
  started.sandbox.addFault({ operationId: "git_history_get", kind: { status: 500 } });

  await assert.rejects(started.plan("generate_git_ssh_key", APP), { code: "upstream_error" });
  await assert.rejects(started.plan("git_pull", { ...APP, branch: "main" }), { code: "upstream_error" });
});

const REFUSED: (Case & { code: string })[] = [
  {
    name: "a certificate for none of the application's domains",
    tool: "install_ssl_certificate",
    args: { ...APP, ...FILES, certificate: certificatePem({ domains: ["example.org"] }) },
    code: "invalid_arguments",
  },
  {
    name: "a key that does not fit the certificate",
    tool: "install_ssl_certificate",
    args: { ...APP, ...FILES, private_key: keyPem(testKey(2)) },
    code: "invalid_arguments",
  },
  {
    name: "a whitelist that would not change",
    tool: "update_whitelisted_ips",
    args: { ...SERVER, list: "ssh", add: ["198.51.100.7"] },
    code: "validation_failed",
  },
  {
    name: "a whitelist that can't be read",
    tool: "update_whitelisted_ips",
    args: { ...SERVER, list: "ssh", add: ["203.0.113.7"] },
    setUp: (sandbox) =>
      void sandbox.addFault({ operationId: "security_get_whitelisted_ips", kind: { status: 200, body: [] } }),
    code: "upstream_error",
  },
];

for (const { name, tool, args, setUp, code } of REFUSED) {
  Deno.test(`nobody is asked about ${name}`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);

    await assert.rejects(started.plan(tool, args), { code });
  });
}

Deno.test("the question of a whitelist shows it before and after, and names what is wide", async () => {
  await using started = await start();
  const change = { replace: ["0.0.0.0/0", "2001:db8::/32", "198.51.100.7"], policy: "block_all" };

  const question = await started.ask("update_whitelisted_ips", { ...SERVER, list: "ssh", ...change });

  assert.match(question.headline, /2 entries added, 1 removed, policy changed\.$/);
  assert.deepEqual(question.facts, [
    { name: "Added", values: ["0.0.0.0/0", "2001:db8::/32"] },
    { name: "Removed", values: ["198.51.100.0/24"] },
    { name: "Wide ranges", values: ["0.0.0.0/0: every IPv4 address", "2001:db8::/32: 2^96 addresses"] },
    { name: "Before", values: ["198.51.100.7", "198.51.100.0/24"] },
    { name: "After", values: ["198.51.100.7", "0.0.0.0/0", "2001:db8::/32"] },
    { name: "Policy before", values: ["allow_all"] },
    { name: "Policy after", values: ["block_all"] },
  ]);
  assert.match(
    ownSentences(question),
    /lets everybody in: \/0 stands in it 1 time\.\n.*1 wide range\.\n.*block_all locks out/,
  );
  assert.deepEqual(question.target, {
    list: "ssh",
    ips: ["198.51.100.0/24", "198.51.100.7"],
    policy: "allow_all",
  });
});

Deno.test("allow_all and an emptied list are said plainly", async () => {
  await using started = await start();
  const words = async (change: Args) =>
    ownSentences(await started.ask("update_whitelisted_ips", { ...SERVER, list: "ssh", ...change }));

  const open = await words({ add: ["203.0.113.7"] });
  const closed = await words({ replace: [], policy: "block_all" });

  assert.match(open, /allow_all lets addresses connect that are not on the list/);
  assert.match(closed, /locks everyone out/);
});

Deno.test("an unknown list is called unknown, not empty", async () => {
  await using started = await start();
  const body = { status: true };
  started.sandbox.addFault({ operationId: "security_get_whitelisted_ips", kind: { status: 200, body } });

  const args = { ...SERVER, list: "ssh", replace: ["203.0.113.7"] };
  const question = await started.ask("update_whitelisted_ips", args);

  assert.deepEqual(valuesOf(question, "Before"), ["not told"]);
  assert.match(ownSentences(question), /whatever it holds is replaced/);
});

Deno.test("only the list that was asked about is changed", async () => {
  for (const inBetween of [false, true]) {
    await using started = await start();
    const list = serverOf(started.sandbox).whitelist.sftp;
    const planned = await started.plan("update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });
    if (inBetween) list.ips.push("192.0.2.9");

    const outcome = await planned.run().catch((error) => error);

    const writes = started.sandbox.requestsTo("security_update_whitelisted_ips").length;
    assert.equal(writes, inBetween ? 0 : 1);
    if (inBetween) assert.ok(outcome instanceof ToolError && /Nothing was written/.test(outcome.message));
    else assert.deepEqual(list.ips, ["198.51.100.7", "198.51.100.0/24", "203.0.113.7"]);
  }
});

Deno.test("settings are changed from what was asked about, or not at all", async () => {
  const changes: [tool: string, args: Args, meanwhile: (sandbox: Sandbox) => void][] = [
    ["update_server_settings", { upload_size: 64 }, (sandbox) => void (serverOf(sandbox).settings.upload_size = "32")],
    ["update_backup_schedule", { backup_retention: 4 }, (sandbox) => void (serverOf(sandbox).backup_frequency = "12h")],
    ["set_snapshot_frequency", { enabled: false }, snapshotsEvery("12")],
    [
      "update_disk_cleanup_settings",
      { enabled: true },
      (sandbox) => void (serverOf(sandbox).diskCleanup.remove_app_tmp = "yes"),
    ],
  ];
  for (const [tool, args, meanwhile] of changes) {
    await using started = await start();
    snapshotsEvery("24")(started.sandbox);
    const planned = await started.plan(tool, { ...SERVER, ...args });
    meanwhile(started.sandbox);

    await assert.rejects(planned.run(), { code: "upstream_error", done: "nothing" }, tool);

    assert.ok(started.sandbox.requests.every(({ method }) => method === "GET"), tool);
  }
});

Deno.test("a clean-up is explained only by the flags that are set", async () => {
  await using started = await start();

  const logs = ownSentences(await started.ask("optimize_server_disk", { ...SERVER, rotate_app_log: true }));
  const data = ownSentences(await started.ask("optimize_server_disk", { ...SERVER, remove_app_private_html: true }));

  assert.match(logs, /logs of every application/);
  assert.doesNotMatch(logs, /private_html|tmp|backups|system/);
  assert.match(data, /private_html folder of every application/);
  assert.doesNotMatch(data, /logs/);
});

for (const { tool, args, setUp, readsListing = 0 } of ROWS) {
  Deno.test(`${tool} is carried out on the ids that were asked about`, async () => {
    await using started = await start();
    setUp?.(started.sandbox);
    for (const app of serverOf(started.sandbox).apps) app.localBackup = true;
    const planned = await started.plan(tool, args);
    const listed = started.sandbox.requestsTo("server_list").length;

    await planned.run();

    const sent = started.sandbox.requests.filter(({ method }) => method !== "GET");
    const read = READS[tool] === undefined ? [] : started.sandbox.requestsTo(READS[tool]);
    const { source_server_id, server_id = source_server_id, app_id } = sent[0]?.fields ?? read[0]?.fields ?? {};
    assert.deepEqual([server_id, app_id ?? args.app_id], [100001, args.app_id]);
    assert.deepEqual([sent.length, read.length], READS[tool] === undefined ? [1, 0] : [0, 1]);
    // The one further read is that of the passwords.
    const more = started.sandbox.requestsTo("server_list").length - listed;
    assert.equal(more, tool === "get_app_credentials" ? 1 : readsListing);
  });
}

const readPoints = async ({ plan }: Started, app_id: number, customer?: string) =>
  await (await plan("get_app_restore_points", { app_id }, customer)).run();

async function backupsIn({ ask }: Started, customer?: string): Promise<(string | null)[] | undefined> {
  return hitBy(await ask("stop_server", SERVER, customer)).apps?.map(({ lastBackup }) => lastBackup);
}

Deno.test("a question names the newest known restore point, and starts no operation to find one", async () => {
  await using started = await start({ clock: new FakeClock() });
  shopOf(started.sandbox).backups = ["2026-11-18 03:00:00", "weekly", "2026-11-19T03:00:00", "2026-11-17T03:00:00"];
  const before = await backupsIn(started);
  assert.equal(started.sandbox.requestsTo("app_backup_status_get").length, 0);

  await readPoints(started, 200001);
  const after = await backupsIn(started);
  const [app] = hitBy(await started.ask("restore_app", { ...APP, time: "2026-11-17T03:00:00" })).apps ?? [];

  assert.deepEqual(before, [null, null, null]);
  assert.deepEqual(after, ["2026-11-19T03:00:00", null, null]);
  assert.equal(app?.lastBackup, "2026-11-19T03:00:00");
  assert.equal(started.sandbox.requestsTo("app_backup_status_get").length, 1);
});

Deno.test("a question also names a restore point that get_operation_status found", async () => {
  await using started = await start();
  const parameters = JSON.stringify({ backup_dates: ["2026-11-19T03:00:00"], local_backup_exists: false });
  const operation = {
    type: "app_restore_points",
    server_id: "100001",
    app_id: "200001",
    is_completed: "1",
    parameters,
  };
  const kind = { status: 200, body: { operation } };
  started.sandbox.addFault({ operationId: "operation_status", kind });

  await (await started.plan("get_operation_status", { operation_id: "flex-7", wait_seconds: 0 })).run();

  assert.deepEqual(await backupsIn(started), ["2026-11-19T03:00:00", null, null]);
});

Deno.test("each restore point stays known for an hour after it was seen", async () => {
  const clock = new FakeClock();
  await using started = await start({ clock });
  const points = serverOf(started.sandbox).apps.map(({ backups }) => backups.toSorted().at(-1) ?? "");
  const [first, second] = points;

  await readPoints(started, 200001);
  await clock.advance(40 * 60_000);
  await readPoints(started, 200002);
  await clock.advance(20 * 60_000 - 1);
  const both = await backupsIn(started);
  await clock.advance(1);
  const one = await backupsIn(started);
  await clock.advance(40 * 60_000);
  const none = await backupsIn(started);

  assert.deepEqual(both, [first, second, null]);
  assert.deepEqual(one, [null, second, null]);
  assert.deepEqual(none, [null, null, null]);
});

Deno.test("an empty list of restore points clears those that were known", async () => {
  await using started = await start();
  await readPoints(started, 200001);
  shopOf(started.sandbox).backups = [];

  await readPoints(started, 200001);

  assert.deepEqual(await backupsIn(started), [null, null, null]);
});

Deno.test("restore points that one customer saw are not shown to another", async () => {
  await using started = await start();

  await readPoints(started, 200001, "a");

  assert.notEqual((await backupsIn(started, "a"))?.[0], null);
  assert.equal((await backupsIn(started, "b"))?.[0], null);
});
