import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { done, problems, record, rows, send } from "../sandbox/test_client.ts";

const domain = "/dme/domains/9a9f3e63-ef76-4066-8a65-fcbb71e30bd8";

async function records(sandbox: Sandbox): Promise<Record<string, unknown>[]> {
  return rows((await send(sandbox, "GET", `${domain}/records`)).json.records);
}

Deno.test("domains are added and deleted, several at a time", async () => {
  await using sandbox = await startSandbox();
  const listed = async () => rows((await send(sandbox, "GET", "/dme/domains")).json.domains);

  await done(sandbox, "POST", "/dme/domains", { form: { "names[]": ["one.example", "two.example"] } });
  const twice = await send(sandbox, "POST", "/dme/domains", { form: { "names[]": ["one.example"] } });
  const all = await listed();
  await done(sandbox, "DELETE", "/dme/domains", { form: { "ids[]": all.slice(1).map(({ uid }) => String(uid)) } });

  assert.deepEqual(all.map(({ name, status }) => [name, status]).slice(1), [
    ["one.example", "Inactive"],
    ["two.example", "Inactive"],
  ]);
  assert.deepEqual([twice.status, (await listed()).length], [422, 1]);
  sandbox.assertNoViolations();
});

Deno.test("records come from a form or from JSON; the apex is sent as @ and stored as an empty name", async () => {
  await using sandbox = await startSandbox();

  await done(sandbox, "POST", `${domain}/records`, {
    json: { records: [{ type: "MX", name: "@", value: "mail.example.com.", ttl: 600, mx_level: 10 }] },
  });
  await done(sandbox, "POST", `${domain}/records`, {
    form: { "records[0][type]": "TXT", "records[0][name]": "_dmarc", "records[0][value]": "v=DMARC1" },
  });

  const [, mx, txt] = await records(sandbox);
  const { name, value, ttl, mxLevel } = record(mx?.attributes);
  assert.deepEqual([mx?.type, name, value, ttl, mxLevel], ["MX", "", "mail.example.com.", 600, 10]);
  assert.deepEqual([record(txt?.attributes).name, record(txt?.attributes).ttl], ["_dmarc", 3600]);
  sandbox.assertNoViolations();
});

Deno.test("an empty name, and a mail exchange without its level, are refused by their place", async () => {
  await using sandbox = await startSandbox();
  const add = (...given: unknown[]) => send(sandbox, "POST", `${domain}/records`, { json: { records: given } });

  const name = await add({ type: "A", name: "", value: "203.0.113.2" });
  const level = await add({ type: "A", name: "a", value: "203.0.113.2" }, { type: "MX", name: "@", value: "m." });

  assert.deepEqual([Object.keys(name.json), Object.keys(level.json)], [["records.0.name"], ["records.1.mx_level"]]);
  assert.equal((await records(sandbox)).length, 1);
});

Deno.test("a record changes, but not its type, and is removed", async () => {
  await using sandbox = await startSandbox();
  const path = `${domain}/records/9aaaae08-57ab-4a63-944f-1ccf15791aa2`;
  const change = (type: string) =>
    send(sandbox, "PUT", path, { json: { record: { type, name: "@", value: "203.0.113.99", ttl: 60 } } });

  const statuses = [await change("A"), await change("AAAA")].map(({ status }) => status);
  const [changed] = await records(sandbox);
  await done(sandbox, "DELETE", `${domain}/records`, { form: { "records_id[]": String(changed?.uid) } });

  assert.deepEqual(statuses, [200, 422]);
  assert.equal(record(changed?.attributes).value, "203.0.113.99");
  assert.deepEqual(await records(sandbox), []);
  sandbox.assertNoViolations();
});

Deno.test("delegation and use of a domain", async () => {
  await using sandbox = await startSandbox();
  for (const one of sandbox.account().dns) one.status = "Active";

  const status = await send(sandbox, "GET", `${domain}/status`);
  const usage = await send(sandbox, "GET", `${domain}/usage`);
  const unknown = await send(sandbox, "GET", "/dme/domains/00000000-0000-4000-8000-000000000000/status");

  assert.equal(status.json.status, "Active");
  assert.equal(rows(usage.json.usage).length, 1);
  assert.equal(unknown.status, 422);
  sandbox.assertNoViolations();
});

Deno.test("ids under their usual name, and a bare record, are violations", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "DELETE", `${domain}/records`, { form: { "record_ids[]": "x" } });
  await send(sandbox, "POST", `${domain}/records`, { json: { records: [{ type: "A", name: "a" }] } });

  assert.match(problems(sandbox), /unknown field record_ids[^]*records_id is missing[^]*value/);
});
