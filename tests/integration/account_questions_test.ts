/**
 * Questions about a domain and about the account itself, asked by made-up tools: the form, the page, what a yes is
 * bound to, and the record.
 */
import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { declare } from "../../src/confirm/declared_input.ts";
import type { Question } from "../../src/confirm/question.ts";
import { allTools } from "../../src/tools/all.ts";
import { defineAskingTool, defineTool, type Tool } from "../../src/tools/define/tool.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";

const PUBLIC_URL = "http://127.0.0.1:7000";

/** What the made-up tools change. */
interface World {
  /** The records of a domain. */
  records: string[];
  /** The name of a member of the team. */
  member: string;
  done: string[];
}

function askingTool<F>(world: World, { name, input, facts, question }: {
  name: string;
  input: () => z.ZodObject;
  facts: () => F;
  question: (facts: F) => Question;
}): Tool {
  return defineAskingTool({
    name,
    title: "Made up",
    toolset: "basic",
    effect: "destructive",
    description: "Made up.",
    input,
    output: () => z.looseObject({ done: z.boolean() }),
    facts: () => Promise.resolve(facts()),
    question,
    handler: () => {
      world.done.push(name);
      return Promise.resolve({ done: true });
    },
  });
}

const consequences = ["It can't be undone."];

function toolsOf(world: World): Tool[] {
  const deleteZone = askingTool(world, {
    name: "delete_zone",
    input: () => z.strictObject({ domain: z.string().meta(declare({ role: "target" })) }),
    facts: () => [...world.records],
    question: (records) => ({
      headline: `Delete 1 domain with ${records.length} records.`,
      subject: { kind: "domain", domain: "exämple.com" },
      consequences,
      facts: [{ name: "Records", values: records }],
      target: { records },
    }),
  });
  const removeMember = askingTool(world, {
    name: "remove_member",
    input: () =>
      z.strictObject({
        member_id: z.int().meta(declare({ role: "target" })),
        patience: z.int().default(0).meta(declare({ role: "wait" })),
      }),
    facts: () => world.member,
    question: (member) => ({
      headline: "Remove member 7 from the team.",
      subject: { kind: "account" },
      consequences,
      facts: [{ name: "Member", values: [member], isFirst: true }],
      target: { member },
    }),
  });
  const renameProject = defineTool({
    name: "rename_project",
    title: "Made up",
    toolset: "basic",
    effect: "write",
    description: "Made up.",
    input: () => z.strictObject({ project_id: z.int().meta(declare({ role: "target" })), label: z.string() }),
    output: () => z.looseObject({ done: z.boolean() }),
    handler: () => Promise.resolve({ done: true }),
  });
  return [deleteZone, removeMember, renameProject];
}

interface Row {
  tool: string;
  args: Record<string, unknown>;
  /** A line of the form. */
  line: string;
  /** On the page. */
  onPage: string[];
  firstLine: string;
  change: (world: World) => void;
  /** What the record names. */
  recorded: Record<string, unknown>;
  /** What it shows a reader. */
  shown: Record<string, unknown>;
}

const ROWS: Row[] = [
  {
    tool: "delete_zone",
    args: { domain: "exämple.com" },
    firstLine: "Delete 1 domain with 2 records. Domain `exämple.com`.",
    line: "Domain: `exämple.com` (`xn--exmple-cua.com`)",
    onPage: ["<h2>Domain</h2>", "xn--exmple-cua.com"],
    change: (world) => void world.records.push("mail"),
    recorded: { domain: "exämple.com", also: { records: ["www", "shop"] } },
    shown: { domain: "exämple.com" },
  },
  {
    tool: "remove_member",
    args: { member_id: 7 },
    firstLine: "Remove member 7 from the team. Member `Jane`.",
    line: "Concerns: the account itself, no single server",
    onPage: ["<h2>Concerns</h2><p>The account itself, no single server.</p>", "Jane"],
    change: (world) => void (world.member = "Joan"),
    recorded: { account: true, also: { member: "Jane" } },
    shown: {},
  },
];

interface Started extends AsyncDisposable {
  service: Service;
  world: World;
}

async function start(): Promise<Started> {
  const world: World = { records: ["www", "shop"], member: "Jane", done: [] };
  const getAuditLog = allTools.filter(({ name }) => name === "get_audit_log");
  const catalogue = new Catalogue([...toolsOf(world), ...getAuditLog]);
  const service = await startService({ catalogue, env: { PUBLIC_URL } });
  return { service, world, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

async function askByForm({ service }: Started, { tool, args }: Pick<Row, "tool" | "args">) {
  const asked = await callModern({ url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const say = (reply: unknown, more: Record<string, unknown> = {}) =>
    callModern({
      url: service.mcpUrl,
      name: tool,
      args: { ...args, ...more },
      headers: TOKEN_HEADERS,
      answered: { state: asked.state, reply },
    });
  return { ...asked, say };
}

async function pageOf({ service }: Started, { tool, args }: Pick<Row, "tool" | "args">): Promise<string> {
  const { json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
  return new URL(String(Object(json.details).approval_url)).pathname;
}

async function recordsOf({ service }: Started): Promise<Record<string, unknown>[]> {
  const { json } = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);
  return z.array(z.record(z.string(), z.unknown())).parse(json.records);
}

for (const row of ROWS) {
  const { tool, args, firstLine, line, onPage, change, recorded, shown } = row;

  Deno.test(`${tool} asks in a form, names no server, and is carried out once for a yes`, async () => {
    await using started = await start();
    const { message, say } = await askByForm(started, row);

    const lines = message.split("\n");
    assert.equal(lines[0], firstLine);
    assert.ok(lines.includes(line), message);
    assert.doesNotMatch(message, /^(?:Server|Applications):/m);

    await say(YES);
    await say(YES);

    assert.deepEqual(started.world.done, [tool]);
  });

  Deno.test(`a yes to ${tool} does not count after its subject has changed`, async () => {
    await using started = await start();
    const { say } = await askByForm(started, row);

    change(started.world);
    const after = await say(YES);

    assert.equal(after.kind, "question", "a person is asked about the present state");
    assert.deepEqual(started.world.done, []);
  });

  Deno.test(`${tool} asks on the page, where a yes counts once, and only for the state it was given for`, async () => {
    await using started = await start();
    const { service, world } = started;
    const path = await pageOf(started, row);
    const page = await (await fetch(service.url + path)).text();

    for (const text of onPage) assert.ok(page.includes(text), `${text} in ${page}`);
    assert.doesNotMatch(page, /<h2>Server<\/h2>|application/i);

    assert.equal(await decide(service.url, path, { decision: "approve" }), 303);
    change(world);
    const changed = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
    assert.equal(changed.json.code, "confirmation_required");
    Object.assign(world, { records: ["www", "shop"], member: "Jane" });
    await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
    await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

    assert.deepEqual(world.done, [tool]);
  });

  Deno.test(`the record of ${tool} names its subject`, async () => {
    await using started = await start();
    const { say } = await askByForm(started, row);
    await say(YES);

    const targets = loggedRecords(started.service).filter((entry) => entry.tool === tool).map(({ target }) => target);
    const [action, ...others] = await recordsOf(started);

    assert.ok(targets.length >= 2);
    for (const target of targets) assert.deepEqual(target, recorded);
    assert.deepEqual(others, []);
    assert.equal(action?.approval, "form");
    const known = ["number", "time", "tool", "result", "outcome", "approval", "arguments", "client", "request_id"];
    const target = Object.entries(action ?? {}).filter(([name]) => !known.includes(name));
    assert.deepEqual(Object.fromEntries(target), shown);
  });
}

Deno.test("a yes does not depend on how long to wait, whatever the input is called", async () => {
  await using started = await start();
  const { message, say } = await askByForm(started, { tool: "remove_member", args: { member_id: 7 } });

  await say(YES, { patience: 3 });

  assert.deepEqual(started.world.done, ["remove_member"]);
  assert.doesNotMatch(message, /patience/);
});

Deno.test("a target is shown with the arguments unless the subject names it", async () => {
  await using started = await start();

  const { message } = await askByForm(started, { tool: "remove_member", args: { member_id: 7 } });
  const { message: named } = await askByForm(started, { tool: "delete_zone", args: { domain: "exämple.com" } });
  const { message: other } = await askByForm(started, { tool: "delete_zone", args: { domain: "example.org" } });

  assert.match(message, /\nSent by the assistant:\n- member_id: `7`$/);
  assert.doesNotMatch(named, /Sent by the assistant/);
  assert.match(other, /\nSent by the assistant:\n- domain: `example\.org`$/);
});

Deno.test("another target is another call", async () => {
  await using started = await start();
  const { say } = await askByForm(started, { tool: "remove_member", args: { member_id: 7 } });

  const after = await say(YES, { member_id: 8 });

  assert.equal(after.kind, "question");
  assert.deepEqual(started.world.done, []);
});

Deno.test("a change without a question is recorded with the target that its inputs declare", async () => {
  await using started = await start();

  await callTool(started.service.mcpUrl, "rename_project", { project_id: 9, label: "Shops" }, TOKEN_HEADERS);

  const targets = loggedRecords(started.service).map(({ target }) => target);
  assert.ok(targets.length >= 2);
  for (const target of targets) assert.deepEqual(target, { project_id: 9 });
});
