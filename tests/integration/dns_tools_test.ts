/** The tools for DNS: what is shown, asked, sent, read back and refused. */
import assert from "node:assert/strict";
import type { DnsDomainState, DnsRecordState, FaultKind } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { receiptOf } from "../support/undo_cases.ts";
import { yesTo } from "../support/yes.ts";

const DOMAIN = { domain: "example.com" };
/** The one record of the demo account: the address of the domain itself. */
const ADDRESS = "9aaaae08-57ab-4a63-944f-1ccf15791aa2";
const APP = { app_id: 200001 };
const WILDCARD = { ...APP, ...DOMAIN, email: "owner@example.com" };

function start(CONFIRM = "off"): Promise<Service> {
  return startService({ env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" } });
}

function call(service: Service, tool: string, args: Record<string, unknown>) {
  return callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
}

/** Asks, and gives the question with a way to answer it. */
async function ask(service: Service, name: string, args: Record<string, unknown>) {
  const base = { url: service.mcpUrl, name, headers: TOKEN_HEADERS };
  const asked = await callModern({ ...base, args });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const reply = (content: unknown = yesTo(asked.message)) =>
    callModern({ ...base, args, answered: { state: asked.state, reply: content } });
  const approve = async () => {
    const done = await reply();
    assert.ok(done.kind === "result", JSON.stringify(done));
    return done.answer.json;
  };
  return { message: asked.message, reply, approve };
}

function writes({ sandbox }: Service): (string | undefined)[] {
  return sandbox.requests.filter(({ method }) => method !== "GET").map(({ operationId }) => operationId);
}

function zoneOf({ sandbox }: Service): DnsDomainState {
  const [domain] = sandbox.account().dns;
  assert.ok(domain !== undefined);
  return domain;
}

/** Adds a record as Cloudways keeps it: without a name where it is the domain itself. */
function has(service: Service, record: Pick<DnsRecordState, "type" | "name" | "value"> & Partial<DnsRecordState>) {
  const at = "2026-01-01T00:00:00.000Z";
  const { records } = zoneOf(service);
  const uid = `9aaaae08-57ab-4a63-944f-${String(records.length).padStart(12, "0")}`;
  const whole = { uid, ttl: 3600, created_at: at, updated_at: at, ...record };
  records.push(whole);
  return whole;
}

function answerOnce({ sandbox }: Service, operationId: string, body: unknown): void {
  sandbox.addFault({ operationId, times: 1, kind: { status: 200, body } });
}

/** Only the first reads of an operation get the right answer. */
function readsRightly({ sandbox }: Service, operationId: string, times: number, kind: FaultKind): void {
  sandbox.addFault({ operationId, times, kind: { delayMs: 0 } });
  sandbox.addFault({ operationId, kind });
}

const RECORDS = "dns_made_easy_list_records";

/** A record in the API's form. */
const inApi = (attributes: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  uid: ADDRESS,
  type: "A",
  attributes: { name: "", value: "203.0.113.14", ttl: 3600, ...attributes },
  ...more,
});

Deno.test("a domain is shown with its records, its name servers and its status", async () => {
  await using service = await start();
  const key = `v=DKIM1; k=rsa; p=${"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3QEKyU1fSma0axspqYK5iAj"}`;
  has(service, { type: "MX", name: "", value: "mail.example.com.", mxLevel: 10 });
  has(service, { type: "TXT", name: "google._domainkey", value: `"${key}"` });
  has(service, { type: "CNAME", name: "token", value: "verify.example.net." });

  const { json: list } = await call(service, "list_dns_domains", {});
  const { json } = await call(service, "get_dns_domain", DOMAIN);

  const nameservers = ["ns10.digicertdns.com", "ns11.digicertdns.com"];
  assert.deepEqual(list.domains, [{ domain: "example.com", status: "Inactive", nameservers, query_usage: "1.56" }]);
  assert.deepEqual([json.domain, json.status, json.nameservers], ["example.com", "Inactive", nameservers]);
  assert.deepEqual(Object(json.usage).map((day: object) => Object.keys(day)), [["day", "query_count"]]);
  const shown = Object(json.records).map((
    one: Record<string, unknown>,
  ) => [one.type, one.host, one.value, one.mx_level]);
  assert.deepEqual(shown, [
    ["A", "@", "203.0.113.14", undefined],
    ["MX", "@", "mail.example.com.", 10],
    // A public key, and a host that is called like a secret: DNS shows both to everybody.
    ["TXT", "google._domainkey", `"${key}"`, undefined],
    ["CNAME", "token", "verify.example.net.", undefined],
  ]);
  assert.deepEqual(Object.keys(Object(json.records)[0]), [
    ...["record_id", "type", "host", "value", "ttl_seconds", "updated_at"],
  ]);
});

Deno.test("records are chosen by type and host, and all are counted", async () => {
  await using service = await start();
  has(service, { type: "A", name: "www", value: "203.0.113.15" });
  has(service, { type: "TXT", name: "www", value: "x=1" });
  const chosen = async (args: Record<string, unknown>) => {
    const { json } = await call(service, "get_dns_domain", { ...DOMAIN, ...args });
    return [json.record_count, Object(json.records).map(({ type, host }: DnsRow) => `${type} ${host}`)];
  };

  assert.deepEqual(await chosen({ type: "A" }), [3, ["A @", "A www"]]);
  assert.deepEqual(await chosen({ host: "WWW" }), [3, ["A www", "TXT www"]]);
  assert.deepEqual(await chosen({ type: "TXT", host: "@" }), [3, []]);
});

interface DnsRow {
  type: string;
  host: string;
}

Deno.test("what else is set for a record is shown under Cloudways' names", async () => {
  await using service = await start();
  answerOnce(service, RECORDS, { records: [inApi({ failover: true, monitor: false, gtdLocation: "US_EAST" })] });

  const { json } = await call(service, "get_dns_domain", DOMAIN);

  const { failover, monitor, gtdLocation } = Object(json.records)[0];
  assert.deepEqual([failover, monitor, gtdLocation], [true, undefined, "US_EAST"]);
});

Deno.test("a domain that is not hosted is not found by any tool, and nothing else is asked for", async () => {
  await using service = await start();
  const domain = "www.example.com";
  const calls = [
    ["get_dns_domain", {}],
    ["delete_dns_domains", {}],
    ["add_dns_records", { type: "A", host: "@", values: ["203.0.113.7"] }],
    ["update_dns_record", { record_id: ADDRESS, ttl_seconds: 60 }],
    ["delete_dns_records", { record_ids: [ADDRESS] }],
  ] as const;

  for (const [tool, args] of calls) {
    assert.equal((await call(service, tool, { domain, ...args })).json.code, "not_found", tool);
  }

  assert.deepEqual([...new Set(service.sandbox.requests.map((one) => one.operationId))], [
    "dns_made_easy_list_domains",
  ]);
});

Deno.test("a host name is sent with the dot at its end, and an address in its shortest spelling", async () => {
  await using service = await start();
  const add = (type: string, host: string, value: string, more: Record<string, unknown> = {}) =>
    call(service, "add_dns_records", { ...DOMAIN, type, host, values: [value], ...more });

  const { json } = await add("MX", "@", "Mail.Example.com", { mx_level: 10, ttl_seconds: 600 });
  await add("CNAME", "www", "shop.example.net.");
  await add("AAAA", "six", "2001:0DB8:0:0:0:0:0:7");
  await add("TXT", "_dmarc", "v=DMARC1; p=none");

  const [, mx, ...others] = zoneOf(service).records;
  assert.deepEqual([mx?.type, mx?.name, mx?.value, mx?.ttl, mx?.mxLevel], ["MX", "", "mail.example.com.", 600, 10]);
  assert.deepEqual(others.map(({ name, value }) => [name, value]), [
    ["www", "shop.example.net."],
    ["six", "2001:db8::7"],
    ["_dmarc", "v=DMARC1; p=none"],
  ]);
  const [added] = Object(json.added);
  assert.deepEqual([added.record_id, added.host, added.mx_level], [mx?.uid, "@", 10]);
  service.sandbox.assertNoViolations();
});

Deno.test("what is there already is not added once more, however it is spelled", async () => {
  await using service = await start();
  has(service, { type: "MX", name: "", value: "MAIL.example.com", mxLevel: 10 });
  has(service, { type: "TXT", name: "", value: '"v=spf1 -all"' });
  has(service, { type: "TXT", name: "long", value: '"one""two"' });
  const add = (args: Record<string, unknown>) => call(service, "add_dns_records", { ...DOMAIN, ...args });

  const same = [
    await add({ type: "MX", host: "@", values: ["mail.example.com"], mx_level: 10 }),
    await add({ type: "TXT", host: "@", values: ["v=spf1 -all"] }),
    await add({ type: "TXT", host: "long", values: ["onetwo"] }),
  ];
  const another = await add({ type: "MX", host: "@", values: ["mail.example.com"], mx_level: 20 });
  const some = await add({ type: "A", host: "@", values: ["203.0.113.14", "203.0.113.15"] });

  assert.deepEqual(same.map(({ json }) => json.code), Array(3).fill("validation_failed"));
  assert.deepEqual([another.isError, some.isError], [false, false]);
  const sent = service.sandbox.requestsTo("dns_made_easy_add_records").map(({ fields }) => Object(fields.records));
  assert.deepEqual(sent.map((records) => records.map(({ value }: { value: string }) => value)), [
    ["mail.example.com."],
    ["203.0.113.15"],
  ]);
});

Deno.test("beside a CNAME nothing else is added, nor a CNAME beside anything else", async () => {
  await using service = await start("ask");
  has(service, { type: "CNAME", name: "www", value: "a.example.net." });
  has(service, { type: "TXT", name: "shop", value: "x=1" });
  const add = async (args: Record<string, unknown>) =>
    (await call(service, "add_dns_records", { ...DOMAIN, ...args })).json.code;

  assert.equal(await add({ type: "A", host: "www", values: ["203.0.113.7"] }), "validation_failed");
  assert.equal(await add({ type: "CNAME", host: "www", values: ["b.example.net"] }), "validation_failed");
  assert.equal(await add({ type: "CNAME", host: "shop", values: ["a.example.net"] }), "validation_failed");
  assert.deepEqual(writes(service), []);
});

Deno.test("records of a host that changed since the plan are left alone; those of others may change", async () => {
  await using service = await start();
  const args = { ...DOMAIN, type: "A", host: "@", values: ["203.0.113.7"] };
  const now = [inApi({}), inApi({ name: "www" }, { uid: "other" })];

  service.sandbox.addFault({ operationId: RECORDS, times: 1, kind: { delayMs: 0 } });
  answerOnce(service, RECORDS, { records: [inApi({ ttl: 60 })] });
  const refused = await call(service, "add_dns_records", args);
  service.sandbox.addFault({ operationId: RECORDS, times: 1, kind: { delayMs: 0 } });
  answerOnce(service, RECORDS, { records: now });
  const done = await call(service, "add_dns_records", args);

  assert.equal(refused.json.code, "upstream_error");
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.deepEqual(writes(service), ["dns_made_easy_add_records"]);
});

Deno.test("a record that Cloudways accepts and does not keep is an error", async () => {
  await using service = await start();
  answerOnce(service, "dns_made_easy_add_records", { records: [] });
  answerOnce(service, "dns_made_easy_update_record", { status: true });
  answerOnce(service, "dns_made_easy_delete_records", { status: true });
  answerOnce(service, "dns_made_easy_delete_domains", { deleted: true });

  const codes = [
    await call(service, "add_dns_records", { ...DOMAIN, type: "A", host: "www", values: ["203.0.113.7"] }),
    await call(service, "update_dns_record", { ...DOMAIN, record_id: ADDRESS, value: "203.0.113.99" }),
    await call(service, "delete_dns_records", { ...DOMAIN, record_ids: [ADDRESS] }),
    await call(service, "delete_dns_domains", DOMAIN),
  ].map(({ json }) => json.code);

  assert.deepEqual(codes, Array(4).fill("upstream_error"));
});

Deno.test("before a record changes, a person sees what it says, what it will say and what is sent again", async () => {
  await using service = await start("ask");
  const mx = has(service, { type: "MX", name: "", value: "mail.example.com.", mxLevel: 10 });

  const args = { ...DOMAIN, record_id: mx.uid, value: "mail.example.net" };
  const { message, approve } = await ask(service, "update_dns_record", args);
  const json = await approve();

  for (
    const line of [
      "Domain: `example.com`",
      "Host: `@`",
      "Value before: `mail.example.com.`",
      "Value after: `mail.example.net.`",
      "TTL in seconds as before: `3600`",
      "Level as before: `10`",
    ]
  ) assert.ok(message.split("\n").includes(line), `${line} in ${message}`);
  const [, changed] = zoneOf(service).records;
  assert.deepEqual([changed?.value, changed?.ttl, changed?.mxLevel], ["mail.example.net.", 3600, 10]);
  assert.deepEqual([Object(json.before).value, Object(json.after).value], ["mail.example.com.", "mail.example.net."]);
  service.sandbox.assertNoViolations();
});

Deno.test("the level of a mail server changes alone, and with the time it is kept for", async () => {
  await using service = await start();
  const mx = has(service, { type: "MX", name: "", value: "mail.example.com.", mxLevel: 10 });

  for (const change of [{ mx_level: 5 }, { mx_level: 7, ttl_seconds: 300 }]) {
    const { json } = await call(service, "update_dns_record", { ...DOMAIN, record_id: mx.uid, ...change });
    assert.deepEqual({ ...Object(json.after), ...change }, json.after);
  }

  const sent = service.sandbox.requestsTo("dns_made_easy_update_record").map(({ fields }) => fields.record);
  assert.deepEqual(sent, [
    { type: "MX", name: "@", value: "mail.example.com.", ttl: 3600, mx_level: 5 },
    { type: "MX", name: "@", value: "mail.example.com.", ttl: 300, mx_level: 7 },
  ]);
});

Deno.test("a text that Cloudways keeps in quotation marks is taken back without them", async () => {
  await using service = await start();
  const { uid } = has(service, { type: "TXT", name: "_dmarc", value: '"v=DMARC1; p=none"' });
  const args = { ...DOMAIN, record_id: uid, value: "v=DMARC1; p=reject" };

  const done = await call(service, "update_dns_record", args);
  const undone = await call(service, "undo_change", { receipt: receiptOf(done.json) });

  assert.equal(undone.isError, false, JSON.stringify(undone.json));
  const sent = service.sandbox.requestsTo("dns_made_easy_update_record").map(({ fields }) => fields.record);
  assert.deepEqual(sent.map((record) => Object(record).value), ["v=DMARC1; p=reject", "v=DMARC1; p=none"]);
});

Deno.test("a value that stays is sent as Cloudways keeps it", async () => {
  await using service = await start();
  const txt = has(service, { type: "TXT", name: "long", value: '"one""two"' });
  const cname = has(service, { type: "CNAME", name: "www", value: "shop" });

  for (const { uid } of [txt, cname]) {
    await call(service, "update_dns_record", { ...DOMAIN, record_id: uid, ttl_seconds: 300 });
  }

  const sent = service.sandbox.requestsTo("dns_made_easy_update_record").map(({ fields }) => fields.record);
  assert.deepEqual(sent, [
    { type: "TXT", name: "long", value: '"one""two"', ttl: 300 },
    { type: "CNAME", name: "www", value: "shop", ttl: 300 },
  ]);
});

Deno.test("a change of a record that can't be sent, or that changes nothing, is refused unasked", async () => {
  await using service = await start("ask");
  const srv = has(service, { type: "SRV", name: "_sip._tcp", value: "sip.example.com." });
  const mx = has(service, { type: "MX", name: "", value: "mail.example.com.", mxLevel: 10 });
  const untold = has(service, { type: "MX", name: "old", value: "mail.example.com." });
  const txt = has(service, { type: "TXT", name: "long", value: '"one""two"' });
  const rows = [
    [{ record_id: "nowhere", ttl_seconds: 60 }, "invalid_arguments", "record_id"],
    [{ record_id: srv.uid, ttl_seconds: 60 }, "invalid_arguments", "record_id"],
    [{ record_id: ADDRESS, value: "mail.example.com" }, "invalid_arguments", "value"],
    [{ record_id: mx.uid, value: "203.0.113.7" }, "invalid_arguments", "value"],
    [{ record_id: ADDRESS, mx_level: 5, ttl_seconds: 60 }, "invalid_arguments", "mx_level"],
    [{ record_id: untold.uid, ttl_seconds: 60 }, "invalid_arguments", "mx_level"],
    [{ record_id: ADDRESS, value: "203.0.113.14", ttl_seconds: 3600 }, "validation_failed", undefined],
    [{ record_id: mx.uid, value: "MAIL.example.com", mx_level: 10 }, "validation_failed", undefined],
    [{ record_id: txt.uid, value: "onetwo" }, "validation_failed", undefined],
  ] as const;

  for (const [args, code, argument] of rows) {
    const { json } = await call(service, "update_dns_record", { ...DOMAIN, ...args });
    assert.equal(json.code, code, JSON.stringify(args));
    assert.equal(Object(json.details).problems?.[0].argument, argument, JSON.stringify(args));
  }
  assert.deepEqual(writes(service), []);
});

Deno.test("a yes to a change does not count for a record that has changed since", async () => {
  await using service = await start("ask");
  const args = { ...DOMAIN, record_id: ADDRESS, value: "203.0.113.99" };
  const { reply } = await ask(service, "update_dns_record", args);
  Object.assign(zoneOf(service).records[0] ?? {}, { value: "203.0.113.20" });

  const again = await reply();

  assert.equal(again.kind, "question");
  assert.deepEqual(writes(service), []);
});

Deno.test("a record that changes between the yes and the write is left alone", async () => {
  await using service = await start();
  readsRightly(service, RECORDS, 1, { status: 200, body: { records: [inApi({ value: "203.0.113.20" })] } });

  const { json } = await call(service, "update_dns_record", { ...DOMAIN, record_id: ADDRESS, ttl_seconds: 60 });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(writes(service), []);
});

Deno.test("a change warns of what else is set for a record and can't be sent", async () => {
  await using service = await start("ask");
  service.sandbox.addFault({
    operationId: RECORDS,
    kind: { status: 200, body: { records: [inApi({ failover: true })] } },
  });

  const { message } = await ask(service, "update_dns_record", { ...DOMAIN, record_id: ADDRESS, ttl_seconds: 60 });

  assert.match(message, /^May be lost: `failover`$/m);
});

Deno.test("before records are deleted, a person sees each whole; one that is not there stops all", async () => {
  await using service = await start("ask");
  const mx = has(service, { type: "MX", name: "", value: "mail.example.com.", mxLevel: 10 });

  const wrong = await call(service, "delete_dns_records", { ...DOMAIN, record_ids: [mx.uid, "nowhere"] });
  const { message, approve } = await ask(service, "delete_dns_records", {
    ...DOMAIN,
    record_ids: [mx.uid, ADDRESS, mx.uid],
  });
  const json = await approve();

  assert.equal(wrong.json.code, "invalid_arguments");
  assert.match(message, /^Delete 2 records /);
  assert.ok(message.includes("`MX @ 10 mail.example.com., TTL 3600`"), message);
  assert.ok(message.includes("`A @ 203.0.113.14, TTL 3600`"), message);
  assert.deepEqual([zoneOf(service).records, json.verified], [[], true]);
  service.sandbox.assertNoViolations();
});

Deno.test("a domain is deleted only after a person typed it, and the question lists every record", async () => {
  await using service = await start("ask");
  const { message, reply } = await ask(service, "delete_dns_domains", DOMAIN);

  const wrong = await reply({ action: "accept", content: { approve: true, label: "example.org" } });
  const unchanged = service.sandbox.account().dns.length;
  const { approve: second } = await ask(service, "delete_dns_domains", DOMAIN);
  const json = await second();

  assert.match(message, /To approve, type exactly: `example\.com`/);
  assert.ok(message.includes("`A @ 203.0.113.14, TTL 3600`"), message);
  assert.notEqual(wrong.kind === "result" && !wrong.answer.isError, true);
  assert.equal(unchanged, 1);
  assert.deepEqual([service.sandbox.account().dns, json.deleted, json.verified], [[], true, true]);
});

Deno.test("a yes to a deletion counts for the records that were shown", async () => {
  await using service = await start("ask");
  const { reply } = await ask(service, "delete_dns_domains", DOMAIN);
  has(service, { type: "A", name: "shop", value: "203.0.113.7" });

  const again = await reply();

  assert.equal(again.kind, "question");
  assert.equal(service.sandbox.account().dns.length, 1);
});

Deno.test("domains are added after a yes to the price, and those that are there already are refused", async () => {
  await using service = await start("ask");

  const present = await call(service, "add_dns_domains", { domains: ["new.example", "Example.com"] });
  const { message, approve } = await ask(service, "add_dns_domains", { domains: ["New.example", "new.example"] });
  const json = await approve();

  assert.deepEqual([present.json.code, Object(present.json.details).present], ["validation_failed", ["example.com"]]);
  assert.match(message.split("\n")[0] ?? "", /^Add 1 domain .*bill.* Domain `new\.example`\.$/);
  assert.ok(message.includes("Hosted already: `example.com`"), message);
  const [added] = Object(json.domains);
  assert.deepEqual([added.domain, added.nameservers.length, json.not_seen], ["new.example", 2, []]);
  assert.match(String(json.next_step), /registrar/);
});

Deno.test("domains that can't be looked up after they were added are named", async () => {
  await using service = await start();
  readsRightly(service, "dns_made_easy_list_domains", 1, { status: 500, body: {} });

  const { json } = await call(service, "add_dns_domains", { domains: ["new.example"] });

  assert.deepEqual([json.domains, json.not_seen], [[], ["new.example"]]);
  assert.equal(service.sandbox.account().dns.length, 2);
});

Deno.test("the record of a wildcard certificate is prepared and looked for, in Cloudways' words", async () => {
  await using service = await start("ask");

  const prepared = await call(service, "prepare_wildcard_dns", WILDCARD);
  const checked = await call(service, "check_wildcard_dns", WILDCARD);

  assert.deepEqual([prepared.json.done, prepared.json.verified], [true, false]);
  assert.equal(prepared.json.cloudways_message, "CNAME record ready");
  assert.match(String(prepared.json.next_step), /check_wildcard_dns/);
  assert.deepEqual([checked.json.done, checked.json.verified, checked.json.next_step], [true, true, undefined]);
  service.sandbox.assertNoViolations();
});

Deno.test("a record that Cloudways does not find, or does not tell of, is not called verified", async () => {
  await using service = await start();
  const operation = "security_verify_dns";

  answerOnce(service, operation, { wildcard_ssl: { status: false, message: "no", wildcard: { is_verified: true } } });
  const no = await call(service, "check_wildcard_dns", WILDCARD);
  answerOnce(service, operation, { wildcard_ssl: { status: true, message: "ok", wildcard: [] } });
  const untold = await call(service, "check_wildcard_dns", WILDCARD);
  answerOnce(service, operation, { wildcard_ssl: { message: "pending" } });
  const nothing = await call(service, "check_wildcard_dns", WILDCARD);

  assert.deepEqual([no.json.done, no.json.verified], [false, false]);
  assert.deepEqual([untold.json.done, untold.json.verified], [true, null]);
  assert.deepEqual([nothing.json.done, nothing.json.verified, nothing.json.wildcard], [null, null, null]);
});
