import assert from "node:assert/strict";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock, type Sandbox, type SandboxOptions } from "../sandbox/mod.ts";

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Operations end at the first look, so that no test waits. */
const PACE = { polls: 1, seconds: 0 };
const SERVER = { server_id: 100001 };
const SHOP = { app_id: 200001 };
const BLOG = { app_id: 200002 };
const SHOP_IDS = { ...SERVER, ...SHOP };
const GIT_URL = "git@git.example.com:team/shop.git";
const OWN = {
  certificate: certificatePem({ domains: ["*.example.com", "www.shop.example.com"] }),
  private_key: keyPem(testKey(1)),
};

function start(sandbox: SandboxOptions = {}, options: Omit<ServiceOptions, "sandbox"> = {}): Promise<Service> {
  return startService({ sandbox: { pace: PACE, ...sandbox }, env: ENV, ...options });
}

function call(service: Service, tool: string, args: Record<string, unknown>) {
  return callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
}

function serverOf(sandbox: Sandbox) {
  const server = sandbox.account().servers[0];
  assert.ok(server !== undefined);
  return server;
}

function shopOf(sandbox: Sandbox) {
  const app = serverOf(sandbox).apps[0];
  assert.ok(app !== undefined);
  return app;
}

Deno.test("both whitelists are shown as lists, with the policy if Cloudways gives it", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const ssh = await call(service, "get_whitelisted_ips_ssh", SERVER);
    const mysql = await call(service, "get_whitelisted_ips_mysql", SERVER);

    assert.deepEqual(ssh.json.ips, ["198.51.100.7", "198.51.100.0/24"]);
    assert.deepEqual(mysql.json.ips, ["198.51.100.7"]);
    assert.equal(ssh.json.policy, forms === "live" ? "allow_all" : null);
    assert.equal(ssh.json.server_label, serverOf(service.sandbox).label);
  }
});

Deno.test("a whitelist is edited, not replaced, and both states are shown", async () => {
  await using service = await start();
  const list = serverOf(service.sandbox).whitelist.sftp;
  const change = { list: "ssh", add: ["2001:DB8::/32", "203.0.113.7"], remove: ["198.51.100.7/32"] };

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, ...change });

  assert.deepEqual(json.before, ["198.51.100.7", "198.51.100.0/24"]);
  assert.deepEqual(json.after, ["198.51.100.0/24", "2001:db8::/32", "203.0.113.7"]);
  assert.deepEqual(json.added, ["2001:db8::/32", "203.0.113.7"]);
  assert.deepEqual(json.removed, ["198.51.100.7"]);
  assert.equal(json.policy, "allow_all");
  assert.match(JSON.stringify(json.warnings), /2001:db8::\/32 is a wide range.*allow_all/);
  assert.deepEqual(list, { ips: ["198.51.100.0/24", "2001:db8::/32", "203.0.113.7"], policy: "allow_all" });
  assert.deepEqual(service.sandbox.requests.map(({ method, operationId }) => `${method} ${operationId}`), [
    "GET server_list",
    "GET security_get_whitelisted_ips",
    "GET security_get_whitelisted_ips",
    "POST security_update_whitelisted_ips",
    "GET security_get_whitelisted_ips",
  ]);
});

Deno.test("a whitelist keeps its policy, which may also be changed alone", async () => {
  await using service = await start();
  const list = serverOf(service.sandbox).whitelist.sftp;
  list.policy = "block_all";

  const kept = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });
  assert.equal(kept.json.policy, "block_all");
  const changed = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", policy: "allow_all" });

  assert.equal(changed.json.policy, "allow_all");
  assert.deepEqual(changed.json.after, changed.json.before);
  assert.equal(list.policy, "allow_all");
});

Deno.test("the MySQL list is sent with its own field names, and with the only policy it can have", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    await call(service, "update_whitelisted_ips", { ...SERVER, list: "mysql", add: ["203.0.113.7"] });

    const fields = service.sandbox.requestsTo("security_update_whitelisted_ips")[0]?.fields;
    const ip = ["198.51.100.7", "203.0.113.7"];
    assert.deepEqual(fields, { ...SERVER, tab: "mysql", type: "mysql", ip, ipPolicy: "allow_all" });
    assert.deepEqual(serverOf(service.sandbox).whitelist.sftp.ips, ["198.51.100.7", "198.51.100.0/24"]);
  }
});

Deno.test("a whitelist can be emptied, by replacing it or by taking everything off", async () => {
  for (const change of [{ replace: [] }, { remove: ["198.51.100.7", "198.51.100.0/24"] }]) {
    await using service = await start();

    const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", ...change });

    assert.deepEqual(json.after, []);
    assert.deepEqual(serverOf(service.sandbox).whitelist.sftp.ips, []);
  }
});

Deno.test("a whitelist counts as emptied if Cloudways keeps the empty text", async () => {
  await using service = await start();
  const { sftp } = serverOf(service.sandbox).whitelist;
  let kept = sftp.ips;
  Object.defineProperty(sftp, "ips", {
    get: () => kept,
    set: (ips: string[]) => kept = ips.length === 0 ? [""] : ips,
  });

  const emptied = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", replace: [] });
  const added = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.deepEqual([emptied.json.after, added.json.before, added.json.after], [[], [], ["203.0.113.7"]]);
});

Deno.test("nothing is written if a whitelist would not change", async () => {
  await using service = await start();
  const changes = [
    { add: ["198.51.100.7/32", "198.51.100.9/24"] },
    { remove: ["203.0.113.7"] },
    { replace: ["198.51.100.0/24", "198.51.100.7", "198.51.100.7"], policy: "allow_all" },
    { policy: "allow_all" },
  ];

  for (const change of changes) {
    const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", ...change });
    assert.equal(json.code, "validation_failed", JSON.stringify(json));
  }
  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 0);
});

Deno.test("nothing is written if somebody else changes the whitelist in between", async () => {
  await using service = await start();
  const { whitelist } = serverOf(service.sandbox);
  const [before, after] = [whitelist.sftp, { ips: ["192.0.2.1"], policy: "allow_all" }];
  let reads = 0;
  Object.defineProperty(whitelist, "sftp", { get: () => reads++ === 0 ? before : after });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, { before, now: after });
  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 0);
});

Deno.test("nothing is written if somebody else changes the policy in between", async () => {
  await using service = await start();
  const { sftp } = serverOf(service.sandbox).whitelist;
  let reads = 0;
  Object.defineProperty(sftp, "policy", { get: () => reads++ === 0 ? "allow_all" : "block_all" });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.equal(json.code, "upstream_error");
  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 0);
});

Deno.test("a whitelist that does not become what was written is an error that shows both", async () => {
  await using service = await start();
  const { sftp } = serverOf(service.sandbox).whitelist;
  const ips = sftp.ips;
  Object.defineProperty(sftp, "ips", { get: () => ips, set: () => {} });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, {
    before: { ips, policy: "allow_all" },
    wanted: { ips: [...ips, "203.0.113.7"], policy: "allow_all" },
    found: { ips, policy: "allow_all" },
  });
});

Deno.test("a policy that does not become what was written is an error that shows both", async () => {
  await using service = await start();
  const { sftp } = serverOf(service.sandbox).whitelist;
  Object.defineProperty(sftp, "policy", { get: () => "allow_all", set: () => {} });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", policy: "block_all" });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, {
    before: { ips: sftp.ips, policy: "allow_all" },
    wanted: { ips: sftp.ips, policy: "block_all" },
    found: { ips: sftp.ips, policy: "allow_all" },
  });
});

Deno.test("an answer without the list is never taken for an empty one when the list is edited", async () => {
  await using service = await start();
  const body = { status: true };
  service.sandbox.addFault({ operationId: "security_get_whitelisted_ips", kind: { status: 200, body } });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.equal(json.code, "upstream_error");
  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 0);
});

Deno.test("a whitelist that was written and can't be read back is not called unchanged", async () => {
  await using service = await start();
  const list = serverOf(service.sandbox).whitelist.sftp;
  let policy = list.policy;
  Object.defineProperty(list, "policy", {
    get: () => policy,
    set(value: string) {
      policy = value;
      service.sandbox.addFault({ operationId: "security_get_whitelisted_ips", kind: { status: 500 } });
    },
  });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });

  assert.equal(json.code, "upstream_error");
  assert.match(String(json.message), /was written, but could not be read back/);
});

Deno.test("a whitelist that was written, and not read back since tokens ran out, is on record as unknown", async () => {
  await using service = await start({}, { env: { ...ENV, RATE_LIMIT_REQUESTS: "4", RATE_LIMIT_WINDOW: "86400" } });

  const { json } = await call(service, "update_whitelisted_ips", { ...SERVER, list: "ssh", add: ["203.0.113.7"] });
  const log = await call(service, "get_audit_log", {});

  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 1);
  assert.equal(json.code, "upstream_error");
  assert.equal(json.retry_after, undefined);
  assert.match(JSON.stringify(log.json.records), /"outcome":"unknown"/);
});

Deno.test("whether an address is blocked is read under either name in the answer", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const blocked = await call(service, "check_ip_blacklisted", { ...SERVER, ip: "192.0.2.66" });
    const free = await call(service, "check_ip_blacklisted", { ...SERVER, ip: "192.0.2.67" });

    assert.equal(blocked.json.blacklisted, true);
    assert.equal(free.json.blacklisted, false);
  }
});

Deno.test("the browser terminal and the database manager open to one address", async () => {
  await using service = await start();

  const siab = await call(service, "allow_ip_siab", { ...SERVER, ip: "203.0.113.7" });
  const adminer = await call(service, "allow_ip_adminer", { ...SERVER, ip: "203.0.113.8" });

  assert.deepEqual(serverOf(service.sandbox).siab, ["203.0.113.7"]);
  assert.deepEqual(serverOf(service.sandbox).adminer, ["203.0.113.8"]);
  assert.match(String(siab.json.opened), /terminal/);
  assert.match(String(adminer.json.opened), /database/);
});

Deno.test("an address is sent in its shortest spelling", async () => {
  await using service = await start();

  const { json } = await call(service, "check_ip_blacklisted", { ...SERVER, ip: "::0:0:0:0:0:192.0.2.66" });

  const [sent] = service.sandbox.requestsTo("security_check_blacklisted_ip");
  assert.equal(json.ip, "::c000:242");
  assert.equal(sent?.fields.ip, "::c000:242");
});

Deno.test("an own certificate is sent as given, and the answer names its domains", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const { json } = await call(service, "install_ssl_certificate", { ...SHOP, ...OWN, password: "EXAMPLE" });

    assert.equal(json.status, "completed");
    assert.deepEqual(json.domains_covered, ["shop.example.com", "www.shop.example.com"]);
    assert.deepEqual(json.warnings, []);
    const { certificate: ssl_crt, private_key: ssl_key } = OWN;
    const fields = service.sandbox.requestsTo("security_install_own_ssl")[0]?.fields;
    assert.deepEqual(fields, { ...SHOP_IDS, ssl_crt, ssl_key, password: "EXAMPLE" });
    assert.notEqual(shopOf(service.sandbox).own_ssl, null);
  }
});

Deno.test("a certificate that does not cover every domain is installed with a warning, and one that covers none is refused", async () => {
  await using service = await start();
  const forOne = { ...OWN, certificate: certificatePem({ domains: ["shop.example.com"] }) };
  const forNone = { ...OWN, certificate: certificatePem({ domains: ["example.com"] }) };

  const one = await call(service, "install_ssl_certificate", { ...SHOP, ...forOne });
  const none = await call(service, "install_ssl_certificate", { ...SHOP, ...forNone });

  assert.deepEqual(one.json.domains_covered, ["shop.example.com"]);
  assert.deepEqual(one.json.domains_not_covered, ["www.shop.example.com"]);
  assert.equal(Object(one.json.warnings).length, 1);
  assert.equal(none.json.code, "invalid_arguments");
  assert.deepEqual(Object(none.json.details).certificate_domains, ["example.com"]);
  assert.equal(service.sandbox.requestsTo("security_install_own_ssl").length, 1);
});

Deno.test("an expired certificate is refused by the server's clock, before anything is sent", async () => {
  const clock = new FakeClock();
  await using service = await start({ clock }, { clock });
  const notAfter = new Date(clock.now() + 60_000);
  const files = { ...OWN, certificate: certificatePem({ domains: ["shop.example.com"], notAfter }) };

  const before = await call(service, "install_ssl_certificate", { ...SHOP, ...files });
  await clock.advance(120_000);
  service.sandbox.reset();
  const after = await call(service, "install_ssl_certificate", { ...SHOP, ...files });

  assert.equal(before.json.status, "completed");
  assert.equal(after.json.code, "invalid_arguments");
  assert.match(String(after.json.message), /expired/);
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("the other spelling of the certificate's path is tried once, after the API's greeting or a 404", async () => {
  await using other = await start({ paths: "other" });
  const greeted = await call(other, "install_ssl_certificate", { ...SHOP, ...OWN });
  const paths = other.sandbox.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
  assert.equal(greeted.json.status, "completed");
  assert.deepEqual(paths, ["/api/v2/security/ownSSL", "/api/v2/security/own_ssl"]);
  assert.notEqual(shopOf(other.sandbox).own_ssl, null);

  await using lost = await start({ paths: "other" });
  lost.sandbox.addFault({ path: /ownSSL/, kind: { status: 404 } });
  assert.equal((await call(lost, "install_ssl_certificate", { ...SHOP, ...OWN })).json.status, "completed");

  await using nowhere = await start();
  nowhere.sandbox.addFault({ path: /own/, kind: "greeting" });
  const { json } = await call(nowhere, "install_ssl_certificate", { ...SHOP, ...OWN });
  assert.equal(json.code, "upstream_error");
  assert.match(String(json.message), /greeting/);
  assert.equal(nowhere.sandbox.requests.filter(({ method }) => method === "POST").length, 2);
});

Deno.test("after any other failure the certificate is not sent a second time", async () => {
  for (const kind of [{ status: 500 }, { status: 422 }, { status: 403 }, "garbage", "drop", "truncate"] as const) {
    await using service = await start();
    service.sandbox.addFault({ path: /security\/own/, kind });

    const { isError } = await call(service, "install_ssl_certificate", { ...SHOP, ...OWN });

    assert.equal(isError, true);
    assert.equal(service.sandbox.requests.filter(({ method }) => method === "POST").length, 1, JSON.stringify(kind));
  }
});

Deno.test("no answer and no log shows a private key or its password, whatever fails", async () => {
  const plain = keyPem(testKey(1));
  const encrypted = keyPem(testKey(1), "canary-pass-71");
  const body = { ssl_key: [{ code: "invalid", message: `The ssl key ${encrypted} is invalid.` }] };
  const calls = [
    { ...OWN, private_key: encrypted, password: "canary-pass-71" },
    { ...OWN, private_key: encrypted },
    { ...OWN, private_key: encrypted, password: "canary-pass-72" },
    { ...OWN, private_key: plain.replace("MC4", "ABC") },
    { ...OWN, certificate: plain },
    { ...OWN, private_key: plain, wait_seconds: "x" },
  ];

  for (const faulty of [false, true]) {
    await using service = await start();
    if (faulty) service.sandbox.addFault({ operationId: "security_install_own_ssl", kind: { status: 422, body } });
    const answers: string[] = [];
    for (const args of calls) {
      answers.push(JSON.stringify((await call(service, "install_ssl_certificate", { ...SHOP, ...args })).json));
    }

    const seen = [...answers, ...service.logLines].join("\n");
    for (const pem of [plain, encrypted]) {
      for (const line of pem.split("\n").filter((text) => text !== "" && !text.startsWith("-----"))) {
        assert.ok(!seen.includes(line), `a line of a key was shown: ${line.slice(0, 12)}`);
      }
    }
    assert.ok(!seen.includes("canary-pass-7"));
  }
});

Deno.test("certificates are installed and removed", async () => {
  await using service = await start();
  shopOf(service.sandbox).own_ssl = { issued_at: "2026-01-01 00:00:00" };

  await call(service, "remove_ssl_certificate", SHOP);
  assert.equal(shopOf(service.sandbox).own_ssl, null);
  assert.equal(service.sandbox.requestsTo("security_remove_own_ssl")[0]?.method, "DELETE");

  await call(service, "revoke_letsencrypt", { ...SHOP, domain: "shop.example.com", wildcard: false });
  assert.equal(shopOf(service.sandbox).lets_encrypt, null);

  const domains = ["shop.example.com", "www.shop.example.com"];
  await call(service, "install_letsencrypt", { ...SHOP, email: "owner@example.com", domains, wildcard: false });
  assert.deepEqual(shopOf(service.sandbox).lets_encrypt?.ssl_domains, domains);

  const { json } = await call(service, "set_letsencrypt_auto_renewal", { ...SHOP, enabled: false });
  assert.equal(json.auto_renewal, false);
  assert.equal(shopOf(service.sandbox).lets_encrypt?.auto, false);
});

Deno.test("the domains of a certificate are asked for in lower case, however they are spelled", async () => {
  await using service = await start();
  const domains = [" Shop.Example.COM ", "www.shop.example.com"];

  await call(service, "install_letsencrypt", { ...SHOP, email: "owner@example.com", domains, wildcard: false });

  const asked = shopOf(service.sandbox).lets_encrypt?.ssl_domains;
  assert.deepEqual(asked, ["shop.example.com", "www.shop.example.com"]);
});

Deno.test("a new deploy key is shown at once, and replaces the old one", async () => {
  await using service = await start();
  const former = shopOf(service.sandbox).git.key;

  const made = await call(service, "generate_git_ssh_key", SHOP);
  const read = await call(service, "get_git_ssh_key", SHOP);

  assert.notEqual(made.json.public_key, former);
  assert.equal(made.json.public_key, shopOf(service.sandbox).git.key);
  assert.equal(read.json.public_key, made.json.public_key);
});

Deno.test("a new deploy key that can't be read at once is reported as made", async () => {
  await using service = await start();
  const { git } = shopOf(service.sandbox);
  let { key } = git;
  Object.defineProperty(git, "key", {
    get: () => key,
    set(made: string) {
      key = made;
      service.sandbox.addFault({ operationId: "git_key_get", kind: { status: 500 } });
    },
  });

  const { isError, json } = await call(service, "generate_git_ssh_key", SHOP);

  assert.equal(isError, false);
  assert.equal(json.public_key, null);
  assert.match(String(json.message), /get_git_ssh_key/);
});

Deno.test("the deployment history is newest first, with times in UTC and folders as they are given", async () => {
  await using service = await start();
  const entry = { git_url: GIT_URL, branch_name: "main", path: null, result: "1", description: "Git pull" };
  shopOf(service.sandbox).git.log = [
    { ...entry, datetime: "28, 12, 2025 - 23:59" },
    { ...entry, datetime: "05, 08, 2026 - 13:09", path: "themes", result: "0" },
  ];

  const { json } = await call(service, "get_git_deployment_history", SHOP);

  assert.deepEqual(json.deployments, [
    {
      deployed_at: "2026-08-05T13:09:00Z",
      git_url: GIT_URL,
      branch: "main",
      deploy_path: "themes",
      succeeded: false,
      customer_id: 700001,
      description: "Git pull",
    },
    {
      deployed_at: "2025-12-28T23:59:00Z",
      git_url: GIT_URL,
      branch: "main",
      deploy_path: "",
      succeeded: true,
      customer_id: 700001,
      description: "Git pull",
    },
  ]);
});

Deno.test("a pull always names its folder, and is added to the history", async () => {
  await using service = await start();

  await call(service, "git_pull", { ...SHOP, branch: "develop" });

  const [sent] = service.sandbox.requestsTo("git_pull");
  assert.equal(sent?.fields.deploy_path, "");
  assert.equal(shopOf(service.sandbox).git.log[0]?.branch_name, "develop");
});

/** Calls that need a person's yes. Nobody can be asked here, so they are refused and change nothing. */
const ASKS: { name: string; tool: string; args: Record<string, unknown>; setUp?: (sandbox: Sandbox) => void }[] = [
  {
    name: "every change of a whitelist",
    tool: "update_whitelisted_ips",
    args: { ...SERVER, list: "ssh", add: ["203.0.113.7"] },
  },
  { name: "opening the browser terminal", tool: "allow_ip_siab", args: { ...SERVER, ip: "203.0.113.7" } },
  { name: "opening the database manager", tool: "allow_ip_adminer", args: { ...SERVER, ip: "203.0.113.7" } },
  { name: "replacing a certificate by Let's Encrypt", tool: "install_ssl_certificate", args: { ...SHOP, ...OWN } },
  {
    name: "replacing an own certificate",
    tool: "install_ssl_certificate",
    args: { ...SHOP, ...OWN },
    setUp: (sandbox) => Object.assign(shopOf(sandbox), { lets_encrypt: null, own_ssl: { issued_at: "2026-01-01" } }),
  },
  {
    name: "a certificate if Cloudways doesn't say what there is",
    tool: "install_ssl_certificate",
    args: { ...SHOP, ...OWN },
    setUp: (sandbox) => Object.assign(shopOf(sandbox), { lets_encrypt: null, own_ssl: undefined }),
  },
  { name: "removing an own certificate", tool: "remove_ssl_certificate", args: SHOP },
  { name: "revoking", tool: "revoke_letsencrypt", args: { ...SHOP, domain: "shop.example.com", wildcard: false } },
  { name: "a new deploy key in place of one", tool: "generate_git_ssh_key", args: SHOP },
  {
    name: "a new deploy key if Cloudways won't show the present one",
    tool: "generate_git_ssh_key",
    args: SHOP,
    setUp: (sandbox) => void sandbox.addFault({ operationId: "git_key_get", kind: { status: 422 } }),
  },
  { name: "cloning", tool: "git_clone", args: { ...SHOP, git_url: GIT_URL, branch: "main" } },
  { name: "pulling another branch", tool: "git_pull", args: { ...SHOP, branch: "develop" } },
  { name: "pulling into another folder", tool: "git_pull", args: { ...SHOP, branch: "main", deploy_path: "themes" } },
  {
    name: "a first pull",
    tool: "git_pull",
    args: { ...SHOP, branch: "main" },
    setUp: (sandbox) => void (shopOf(sandbox).git.log = []),
  },
  {
    name: "a pull after deployments of which none succeeded",
    tool: "git_pull",
    args: { ...SHOP, branch: "main" },
    setUp: (sandbox) => shopOf(sandbox).git.log.forEach((entry) => entry.result = "0"),
  },
  {
    name: "a pull after two different deployments in one minute",
    tool: "git_pull",
    args: { ...SHOP, branch: "main" },
    setUp(sandbox) {
      const { log } = shopOf(sandbox).git;
      const [last] = log;
      assert.ok(last !== undefined);
      log.push({ ...last, branch_name: "develop" });
    },
  },
];

for (const { name, tool, args, setUp } of ASKS) {
  Deno.test(`a person has to be asked about ${name}`, async () => {
    await using service = await start({}, { env: { ...ENV, CONFIRM: "ask" } });
    setUp?.(service.sandbox);

    const { json } = await call(service, tool, args);

    assert.equal(json.code, "confirmation_required", JSON.stringify(json));
    assert.ok(service.sandbox.requests.every(({ method }) => method === "GET"));
  });
}

/** Calls of destructive tools that destroy nothing. */
const PASSES: { name: string; tool: string; args: Record<string, unknown>; setUp?: (sandbox: Sandbox) => void }[] = [
  { name: "a first certificate", tool: "install_ssl_certificate", args: { ...BLOG, ...OWN } },
  {
    name: "a first deploy key",
    tool: "generate_git_ssh_key",
    args: SHOP,
    setUp: (sandbox) => void (shopOf(sandbox).git.key = ""),
  },
  { name: "pulling what was pulled last", tool: "git_pull", args: { ...SHOP, branch: "main" } },
  {
    name: "pulling again what was deployed before a pull that failed",
    tool: "git_pull",
    args: { ...SHOP, branch: "main", deploy_path: "themes" },
    setUp(sandbox) {
      const { log } = shopOf(sandbox).git;
      log.forEach((entry) => entry.path = "/themes/");
      log.unshift({
        git_url: GIT_URL,
        branch_name: "develop",
        path: null,
        result: "0",
        datetime: "01, 01, 2049 - 00:00",
        description: "Git pull",
      });
    },
  },
];

for (const { name, tool, args, setUp } of PASSES) {
  Deno.test(`nobody is asked about ${name}`, async () => {
    await using service = await start({}, { env: { ...ENV, CONFIRM: "ask" } });
    setUp?.(service.sandbox);

    const { isError, json } = await call(service, tool, args);

    assert.equal(isError, false, JSON.stringify(json));
  });
}

Deno.test("nobody is asked about a certificate that would be refused afterwards", async () => {
  await using service = await start({}, { env: { ...ENV, CONFIRM: "ask" } });
  const files = { ...OWN, private_key: keyPem(testKey(2)) };

  const { json } = await call(service, "install_ssl_certificate", { ...SHOP, ...files });

  assert.equal(json.code, "invalid_arguments");
});
