/**
 * What a person sees determines what is sent. The tests read the values back from the form's text and the page, and
 * compare them with the request that the sandbox got.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CustomerIds } from "../../src/identity/customer_id.ts";
import { Fingerprints } from "../../src/crypto/fingerprints.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import { type AskingCall, askingCalls, ODD_RESTORE_POINTS, READS } from "../support/asking_calls.ts";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import { MADE_PASSWORD } from "../tool_rows/row.ts";
import { withoutMadePassword } from "../tool_rows/sent.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { SSH_KEYS } from "../support/ssh_keys.ts";
import { callModern } from "../support/rpc_2026.ts";
import { approvalOf, yesTo } from "../support/yes.ts";
import { type AccountState, type Sandbox, type ServerState, startSandbox } from "../sandbox/mod.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;

/** What is read back from a question: each argument and each fact, as one text or as a list. */
interface Shown {
  headline: string;
  arguments: Record<string, string | string[]>;
  facts: Record<string, string | string[]>;
}

/** Letters and marks that a person, a form or a page may misread. */
const UNITS = [
  ..."abcxyz019-_.+=`'\"<>&$#!|;,(){}%@/",
  "а",
  "е",
  "é",
  "ü",
  "日",
  "\\u{41}",
  "⟨",
  "⟩",
  "“",
  "”",
  "…",
  "–",
];
const word = (units: readonly string[], maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength });
const plainUnits = [..."abcxyz019"];

const branch = fc.oneof(
  word(UNITS, 30),
  fc.tuple(fc.integer({ min: 55, max: 240 }), word(plainUnits, 3)).map(([length, end]) => "b".repeat(length) + end),
  fc.constantFrom("main", "mаin", "token=abc123", "cw_evil_branch_name", "password:hunter22", "https://u:p@h/x"),
);
const domain = fc.tuple(word(plainUnits, 60), word(plainUnits, 60), fc.constantFrom("com", "example.org"))
  .map(([a, b, end]) => `x${a}.y${b}.${end}`);
const address = fc.oneof(fc.ipV4().filter((ip) => ip !== "0.0.0.0"), fc.ipV6().filter((ip) => /[1-9a-f]/i.test(ip)));
const addresses = fc.uniqueArray(fc.ipV4().map((ip) => `${ip}/32`), { minLength: 1, maxLength: 60 });
const gitUrl = fc.tuple(
  fc.constantFrom("git@", "ssh://git@", "ssh://deploy@"),
  fc.constantFrom("gitlab.com", "git.example.com", "h".repeat(60) + ".example.com"),
  fc.constantFrom("cw_evil", "team", "token", "eyJhbGciOi.eyJzdWIiOi.x", "t".repeat(70)),
  word(plainUnits, 20),
).map(([user, host, team, name]) => `${user}${host}${user.startsWith("ssh") ? "/" : ":"}${team}/${name}.git`);
const pem = certificatePem({ domains: ["shop.example.com"] });
const certificate = fc.constantFrom("", "\n", "Comment\n\t", " \n").map((before) => before + pem);
const privateKey = fc.constantFrom("", "\n\n", "Comment\n").map((before) => before + keyPem(testKey(1)));

const userName = fc.stringMatching(/^[a-z][a-z0-9_-]{1,31}$/);
const cronLine = word([...UNITS, " "], 60).map((command) => `*/5 *  * * * x${command}`);

const personsName = word(UNITS, 80);
const email = word(plainUnits, 60).map((user) => `x${user}@example.com`);
const section = fc.constantFrom("billing", "support", "Access Details");
const serverAccess = fc.oneof(
  fc.constant({ is_full: true }),
  fc.record({
    sections: fc.subarray(["monitoring", "backups"]),
    apps: fc.subarray([200001, 200002, 200003], { minLength: 1 }),
  }),
);
const access = fc.oneof(
  fc.constant({ account: { is_full: true } }),
  fc.record({
    account: fc.record({ is_full: fc.constant(false), sections: fc.uniqueArray(section) }),
    servers: fc.record({ 100001: serverAccess }),
  }),
  fc.constant({ account: { is_full: false, sections: ["billing"] }, servers: { 100002: { apps: ["200004"] } } }),
).map((given) => JSON.stringify(given));

/** Random values for inputs, by their names; inputs that are not here stay as the tool table has them. */
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  branch,
  git_url: gitUrl,
  deploy_path: fc.oneof(fc.constantFrom("", "cw_secret_folder"), word([...plainUnits, "_"], 200)),
  time: fc.constantFrom(...ODD_RESTORE_POINTS),
  type: fc.stringMatching(/^[a-z_]{1,40}$/),
  cname: domain,
  webroot: word([...plainUnits, "_"], 200),
  symlink: word([...plainUnits, "_"], 200),
  cors_header: word(UNITS, 60),
  domain,
  wildcard: fc.boolean(),
  ip: address,
  add: addresses,
  policy: fc.constantFrom("allow_all", "block_all"),
  list: fc.constant("ssh"),
  service: fc.constantFrom("nginx", "apache2", "mysql", "memcached", "varnish"),
  remove_app_tmp: fc.boolean(),
  remove_app_private_html: fc.boolean(),
  rotate_system_log: fc.boolean(),
  remove_app_local_backup: fc.boolean(),
  certificate,
  private_key: privateKey,
  password: fc.constantFrom("EXAMPLE", " EXAMPLE ", "other"),
};

/** The same for one tool, where others have an input of that name. */
const OWN_VALUES: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  update_app_php_settings: {
    add: fc.array(word(plainUnits, 9).map((name) => `php_value[x${name}] =  ${name}`), { minLength: 1, maxLength: 5 }),
  },
  update_app_varnish_rules: {
    add: fc.array(word(UNITS, 30).map((value) => `url:/x${value}`), { minLength: 1, maxLength: 5 }),
  },
  update_app_cron_jobs: { add: fc.array(cronLine, { minLength: 1, maxLength: 5 }) },
  change_service_state: { action: fc.constantFrom("stop", "restart") },
  update_project: { name: personsName, remove: fc.subarray([200002, 200004, 200005], { minLength: 1 }) },
  add_team_member: { name: personsName, email, role: personsName, access },
  update_team_member: { name: personsName, role: personsName, enabled: fc.boolean(), access },
  update_server_settings: {
    upload_size: fc.integer({ min: 1, max: 2_000_000_000 }),
    display_errors: fc.boolean(),
    xdebug: fc.boolean(),
    timezone: fc.constantFrom("UTC", "Pacific/Midway"),
    tls_versions: fc.subarray(["1.0", "1.1", "1.2", "1.3"], { minLength: 1 }),
    sys_locale: fc.stringMatching(/^[A-Za-z][\w.@-]{1,39}$/),
  },
  update_server_package: { version: fc.constantFrom("8.1", "8.3") },
  update_backup_schedule: {
    backup_time: fc.constantFrom("00:00", "03:00", "12:34", "23:59"),
    backup_frequency: fc.constantFrom("1h", "1", "2"),
    backup_retention: fc.integer({ min: 1, max: 10_000 }),
    local_backups: fc.boolean(),
  },
  restore_quarantined_files: {
    files: fc.subarray(["17", "18", "public_html/wp-content/bad.php"], { minLength: 1 }),
  },
  update_app_ip_rules: { list: fc.constantFrom("allow", "block"), reason: personsName },
  update_server_ip_rules: {
    list: fc.constantFrom("allow", "block"),
    add: addresses,
    minutes: fc.integer({ min: 1, max: 525_600 }),
  },
  update_server_country_blocks: { add: fc.subarray(["AF", "GB"], { minLength: 1 }), reason: personsName },
  update_firewall_settings: {
    request_limit: fc.integer({ min: 1, max: 1_000_000 }),
    weak_password_protection: fc.boolean(),
  },
  set_snapshot_frequency: { hours: fc.integer({ min: 1, max: 10_000 }) },
  update_disk_cleanup_settings: { enabled: fc.boolean() },
  update_cloudflare_settings: {
    caching: fc.boolean(),
    edge_caching: fc.boolean(),
    early_hints: fc.boolean(),
    image_optimization: fc.constantFrom("off", "lossless", "lossy"),
    minification: fc.boolean(),
    mobile_optimization: fc.boolean(),
    scrape_shield: fc.boolean(),
  },
  add_dns_domains: { domains: fc.array(domain, { minLength: 1, maxLength: 5 }) },
  delete_dns_domains: { domain: fc.constant("example.com") },
  add_dns_records: {
    domain: fc.constant("example.com"),
    type: fc.constantFrom("A", "NS"),
    host: fc.constantFrom("@", "www"),
    values: fc.oneof(
      fc.array(fc.ipV4().filter((ip) => ip !== "0.0.0.0"), { minLength: 1, maxLength: 5 }),
      fc.array(domain, { minLength: 1, maxLength: 5 }),
    ),
    ttl_seconds: fc.integer({ min: 60, max: 604_800 }),
  },
  update_dns_record: {
    domain: fc.constant("example.com"),
    value: fc.ipV4().filter((ip) => ip !== "0.0.0.0"),
    ttl_seconds: fc.integer({ min: 60, max: 604_800 }),
  },
  delete_dns_records: { domain: fc.constant("example.com") },
  create_app_user: { user_name: userName },
  rename_master_user: { user_name: userName },
  delete_email_domain: { domain: fc.constant("example.com") },
  activate_addon: { addon_id: fc.constant(5), package_id: fc.constantFrom(11, 12) },
  change_addon_package: { package_id: fc.constantFrom(21, 22) },
  set_server_addon: {
    provider: word(UNITS, 60),
    host: domain,
    port: fc.integer({ min: 1, max: 65_535 }),
    smtp_user: word(UNITS, 100),
  },
  request_app_addon: { version: word(UNITS, 40) },
  create_alert_channel: {
    name: personsName,
    webhook_url: fc.tuple(word(plainUnits, 40), word([...plainUnits, "/", "?", "%"], 60))
      .map(([host, path]) => `https://x${host}.example.com/${path}`),
    event_ids: fc.subarray([1, 2], { minLength: 1 }),
    enabled: fc.boolean(),
  },
  update_alert_channel: {
    name: personsName,
    email,
    enabled: fc.boolean(),
    remove: fc.constantFrom([1], [2]),
  },
  change_copilot_subscription: { action: fc.constant("change"), plan_id: fc.constantFrom(2, 3) },
  add_ssh_key: {
    label: word(UNITS, 100),
    public_key: fc.tuple(fc.constantFrom(...Object.values(SSH_KEYS)), word(UNITS, 50))
      .map(([{ text }, comment]) => `${text.split(" ", 2).join(" ")} ${comment}`),
  },
};

const label = word(UNITS, 8);
const gigabytes = fc.integer({ min: 21, max: 16_000 });

/** The same for the tools that make and change servers. */
const SERVER_VALUES: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  create_server: {
    region: fc.constantFrom("lon1", "nyc3"),
    size: fc.constantFrom("1GB", "4GB"),
    application: fc.constantFrom("wordpress", "woocommerce"),
    server_label: label,
    app_label: label,
  },
  clone_server: {
    region: fc.constantFrom("lon1", "nyc3"),
    app_label: label,
    app_id: fc.constantFrom(200001, 200002),
    also_copy: fc.subarray(["server_settings", "app_domains", "app_crons", "team_access"], { minLength: 1 }),
    block_storage_gb: gigabytes,
  },
  resize_server: { size: fc.constantFrom("1GB", "4GB", "8GB") },
  resize_server_volume: { volume: fc.constantFrom("data", "database"), size_gb: gigabytes },
  set_server_block_storage: { size_gb: gigabytes },
  offer_server_transfer: { email },
};

/** Optional inputs that are tried too. */
const OPTIONAL: Record<string, readonly string[]> = {
  clone_server: ["app_id", "also_copy", "block_storage_gb"],
  git_clone: ["deploy_path"],
  git_pull: ["deploy_path"],
  restore_app: ["type"],
  update_whitelisted_ips: ["policy"],
  install_ssl_certificate: ["password"],
  optimize_server_disk: ["remove_app_tmp", "remove_app_private_html", "rotate_system_log", "remove_app_local_backup"],
  update_server_settings: ["display_errors", "xdebug", "timezone", "tls_versions", "sys_locale"],
  update_backup_schedule: ["backup_frequency", "backup_retention", "local_backups"],
  update_disk_cleanup_settings: ["remove_app_tmp", "remove_app_private_html", "rotate_system_log"],
  update_project: ["name"],
  update_server_ip_rules: ["minutes"],
  update_server_country_blocks: ["reason"],
  update_firewall_settings: ["weak_password_protection"],
  add_team_member: ["role"],
  update_team_member: ["name", "enabled", "access"],
  update_cloudflare_settings: [
    ...["edge_caching", "early_hints", "image_optimization", "minification", "mobile_optimization", "scrape_shield"],
  ],
  add_dns_records: ["ttl_seconds"],
  update_dns_record: ["value"],
  activate_addon: ["package_id"],
  set_server_addon: ["provider", "port", "smtp_user", "password"],
  request_app_addon: ["version"],
  create_alert_channel: ["event_ids", "enabled"],
  update_alert_channel: ["email", "enabled", "remove"],
  change_copilot_subscription: ["plan_id"],
};

/** What a question calls the values that are sent under these names. */
const LABELS: Record<string, string> = {
  upload_size: "Largest upload (MB)",
  display_errors: "PHP errors on pages",
  mod_xdebug: "PHP Xdebug",
  date_timezone: "PHP time zone",
  tls_version: "TLS versions",
  sys_locale: "System locale",
  backup_frequency: "Backup interval",
  backup_retention: "Backups kept (most likely days)",
  backup_time: "Start time (most likely UTC)",
  local_backups: "Copies on the server",
  automate_cleanup: "Automatic clean-up",
  remove_app_tmp: "Empty tmp folders",
  remove_app_private_html: "Empty private_html folders",
  rotate_system_log: "Rotate system logs",
  rotate_app_log: "Rotate application logs",
  remove_app_local_backup: "Delete local backups",
  caching: "Caching",
  edgecaching: "Caching of pages at the edge",
  early_hints: "Early hints",
  image_optimization: "Image optimization",
  minification: "Minification",
  mobile_optimization: "Image loading for mobiles",
  scrapeshield: "Scrape Shield",
};

/** The words of a switch, as it is sent. */
const ON_OFF = { on: "true", off: "false" };

/** The values after a change, with those that stay, under the names they are sent by. */
function labelled({ facts }: Shown, words: Record<string, Record<string, string>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(LABELS).flatMap(([name, label]) => {
      const shown = facts[`${label} after`] ?? facts[`${label} as before`];
      return shown === undefined ? [] : [[name, words[name]?.[String(shown)] ?? shown]];
    }),
  );
}

const wildcardIn = ({ Wildcard }: Shown["facts"]) => String(Wildcard === "yes");

/** The members of a request by what was shown: where they have other names, or are made of a fact. */
const SENT: Record<string, (shown: Shown) => Record<string, unknown>> = {
  change_service_state: ({ arguments: { service, action } }) => ({ service, state: action }),
  enforce_app_https: ({ arguments: { enabled } }) => ({ status: enabled === "true" ? "enable" : "disable" }),
  git_clone: ({ arguments: { git_url, branch, deploy_path } }) => ({ git_url, branch_name: branch, deploy_path }),
  git_pull: ({ arguments: { branch, deploy_path } }) => ({ branch_name: branch, deploy_path }),
  revoke_letsencrypt: ({ arguments: { domain }, facts }) => ({ ssl_domain: domain, wild_card: wildcardIn(facts) }),
  update_app_cname: ({ arguments: { cname } }) => ({ cname }),
  update_app_aliases: ({ facts }) => ({ aliases: [facts.After ?? []].flat() }),
  update_app_settings: ({ arguments: { xmlrpc } }) => ({ status: xmlrpc === "true" ? "enable" : "disable" }),
  set_app_ssh_access: ({ arguments: { enabled } }) => (
    { update_perms_action: enabled === "true" ? "enable" : "disable" }
  ),
  set_app_state: ({ arguments: { enabled } }) => ({ state: enabled === "true" ? "Enable" : "Disable" }),
  set_app_cors_headers: ({ arguments: { cors_header } }) => ({ corsHeader: cors_header }),
  update_app_php_settings: ({ facts }) => ({ fpm_setting: btoa([facts.After].flat().join("\n")) }),
  update_app_varnish_rules: ({ facts }) => ({ vcl_list: JSON.stringify([facts.After].flat().map(varnishRule)) }),
  update_app_cron_jobs: ({ facts }) => ({ crons: JSON.stringify(facts.After), is_script: "true" }),
  update_whitelisted_ips: ({ facts }) => ({ ip: [facts.After].flat(), ipPolicy: facts["Policy after"] }),
  optimize_server_disk: ({ arguments: flags }) =>
    Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, flag === "true" ? "yes" : "no"])),
  install_ssl_certificate: ({ arguments: { certificate, private_key, password } }) => (
    { ssl_crt: certificate, ssl_key: private_key, ...(password !== undefined && { password }) }
  ),
  get_app_credentials: () => ({}),
  install_letsencrypt: ({ arguments: { email, domains, wildcard } }) => (
    { ssl_email: email, ssl_domains: domains, wild_card: wildcard }
  ),
  renew_letsencrypt: ({ arguments: { email, domain }, facts }) => ({
    wild_card: wildcardIn(facts),
    ...(email !== undefined && { ssl_email: email }),
    ...(domain !== undefined && { domain }),
  }),
  set_letsencrypt_auto_renewal: ({ arguments: { enabled } }) => ({ auto: enabled }),
  push_staging_app: synced,
  pull_staging_app: synced,
  update_project: ({ facts }) => ({ name: facts["Name after"] ?? facts.Name, app_ids: idsIn(facts.After).join(",") }),
  delete_project: () => ({}),
  add_team_member: ({ facts }) => ({
    name: facts.Name,
    email: facts["E-mail"],
    ...(typeof facts.Role === "string" && { role: facts.Role }),
    status: "1",
    ...accessShown(facts.Access),
  }),
  update_team_member: ({ facts }) => ({
    name: facts["Name after"] ?? facts["Name as before"],
    role: facts["Role after"] ?? facts["Role as before"],
    status: (facts["Status after"] ?? facts["Status as before"]) === "active" ? "1" : "0",
    ...(facts.Access === undefined
      ? { account: { is_full: facts["Full access to the account now"] === "yes" } }
      : accessShown(facts.Access)),
  }),
  remove_team_member: () => ({}),
  set_staging_password_prompt: () => ({ action: "disable" }),
  reset_staging_password: ({ arguments: { user_name } }) => ({ username: user_name }),
  run_app_updates: ({ arguments: { plugins } }) => ({ core: "no", plugin: plugins }),
  set_app_updates: ({ arguments: { enabled } }) => ({ enable: enabled === "true" ? "1" : "0" }),
  // What is left out stays as it is, and is sent all the same.
  update_update_settings: ({ arguments: { day, plugins } }) => ({
    status: "0",
    update_day: day === "Monday" ? "1" : "0",
    update_slot: "3",
    core: "no",
    plugin: plugins,
    emails: "owner@example.com",
    pre_notification: "1",
    successful_updates: "1",
    failed_updates: "1",
  }),
  update_server_settings: (shown) => labelled(shown),
  update_server_package: ({ facts }) => (
    { package_name: facts.Package, package_version: String(facts["Version after"]).split(" ")[0] }
  ),
  update_backup_schedule: (shown) =>
    labelled(shown, {
      backup_frequency: { "1 Hour": "1h", "1 Day": "1", "2 Days": "2" },
      local_backups: { kept: "true", "not kept": "false" },
    }),
  set_snapshot_frequency: ({ facts }) => (
    { snapshot_frequency: facts["Snapshot interval after"] === "none" ? "" : facts["Snapshot interval after"] }
  ),
  update_disk_cleanup_settings: (shown) => labelled(shown, { automate_cleanup: { yes: "enable", no: "disable" } }),
  set_app_protection: () => ({}),
  restore_quarantined_files: ({ facts }) => ({ files: [facts["Files, as they are sent"]].flat().join(",") }),
  update_app_ip_rules: ({ arguments: { list, reason }, facts }) => ({ ips: facts.Address, mode: list, reason }),
  update_server_ip_rules: ({ arguments: { list }, facts }) => {
    const [, minutes] = /^(\d+) minutes$/.exec(String(facts["For how long"])) ?? [];
    const mode = list === "allow" ? "white" : "black";
    return {
      iplist: [facts.Addresses].flat(),
      mode,
      ...(minutes !== undefined && { ttl: minutes, ttl_type: "minutes" }),
    };
  },
  update_server_country_blocks: ({ arguments: { reason }, facts: { Country, Countries = Country } }) => ({
    countrylist: [Countries].flat().map((country) => String(country).split(" ")[0]),
    ...(reason !== undefined && { reason }),
  }),
  update_firewall_settings: ({ facts }) => {
    const [limit, guard] = [facts["Request limit after"], facts["Weak-password protection after"]];
    return {
      ...(limit !== undefined && { request_limit: limit }),
      ...(guard !== undefined && { weak_password: guard === "on" ? "1" : "0" }),
    };
  },
  move_cloudflare_domains: ({ arguments: { domains, destination_app_id }, facts }) => ({
    domains,
    dest_app_id: destination_app_id,
    dest_server_id: String(facts["Its server"]).split(":")[0],
  }),
  update_cloudflare_settings: (shown) =>
    labelled(shown, {
      caching: ON_OFF,
      edgecaching: ON_OFF,
      minification: ON_OFF,
      mobile_optimization: ON_OFF,
      scrapeshield: ON_OFF,
    }),
  add_dns_domains: ({ facts }) => ({ names: [facts.Domain ?? facts.Domains ?? []].flat() }),
  // Cloudways' id of the domain that is shown.
  delete_dns_domains: () => ({ ids: ["9a9f3e63-ef76-4066-8a65-fcbb71e30bd8"] }),
  add_dns_records: ({ facts }) => ({ records: [facts.New ?? []].flat().map(dnsRecord) }),
  update_dns_record: ({ headline, arguments: { record_id }, facts }) => ({
    record_id,
    record: {
      type: /^Change 1 (\w+) record/.exec(headline)?.[1],
      name: facts.Host,
      value: facts["Value after"] ?? facts["Value as before"],
      ttl: Number(facts["TTL in seconds after"] ?? facts["TTL in seconds as before"]),
    },
  }),
  delete_dns_records: ({ arguments: { record_ids } }) => ({ records_id: record_ids }),
  create_app_user: ({ arguments: { user_name } }) => ({ username: user_name }),
  reset_app_user_password: ({ arguments: { app_user_id }, facts }) => (
    { app_cred_id: app_user_id, username: facts.User }
  ),
  delete_app_user: ({ arguments: { app_user_id } }) => ({ app_cred_id: app_user_id }),
  reset_database_password: () => ({}),
  reset_admin_password: () => ({}),
  reset_master_password: () => ({}),
  rename_master_user: ({ arguments: { user_name } }) => ({ username: user_name }),
  add_ssh_key: ({ arguments: { label, public_key } }) => ({ ssh_key_name: label, ssh_key: public_key }),
  create_server: ({ arguments: { provider, region, size, ...rest } }) => (
    { cloud: provider, region, instance_type: size, ...rest }
  ),
  clone_server: cloned,
  resize_server: ({ arguments: { size } }) => ({ instance_type: size }),
  resize_server_volume: ({ arguments: { volume, size_gb } }) => (
    { volume_type: volume === "database" ? "db" : "data", volume_size: size_gb }
  ),
  set_server_block_storage: ({ arguments: { size_gb } }) => ({ server_storage: size_gb }),
  // The headline names it.
  delete_queue: () => ({}),
  set_server_addon: ({ arguments: { enabled: _on, smtp_user, ...shown } }) => (
    { ...shown, ...(smtp_user !== undefined && { username: smtp_user }) }
  ),
  create_alert_channel: ({ arguments: { name, webhook_url, enabled }, facts }) => (
    {
      name,
      channel: facts.Kind === "Slack" ? "3" : "",
      url: webhook_url,
      events: eventsIn(facts.Events),
      is_active: enabled,
    }
  ),
  update_alert_channel: ({ arguments: { channel_id }, facts }) => ({
    channel_id,
    name: facts["Channel after"] ?? facts.Channel,
    channel: facts.Kind === "Email" ? "2" : "",
    to: facts["Alerts go to"],
    events: eventsIn(facts["Events after"]),
    is_active: String((facts["State after"] ?? facts.State) === "on"),
  }),
  change_copilot_subscription: ({ arguments: { plan_id } }) => ({ plan_id }),
  set_server_insights: ({ arguments: { enabled } }) => ({ insights_enabled: enabled }),
};

/** The headline names the server, and the application where only one is copied. */
function cloned({ headline, arguments: { provider, region, size, app_label, block_storage_gb }, facts }: Shown) {
  const extras = Object.fromEntries(
    Object.entries(COPIED).map(([name, words]) => [name, String([facts[COPIED_FACT] ?? []].flat().includes(words))]),
  );
  const one = /application (\d+) of server/.exec(headline)?.[1];
  return {
    source_server_id: /server (\d+)/.exec(headline)?.[1],
    cloud: provider,
    region,
    instance_type: size,
    app_label,
    ...(one !== undefined && { application_id: one }),
    ...(block_storage_gb !== undefined && { server_storage: block_storage_gb }),
    ...(Object.values(extras).includes("true") && { advance_clone: "true", ...extras }),
  };
}

const COPIED_FACT = "Copied besides files and databases";

/** What the question calls the switches of a copy. */
const COPIED: Record<string, string> = {
  server_settings: "settings of the server",
  app_domains: "domains and certificates",
  app_crons: "cron jobs",
  app_supervisor_jobs: "Supervisor queues",
  app_settings: "settings of the applications",
  app_credentials: "users of the applications, with their passwords",
  team_access: "access of team members",
};

/** The ids of events by their names. */
function eventsIn(names: string | string[] = []): string[] {
  const ids: Record<string, string> = { "Web Stack Health": "1", "Host Health": "2" };
  return [names].flat().map((name) => ids[name] ?? name);
}

/** The headline names both applications and what is copied; their one server stands above the part that is read here. */
function synced({ headline, arguments: { exclude_paths, tables, backup } }: Shown): Record<string, unknown> {
  const isPush = headline.includes("live application 200001 with its staging copy");
  return {
    source_server_id: "100001",
    source_app_id: /live application (\d+)/.exec(headline)?.[1],
    action: isPush ? "push" : "pull",
    ...(headline.includes("files") && { appFiles: "true" }),
    ...(exclude_paths !== undefined && { excludePath: exclude_paths }),
    ...(headline.includes("database") && { dbFiles: "true" }),
    ...(tables !== undefined && { table: "true", tableSelected: tables }),
    ...(backup !== "false" && { backup: "true" }),
  };
}

/** The ids that lines begin with. */
function idsIn(lines: string | string[] = []): string[] {
  return [lines].flat().map((line) => line.split(":")[0] ?? "");
}

/** The members of an access, by the lines that show it. */
function accessShown(lines: string | string[] = []): Record<string, unknown> {
  const all = [lines].flat();
  const matches = (pattern: RegExp) => all.flatMap((line) => pattern.exec(line)?.slice(1) ?? []);
  const ids = new Set(all.flatMap((line) => /server (\d+)/.exec(line)?.[1] ?? []));
  const servers = [...ids].map((id) => [id, {
    sections: matches(new RegExp(`^section of server ${id}: (.*)$`)),
    is_full: all.includes(`the whole server ${id}`),
    apps: matches(new RegExp(`^application (\\d+) on server ${id}$`)),
  }]);
  return {
    account: {
      sections: matches(/^section of the account: (.*)$/),
      is_full: all.includes("full access to the account"),
    },
    servers: Object.fromEntries(servers),
    apps: [],
  };
}

/** A rule as it is sent, by the text that shows it. */
function varnishRule(text = ""): unknown {
  const [type, ...value] = text.split(":");
  return { method: "exclude", type, value: value.join(":") };
}

/** A record as it is sent, by the line that shows it. */
function dnsRecord(line: string): unknown {
  const [, type, name, value, ttl] = /^(\S+) (\S+) (.*), TTL (\d+)$/.exec(line) ?? [];
  return { type, name, value, ttl: Number(ttl) };
}

/** Cloudways does not show what there is, so every branch and domain needs a question. */
function hidePresentState(sandbox: Sandbox): void {
  sandbox.addFault({ operationId: "git_branches_get", kind: { status: 422, body: { message: "not now" } } });
  for (const app of sandbox.account().servers.flatMap(({ apps }) => apps)) app.untold.push("lets_encrypt");
}

/** What calls of the tools change. */
function statesOf(account: AccountState) {
  const { servers, projects, members, subscriptions, serverAddons, emailDomains, channels, copilot, dns } = account;
  return { servers, projects, members, subscriptions, serverAddons, emailDomains, channels, copilot, dns };
}

/** Puts every application of a server into the project that the call changes. */
function groupServer(server: ServerState | undefined): void {
  for (const app of server?.apps ?? []) app.project_id = 300_002;
}

const BY_FINGERPRINT = new Set(["ssl_crt", "ssl_key", "ssh_key", "password", "url"]);
/** Named by the headline, or the same in every call. */
const NOT_SHOWN = new Set(["server_id", "app_id", "project_id", "member_id", "id", "tab", "domain_id"]);

/** The arguments of a call with random values, and how often they are tried. */
function argsOf({ tool, args }: AskingCall) {
  const known = { ...VALUES, ...OWN_VALUES[tool], ...SERVER_VALUES[tool] };
  const names = [...Object.keys(args), ...OPTIONAL[tool] ?? []].filter((name) => known[name] !== undefined);
  const values = Object.fromEntries(names.map((name) => [name, known[name] ?? fc.constant(undefined)]));
  const random = fc.record(values, { requiredKeys: names.filter((name) => name in args) })
    .map((random) => ({ ...args, ...random }));
  return { random, runs: names.length > 0 ? RANDOM_RUNS : fixedRuns(args) };
}

const RANDOM_RUNS = { numRuns: 30 };

/** Where nothing is random, on the form and on the page, each twice: one question must not lead to two requests. */
function fixedRuns(args: Record<string, unknown>) {
  const examples = [true, false, true, false].map((byForm): [Record<string, unknown>, boolean] => [args, byForm]);
  return { numRuns: examples.length, examples };
}

function unescape(text: string): string {
  return text.replace(/\\u\{([0-9A-F]+)\}/g, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));
}

/** The first quotation in a line of a form; numbers and flags are quoted too. */
function unquoted(line: string): string {
  const text = /`([^`]*)`/.exec(line)?.[1];
  if (text === undefined) throw new Error(`no value in ${JSON.stringify(line)}`);
  return unescape(text.replaceAll(": //", "://"));
}

function readForm(message: string): Shown {
  const [before = "", after = ""] = message.split("\nSent by the assistant:\n");
  const shown: Shown = { headline: message.split("\n")[0] ?? "", arguments: {}, facts: {} };
  const subject = /\n(?:Applications|Concerns|Domain): /.exec(before);
  read(
    subject === null ? "" : before.slice(subject.index + subject[0].length),
    /^()([A-Z][^:]*): (?:(\d+|none)$|.*`)/,
    /^- `/,
    shown.facts,
  );
  read(after, /^(- )([^:]+): (?:(\d+) entr(?:y|ies)$|.*`)/, / {2}- `/, shown.arguments);
  return shown;
}

function read(text: string, head: RegExp, item: RegExp, into: Record<string, string | string[]>): void {
  let list: string[] | undefined;
  for (const line of text.split("\n")) {
    const [, , name, count] = head.exec(line) ?? [];
    if (name !== undefined) {
      list = count === undefined ? undefined : [];
      into[name] = list ?? unquoted(line.slice(line.indexOf(": ") + 2));
    } else if (item.test(line)) {
      list?.push(unquoted(line));
    }
  }
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

function boxOf(html: string): string {
  const text = /<bdi class="data">“([^]*?)”<\/bdi>/.exec(html)?.[1];
  if (text === undefined) throw new Error(`no value in ${JSON.stringify(html)}`);
  return unescape(text.replace(/&[a-z#0-9]+;/g, (entity) => ENTITIES[entity] ?? entity));
}

function readPage(html: string): Shown {
  const valueOf = (part: string) => part.includes("<ul") ? part.split("<li>").slice(1).map(boxOf) : boxOf(part);
  const facts = html.split("<section>").flatMap((section) => {
    const [, name, rest] = /^<h2>([^<]*?)(?: <span[^]*?<\/span>)?<\/h2>([^]*)<\/section>/.exec(section) ?? [];
    return name === undefined || rest === undefined || !rest.includes("<bdi") ? [] : [[name, valueOf(rest)] as const];
  });
  const sent = /<h2>Sent by the assistant<\/h2>\s*<dl>([^]*?)<\/dl>/.exec(html)?.[1] ?? "";
  const args = sent.split("<dt>").slice(2).map((entry) => {
    const [name = "", value = ""] = entry.split("</dt>");
    return [name, valueOf(value)] as const;
  });
  return {
    headline: /<h1>([^<]*)<\/h1>/.exec(html)?.[1] ?? "",
    arguments: Object.fromEntries(args),
    facts: Object.fromEntries(facts),
  };
}

type Fingerprint = (text: string) => Promise<string>;

async function fingerprintOf(): Promise<Fingerprint> {
  const ring = await KeyRing.create({ encryptionKeys: [parseKey(ENCRYPTION_KEY)] });
  const token = Object.values(TOKEN_HEADERS)[0] ?? "";
  const customer = await new CustomerIds(ring).of({ kind: "access_token", token });
  const fingerprints = new Fingerprints(ring);
  return async (text) => {
    const digest = (await fingerprints.of("argument", customer, text)).slice(0, 24);
    return `⟨${[...text].length} characters, fingerprint ${digest}⟩`;
  };
}

/** A web address with its user info replaced by a fingerprint. */
async function withoutUserInfo(text: string, fingerprint: Fingerprint): Promise<string> {
  const [, scheme, userInfo, rest] = /^(https:\/\/)([^@]+)(@[^]*)$/.exec(text) ?? [];
  return userInfo === undefined ? text : scheme + await fingerprint(userInfo) + rest;
}

/** A member of a request as the question would show it; objects as they are. */
async function foundValue(name: string, value: unknown, fingerprint: Fingerprint): Promise<unknown> {
  if (BY_FINGERPRINT.has(name)) return await fingerprint(String(value));
  if (Array.isArray(value)) return value.map((item) => typeof item === "object" ? item : String(item));
  return typeof value === "object" ? value : await withoutUserInfo(String(value), fingerprint);
}

/** What was asked, in a form or on the page, and a yes to it. */
async function askAndApprove(service: Service, tool: string, args: Record<string, unknown>, byForm: boolean) {
  const call = { url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS };
  const asked = await callModern(byForm ? call : { ...call, capabilities: {} });
  if (asked.kind === "question") {
    const answer = await callModern({ ...call, answered: { state: asked.state, reply: yesTo(asked.message) } });
    return { way: "form", text: asked.message, shown: readForm(asked.message), answer } as const;
  }
  if (asked.kind !== "result") throw new Error(JSON.stringify(asked));
  const { approval_url } = Object(asked.answer.json.details);
  if (asked.answer.json.code !== "confirmation_required") return undefined;
  const { pathname } = new URL(String(approval_url));
  const html = await (await fetch(service.url + pathname)).text();
  assert.equal(await decide(service.url, pathname, approvalOf(String(asked.answer.json.message))), 303);
  const answer = await callModern(byForm ? call : { ...call, capabilities: {} });
  return {
    way: "page",
    // The deadline changes with the clock. A time of day in the arguments stays.
    text: html.replace(/\d+ minutes?|<time [^>]*>[^<]*<\/time>/g, ""),
    shown: readPage(html),
    answer,
  } as const;
}

// Each step of a plan is shown as its own call is; `plans_steps_test.ts` compares them.
for (const call of askingCalls.filter(({ tool }) => tool !== "apply_plan")) {
  Deno.test(`${call.tool}: what the question shows determines what is sent, on the form and on the page`, async () => {
    await using sandbox = await startSandbox({ rateLimitPerMinute: 100_000, pace: { polls: 1, seconds: 0 } });
    call.setUp(sandbox);
    if (call.tool === "revoke_letsencrypt" || call.tool.startsWith("git_")) hidePresentState(sandbox);
    const account = sandbox.account();
    const [server] = account.servers;
    assert.ok(server !== undefined);
    if (call.tool === "update_project") groupServer(account.servers[1]);
    const fresh = structuredClone(statesOf(account));
    const env = { ENCRYPTION_KEY, RATE_LIMIT_REQUESTS: "1000000" };
    await using service = await startService({ sandbox, env });
    const fingerprint = await fingerprintOf();
    const { random, runs } = argsOf(call);
    const questions = new Map<string, string>();
    const ways = new Set<string>();

    await fc.assert(
      fc.asyncProperty(random, fc.boolean(), async (args, byForm) => {
        const { servers: [own, ...more], ...others } = structuredClone(fresh);
        Object.assign(server, own);
        Object.assign(account, { ...others, servers: [server, ...more] });
        const before = sandbox.requests.length;
        const asked = await askAndApprove(service, call.tool, args, byForm);
        // Nobody sees a question for arguments that the tool refuses or does not ask about.
        if (asked === undefined) return;
        ways.add(asked.way);
        const sent = sandbox.requests.slice(before).findLast(({ method, operationId }) =>
          READS[call.tool] === undefined ? method !== "GET" : operationId === READS[call.tool]
        );
        assert.ok(sent !== undefined, JSON.stringify(asked.answer));
        const ids = [...asked.shown.headline.matchAll(/\d{6}/g)].map(([id]) => Number(id));
        const { app_id, server_id, source_server_id, project_id, member_id } = sent.fields;
        const target = app_id ?? server_id ?? source_server_id ?? project_id ?? member_id;
        assert.ok(target === undefined || ids.includes(Number(target)), asked.shown.headline);

        const wanted = (SENT[call.tool] ?? (({ arguments: shown }) => shown))(asked.shown);
        const found: Record<string, unknown> = {};
        const fields = withoutMadePassword(sent.fields);
        for (const [name, value] of Object.entries(fields)) {
          if (
            value === MADE_PASSWORD || NOT_SHOWN.has(name) ||
            (call.tool === "update_whitelisted_ips" && name === "type")
          ) continue;
          found[name] = await foundValue(name, value, fingerprint);
        }
        assert.deepEqual(found, wanted, asked.text);

        const wire = JSON.stringify(fields);
        assert.equal(questions.get(asked.text) ?? wire, wire, "two calls show the same question");
        questions.set(asked.text, wire);
      }),
      { ...runs, endOnFailure: true },
    );
    assert.deepEqual([...ways].sort(), ["form", "page"]);
  });
}

Deno.test("a client that shows forms gets a form if the question fits, and the page otherwise", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 100_000 });
  hidePresentState(sandbox);
  await using service = await startService({ sandbox });
  const ask = (tool: string, args: Record<string, unknown>) =>
    callModern({ url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS });
  const git = { app_id: 200001, git_url: "git@git.example.com:team/shop.git" };
  const addresses = (count: number) => Array.from({ length: count }, (_, index) => `192.0.2.${index}`);

  const fits = [
    await ask("git_clone", { ...git, branch: "b".repeat(200) }),
    await ask("update_whitelisted_ips", { server_id: 100001, list: "ssh", add: addresses(31) }),
  ];
  const tooLong = [
    await ask("git_clone", { ...git, branch: "b".repeat(201) }),
    await ask("update_whitelisted_ips", { server_id: 100001, list: "ssh", add: addresses(41) }),
  ];

  assert.deepEqual(fits.map(({ kind }) => kind), ["question", "question"]);
  for (const asked of tooLong) {
    assert.ok(asked.kind === "result");
    assert.equal(asked.answer.json.code, "confirmation_required");
    assert.match(String(Object(asked.answer.json.details).approval_url), /\/approve\//);
  }
});

Deno.test("without a page, a question that does not fit a form is refused with the reason, and nothing is sent", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 100_000 });
  hidePresentState(sandbox);
  await using service = await startService({ sandbox, env: { CONFIRM: "elicit" } });
  const args = { app_id: 200001, branch: "b".repeat(201), git_url: "git@git.example.com:team/shop.git" };

  const asked = await callModern({ url: service.mcpUrl, name: "git_clone", args, headers: TOKEN_HEADERS });

  assert.ok(asked.kind === "result");
  assert.equal(asked.answer.json.code, "confirmation_required");
  assert.equal(asked.answer.json.details, undefined);
  assert.equal(sandbox.requests.some(({ method }) => method !== "GET"), false);
});

Deno.test("a question that no page can show completely is refused, whatever the client can do", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 100_000 });
  const [server] = sandbox.account().servers;
  assert.ok(server !== undefined);
  server.whitelist.sftp.ips = Array.from({ length: 6000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  await using service = await startService({ sandbox });
  const args = { server_id: 100001, list: "ssh", add: ["192.0.2.1"] };

  for (const capabilities of [{}, { elicitation: { form: {} } }, { elicitation: { url: {} } }]) {
    const asked = await callModern({
      url: service.mcpUrl,
      name: "update_whitelisted_ips",
      args,
      headers: TOKEN_HEADERS,
      capabilities,
    });

    assert.ok(asked.kind === "result");
    assert.equal(asked.answer.json.code, "confirmation_required");
    assert.equal(asked.answer.json.details, undefined);
  }
});
