/** The customer's own record of who was let in, with which bounds, and how that ended. */
import assert from "node:assert/strict";
import * as z from "zod";
import { FakeClock } from "../sandbox/mod.ts";
import { type LoggedRecord, loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import type { Service } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import {
  authorizationUrl,
  callAtDoor,
  consent,
  PASTED,
  postForm,
  redeem,
  REDIRECT,
  refresh,
  register,
  type SignedInClient,
  signIn,
  startSignIn,
} from "../support/sign_in.ts";

const MINUTE_MS = 60_000;
const OWNER = TOKEN_HEADERS;

const entriesSchema = z.array(z.looseObject({
  tool: z.string(),
  result: z.string(),
  outcome: z.string(),
  client: z.string().optional(),
  connection: z.string().optional(),
  arguments: z.record(z.string(), z.unknown()).optional(),
}));

/** What callers read of connections, newest first. */
async function readBy(url: URL, headers: Record<string, string>) {
  const { isError, json } = await callTool(url, "get_audit_log", {}, headers);
  assert.equal(isError, false, JSON.stringify(json));
  return entriesSchema.parse(json.records).filter(({ tool }) => tool === "sign_in" || tool === "sign_out");
}

function storyOf(entries: z.output<typeof entriesSchema>): string[] {
  return entries.map(({ tool, result, outcome }) => `${tool} ${result} ${outcome}`);
}

/** The records of connections in the log, oldest first. */
function recordedConnections(service: Service): LoggedRecord[] {
  return loggedRecords(service).filter(({ event }) => event === "connected" || event === "disconnected");
}

async function endOnPage(service: Service, step: "end" | "end_all"): Promise<void> {
  const { html } = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const [form, connection] = ["form", "connection"].map((name) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? ""
  );
  await postForm(service, "/connect", [["form", form ?? ""], ["connection", connection ?? ""], ["step", step]]);
}

Deno.test("the customer reads which program was let in, with its bounds and its end", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });

  await signIn(service, {
    name: "My assistant",
    access: "write",
    servers: [100001],
    toolsets: ["basic", "servers"],
    duration: "day",
  });
  const [entry, ...more] = await readBy(service.mcpUrl, OWNER);

  assert.deepEqual(more, []);
  assert.deepEqual([entry?.tool, entry?.result, entry?.outcome, entry?.client], [
    "sign_in",
    "done",
    "connected",
    "My assistant",
  ]);
  assert.match(entry?.connection ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(entry?.arguments, {
    takes_back_to: new URL(REDIRECT).host,
    read_only: false,
    toolsets: ["basic", "servers", "discovery"],
    servers: [100001],
    ends_at: new Date(clock.now() + 24 * 60 * MINUTE_MS).toISOString(),
  });
});

Deno.test("the record of a connection holds no token, code, passphrase or Cloudways token", async () => {
  await using service = await startSignIn();

  const { tokens } = await signIn(service, { passphrase: "open-sesame-now" });
  await endOnPage(service, "end");
  const records = JSON.stringify(recordedConnections(service));

  assert.equal(recordedConnections(service).length, 2);
  for (const secret of [PASTED, tokens.access, tokens.refresh, "open-sesame-now"]) {
    assert.equal(records.includes(secret), false);
  }
});

/** How a connection ends, and what is recorded then. */
const ENDINGS: readonly { outcome: string; end: (service: Service, client: SignedInClient) => Promise<unknown> }[] = [
  { outcome: "ended_by_person", end: (service) => endOnPage(service, "end") },
  { outcome: "ended_by_person", end: (service) => endOnPage(service, "end_all") },
  {
    outcome: "ended_by_client",
    end: (service, { clientId, tokens }) =>
      fetch(`${service.url}/connect/revoke`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ client_id: clientId, token: tokens.access }),
      }).then((response) => response.body?.cancel()),
  },
  {
    outcome: "refresh_token_reused",
    end: async (service, { clientId, tokens }) => {
      const next = await refresh(service, clientId, tokens.refresh);
      await refresh(service, clientId, next.refresh);
      await refresh(service, clientId, tokens.refresh);
    },
  },
  {
    outcome: "credential_withdrawn",
    end: async (service, { tokens }) => {
      service.sandbox.addFault({ kind: { status: 401 } });
      await callAtDoor(service, tokens.access);
      await callAtDoor(service, tokens.access);
    },
  },
];

for (const [index, { outcome, end }] of ENDINGS.entries()) {
  Deno.test(`the end of a connection is recorded once, with the reason ${outcome} (${index + 1})`, async () => {
    await using service = await startSignIn();
    const client = await signIn(service, { name: "My assistant" });

    await end(service, client);
    const [made, ended, ...more] = recordedConnections(service);
    const { status } = await callAtDoor(service, client.tokens.access);

    assert.deepEqual(more, []);
    assert.deepEqual([made?.event, ended?.event, ended?.outcome], ["connected", "disconnected", outcome]);
    assert.deepEqual([ended?.client, ended?.connection], ["My assistant", made?.connection]);
    assert.equal(status, 401);
  });
}

Deno.test("connections that are made and ended at once leave a record each", async () => {
  await using service = await startSignIn();
  for (const name of ["One", "Two"]) await signIn(service, { name });

  await endOnPage(service, "end_all");
  const entries = await readBy(service.mcpUrl, OWNER);

  assert.deepEqual(entries.map(({ tool, client }) => [tool, client]), [
    ["sign_out", "Two"],
    ["sign_out", "One"],
    ["sign_in", "Two"],
    ["sign_in", "One"],
  ]);
});

Deno.test("a code that comes twice is recorded as the end of its connection", async () => {
  await using service = await startSignIn();
  const clientId = await register(service);
  const code = (await consent(service, authorizationUrl(service, clientId))).searchParams.get("code") ?? "";

  await redeem(service, clientId, code);
  await redeem(service, clientId, code);

  assert.deepEqual(storyOf(await readBy(service.mcpUrl, OWNER)), [
    "sign_out done code_reused",
    "sign_in done connected",
  ]);
});

Deno.test("a client that gets no tokens leaves no record", async () => {
  await using service = await startSignIn();
  const clientId = await register(service);
  const code = (await consent(service, authorizationUrl(service, clientId))).searchParams.get("code") ?? "";

  const { status } = await redeem(service, clientId, code, { code_verifier: "0".repeat(43) });

  assert.equal(status, 400);
  assert.deepEqual(recordedConnections(service), []);
});

Deno.test("a connection of some servers reads of connections within them, and of no others", async () => {
  await using service = await startSignIn();
  const door = new URL(`${service.url}/connect/mcp`);
  const one = await signIn(service, { name: "One", servers: [100001] });
  const both = await signIn(service, { name: "Both", servers: [100001, 100002] });
  const two = await signIn(service, { name: "Two", servers: [100002] });
  const all = await signIn(service, { name: "All" });
  const namesFor = async (client: SignedInClient) =>
    (await readBy(door, client.headers)).map((entry) => entry.client).sort();

  assert.deepEqual(await namesFor(one), ["One"]);
  assert.deepEqual(await namesFor(two), ["Two"]);
  assert.deepEqual(await namesFor(both), ["Both", "One", "Two"]);
  assert.deepEqual(await namesFor(all), ["All", "Both", "One", "Two"]);
});

Deno.test("the weekly report names programs that were connected and ended, in words", async () => {
  await using service = await startSignIn();
  await signIn(service);
  await endOnPage(service, "end");

  const { json } = await callTool(service.mcpUrl, "get_weekly_report", {}, OWNER);
  const report = JSON.stringify(json);

  assert.ok(report.includes("Program connected"), report);
  assert.ok(report.includes("Connection ended"), report);
});
