/** Add-ons and sending domains: prices in questions, what is checked, sent and read back. */
import assert from "node:assert/strict";
import type { FaultKind, Sandbox } from "../sandbox/mod.ts";
import { ask, refusedUnasked, writesTo } from "../support/asked.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const OFFERED = { addon_id: 5, package_id: 11 };
const PRESENT = { addon_id: 10 };
const SMTP = { server_id: 100001, addon_id: 7, enabled: true, mode: "enable", host: "smtp.example.com" };
const PASSWORD = "Canary-of-Mail-7391";

function start(CONFIRM = "off"): Promise<Service> {
  return startService({ env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000", LOG_LEVEL: "DEBUG" } });
}

async function call(service: Service, tool: string, args: Record<string, unknown> = {}) {
  return (await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS)).json;
}

/** The first package of an add-on. */
function packageOf({ sandbox }: Service, addonId: number) {
  const found = sandbox.account().addons.find(({ id }) => id === addonId)?.packages[0];
  assert.ok(found !== undefined);
  return found;
}

/** Only the first read of an operation gets the right answer. */
function readsOnce(sandbox: Sandbox, operationId: string, kind: FaultKind): void {
  sandbox.addFault({ operationId, times: 1, kind: { delayMs: 0 } });
  sandbox.addFault({ operationId, kind });
}

Deno.test("the first line of an order names its price, its period and the add-on", async () => {
  await using service = await start("ask");

  const order = await ask(service, "activate_addon", OFFERED);
  const change = await ask(service, "change_addon_package", { ...PRESENT, package_id: 22 });

  assert.match(order.firstLine, /bill.*`1\.00 US dollars per month`.*`Rackspace Email: 1 mailbox`/);
  assert.match(change.firstLine, /bill.*`1\.00 US dollars per month`.*`Elastic Email: 10000 e-mails`/);
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("the first line says that no price is known where Cloudways gives none", async () => {
  await using service = await start("ask");
  packageOf(service, 5).price = "";

  const alone = await ask(service, "activate_addon", { addon_id: 7 });
  const unpriced = await ask(service, "activate_addon", OFFERED);
  const onServer = await ask(service, "set_server_addon", SMTP);
  const onApp = await ask(service, "request_app_addon", { app_id: 200001, addon_id: 9 });

  for (const { firstLine } of [alone, unpriced, onServer, onApp]) {
    assert.match(firstLine, /bill.*not known here/);
    assert.doesNotMatch(firstLine, /US dollars/);
  }
});

Deno.test("cancelling says that it is about something billed, with the prices of its packages", async () => {
  await using service = await start("ask");

  const { firstLine, message, approve } = await ask(service, "deactivate_addon", PRESENT);
  const json = await approve();

  assert.match(firstLine, /bills.*`Elastic Email`/);
  assert.ok(message.includes("`1000 e-mails: 0.10 US dollars per month`"), message);
  assert.equal(json?.status, "inactive");
  assert.deepEqual(service.sandbox.account().subscriptions, []);
});

Deno.test("a yes to one price is none to another", async () => {
  await using service = await start("ask");
  const { approve } = await ask(service, "activate_addon", OFFERED);

  packageOf(service, 5).price = "99.00";

  assert.equal(await approve(), undefined, "a person is asked once more");
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("nobody is asked about an add-on or a package that there is not, and the known ones are named", async () => {
  await using service = await start("ask");

  const addon = await refusedUnasked(service, "activate_addon", { addon_id: 99 });
  const missing = await refusedUnasked(service, "activate_addon", { addon_id: 5 });
  const foreign = await refusedUnasked(service, "change_addon_package", { addon_id: 5, package_id: 21 });
  const needless = await refusedUnasked(service, "activate_addon", { addon_id: 7, package_id: 11 });
  const onServer = await refusedUnasked(service, "set_server_addon", { ...SMTP, addon_id: 99 });

  for (const { code } of [addon, missing, foreign, needless, onServer]) assert.equal(code, "invalid_arguments");
  assert.deepEqual(Object(addon.details).known, ["5", "7", "9", "10"]);
  assert.deepEqual(Object(missing.details).known, ["11", "12"]);
  assert.deepEqual(Object(foreign.details).known, ["11", "12"]);
  assert.match(String(needless.message), /package_id/);
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("without a list of prices nothing is ordered, and nobody is asked", async () => {
  await using service = await start("ask");
  const body = { error: "insufficient_scope", error_description: "Not for this token." };
  service.sandbox.addFault({ operationId: "addon_list", kind: { status: 403, body } });

  const json = await refusedUnasked(service, "activate_addon", OFFERED);

  assert.equal(json.code, "forbidden");
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("the answer to an order tells what Cloudways says of its state", async () => {
  await using service = await start();
  service.sandbox.account().subscriptions = [];

  const active = await call(service, "activate_addon", OFFERED);
  const requested = await call(service, "activate_addon", { ...PRESENT, package_id: 21 });
  const changed = await call(service, "change_addon_package", { ...PRESENT, package_id: 22 });
  const cancelled = await call(service, "deactivate_addon", { addon_id: 5 });
  service.sandbox.addFault({ operationId: "addon_activate", kind: { status: 200, body: { message: "Thanks." } } });
  const untold = await call(service, "activate_addon", OFFERED);

  const states = [active, requested, changed, cancelled, untold].map(({ status }) => status);
  assert.deepEqual(states, ["active", "requested", "requested", "inactive", "not told"]);
  assert.deepEqual([changed.package_id, changed.package_name], [22, "10000 e-mails"]);
  assert.equal(untold.cloudways_message, "Thanks.");
});

Deno.test("a state of an add-on is shown if Cloudways gives one", async () => {
  await using service = await start();
  const addons = { 5: { id: "5", label: "Rackspace Email", name: "rackspace", status: "active", packages: [] } };
  service.sandbox.addFault({ operationId: "addon_list", times: 1, kind: { status: 200, body: { addons } } });

  const told = await call(service, "list_addons");
  const untold = await call(service, "list_addons");

  assert.deepEqual(Object(told.addons)[0].status, "active");
  assert.equal("status" in Object(untold.addons)[0], false);
  assert.deepEqual(Object(untold.addons)[0].packages[0], {
    id: 11,
    name: "1 mailbox",
    price_usd: "1.00",
    per: "month",
  });
});

Deno.test("the first line of a mail add-on names the server that mail goes to", async () => {
  await using service = await start("ask");

  const { firstLine, approve } = await ask(service, "set_server_addon", SMTP);
  const json = await approve();

  assert.match(firstLine, /`smtp\.example\.com`/);
  assert.equal(json?.enabled, true);
  const [addon] = service.sandbox.account().serverAddons;
  assert.deepEqual([addon?.serverId, addon?.smtp], [100001, { mode: "enable", host: "smtp.example.com" }]);
});

Deno.test("the password of a mail service is sent, and shown nowhere, even if Cloudways repeats it", async () => {
  await using service = await start("ask");
  const { message, approve } = await ask(service, "set_server_addon", { ...SMTP, password: PASSWORD });

  const json = await approve();
  const body = { message: `${PASSWORD} is too short` };
  service.sandbox.addFault({ operationId: "addon_activate_on_server", kind: { status: 422, body } });
  const again = await ask(service, "set_server_addon", { ...SMTP, password: PASSWORD });
  const refused = await again.approve();
  const trail = await call(service, "get_audit_log");

  assert.equal(service.sandbox.account().serverAddons[0]?.smtp.password, PASSWORD);
  assert.equal(refused?.code, "validation_failed");
  assert.ok(loggedRecords(service).some(({ tool }) => tool === "set_server_addon"));
  for (const text of [message, again.message, json, refused, trail, service.logLines]) {
    assert.equal(JSON.stringify(text).includes(PASSWORD), false);
  }
});

Deno.test("an add-on is taken off one server, and stays on others", async () => {
  await using service = await start();
  await call(service, "set_server_addon", SMTP);
  await call(service, "set_server_addon", { ...SMTP, server_id: 100002 });

  await call(service, "set_server_addon", { server_id: 100001, addon_id: 7, enabled: false });

  assert.deepEqual(service.sandbox.account().serverAddons.map(({ serverId }) => serverId), [100002]);
});

Deno.test("a request for an application is sent once, with its version", async () => {
  await using service = await start("ask");
  const { firstLine, approve } = await ask(service, "request_app_addon", {
    app_id: 200001,
    addon_id: 9,
    version: "6.9",
  });

  await approve();

  assert.match(firstLine, /`Application upgrade`/);
  assert.deepEqual(service.sandbox.account().addonRequests, [{ addonId: 9, appId: 200001, version: "6.9" }]);
});

Deno.test("sending domains are shown with what is wrong, before and after a check", async () => {
  await using service = await start();

  const before = await call(service, "list_email_domains");
  const checked = await call(service, "verify_email_domain", { domain: "Example.com" });
  const unknown = await call(service, "verify_email_domain", { domain: "other.example.com" });

  const example = { domain: "example.com", spf: false, mx: true, dkim: false, dmarc: false, tracking: false };
  assert.deepEqual(before.domains, [example]);
  assert.deepEqual(checked, { ...example, spf: true, dkim: true, missing: ["dmarc", "tracking"] });
  assert.equal(unknown.code, "validation_failed");
});

Deno.test("a check that Cloudways does not tell is neither right nor wrong", async () => {
  await using service = await start();
  const kind = { status: 200, body: { status: true, data: { domains: [{ domain: "example.com", spf: "1" }] } } };
  service.sandbox.addFault({ operationId: "addon_elastic_list_domains", kind });

  const { domains } = await call(service, "list_email_domains");

  assert.deepEqual(domains, [
    { domain: "example.com", spf: true, mx: null, dkim: null, dmarc: null, tracking: null },
  ]);
});

Deno.test("a sending domain is deleted after a yes, and seen to be gone", async () => {
  await using service = await start("ask");
  const { firstLine, approve } = await ask(service, "delete_email_domain", { domain: "EXAMPLE.com" });

  const json = await approve();

  assert.match(firstLine, /`example\.com`/);
  assert.deepEqual(json, { domain: "example.com", deleted: true, verified: true });
  assert.deepEqual(service.sandbox.account().emailDomains, []);
});

Deno.test("nobody is asked about a domain that sends nothing, and those that send are named", async () => {
  await using service = await start("ask");

  const json = await refusedUnasked(service, "delete_email_domain", { domain: "other.example.com" });

  assert.equal(json.code, "not_found");
  assert.deepEqual(Object(json.details).domains, ["example.com"]);
});

Deno.test("a deletion that did not happen is a failure, and one that can't be looked up says so", async () => {
  await using service = await start();
  const { sandbox } = service;
  const done = { status: 200, body: { status: true } };
  sandbox.addFault({ operationId: "addon_elastic_delete_domain", times: 1, kind: done });

  const still = await call(service, "delete_email_domain", { domain: "example.com" });
  readsOnce(sandbox, "addon_elastic_list_domains", { status: 503 });
  const unseen = await call(service, "delete_email_domain", { domain: "example.com" });

  assert.equal(still.code, "upstream_error");
  assert.deepEqual([unseen.deleted, unseen.verified], [true, false]);
});
