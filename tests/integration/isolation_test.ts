/**
 * Many customers at once, over two replicas and one Redis: nothing that is answered, shown, logged, counted, recorded,
 * stored or sent to Cloudways for one of them holds data of another.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inputSchemas } from "../../src/calls/json_schema.ts";
import { allTools } from "../../src/tools/all.ts";
import type { Answer } from "../support/clients.ts";
import {
  ACCOUNTS,
  argumentsFor,
  type CredentialKind,
  CREDENTIALS,
  isStagingCopy,
  marksIn,
  marksOf,
  type Place,
  prepareCustomers,
  type TestCustomer,
} from "../support/customers.ts";
import { everythingStored } from "../support/everything_stored.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { rawClient, type RedisAddress, redisOfFile } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { startWatchedService, type WatchedService } from "../support/watched_service.ts";
import { approvalOf, yesTo } from "../support/yes.ts";

const emptyRedis = redisOfFile();

const [ENCRYPTION_KEY] = TEST_KEYS;
const PUBLIC_URL = "http://127.0.0.1:7000";
const NO = { action: "decline" };
/** Concurrent calls of one customer; fewer than the questions that a customer may have open. */
const LANES = 2;
/** On requests that carry no credentials: whose they are. */
const ASKED_BY = "x-asked-by";

/** Two replicas and their customers. */
interface Stage extends AsyncDisposable {
  a: WatchedService;
  b: WatchedService;
  sandbox: Sandbox;
  redis: RedisAddress;
  customers: TestCustomer[];
}

async function setStage(redis: RedisAddress): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  await using client = rawClient(redis);
  // Nothing left from one run may count in the next.
  await client.flushall();
  const sandbox = stack.use(
    await startSandbox({
      accounts: ACCOUNTS,
      rateLimitPerMinute: 100_000,
      exchangesPerMinute: 1_000,
      pace: { polls: 1, seconds: 0 },
    }),
  );
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, PUBLIC_URL, RATE_LIMIT_REQUESTS: "100000" };
  const [a, b] = [
    stack.use(await startWatchedService({ sandbox, env })),
    stack.use(await startWatchedService({ sandbox, env })),
  ];
  const customers = await prepareCustomers(sandbox, ENCRYPTION_KEY);
  const kept = stack.move();
  return { a, b, sandbox, redis, customers, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Ways in which a person can be asked. */
const CHANNELS = ["form", "page", "stream"] as const;

/** One call of one customer. */
interface Step {
  customer: number;
  tool: string;
  kind: "minimal" | "full";
  credential: CredentialKind;
  channel: typeof CHANNELS[number];
  /** What the person says, where one is asked. */
  yes: boolean;
  /** Which application, and its server. */
  place: number;
  /** Whether the call begins at the second replica. */
  second: boolean;
  pauseMs: number;
}

/** The steps, and the delays of Cloudways' answers, in turn. */
interface Scenario {
  steps: Step[];
  delaysMs: number[];
}

const PLACES = 6;

/** They take away what the calls at the same time work on. */
const TAKES_AWAY = ["delete_app", "delete_server", "delete_dns_domains"];

/** Without the one that needs a change first. */
const rows = toolRows.filter(({ tool, changeFirst }) => changeFirst === undefined && !TAKES_AWAY.includes(tool));

const anyStep: fc.Arbitrary<Step> = fc.record({
  customer: fc.nat(ACCOUNTS.length - 1),
  tool: fc.constantFrom(...rows.map(({ tool }) => tool)),
  kind: fc.constantFrom("minimal", "full"),
  credential: fc.constantFrom(...CREDENTIALS),
  channel: fc.constantFrom(...CHANNELS),
  yes: fc.boolean(),
  place: fc.nat(PLACES - 1),
  second: fc.boolean(),
  pauseMs: fc.nat(15),
});

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  steps: fc.array(anyStep, { minLength: 40, maxLength: 80 }),
  delaysMs: fc.array(fc.nat(15), { minLength: 1, maxLength: 40 }),
});

/** Every tool by every customer, each approved, spread over their applications. */
const EVERYTHING: Scenario = {
  steps: rows.flatMap(({ tool }, row) =>
    ACCOUNTS.map((_, customer) => ({
      customer,
      tool,
      kind: customer % 2 === 0 ? "minimal" as const : "full" as const,
      credential: CREDENTIALS[(row + customer) % 2] ?? "token",
      channel: CHANNELS[(row + customer) % 3] ?? "form",
      yes: true,
      place: (row + customer) % PLACES,
      second: (row + customer) % 4 < 2,
      pauseMs: 0,
    }))
  ),
  delaysMs: [7, 0, 3, 11, 1, 5, 0, 9],
};

/** How one step ended. */
interface Ending {
  step: Step;
  customer: TestCustomer;
  answer: Answer;
}

/** Carries out a scenario: all customers at once, each with a few calls at a time. */
async function play(stage: Stage, { steps, delaysMs }: Scenario): Promise<Ending[]> {
  for (let turn = 0; turn < steps.length * 4; turn++) {
    stage.sandbox.addFault({ times: 1, kind: { delayMs: delaysMs[turn % delaysMs.length] ?? 0 } });
  }
  const sessions = new Map<string, Promise<LegacySession>>();
  const lanes = Map.groupBy(steps.entries(), ([index, { customer }]) => `${customer} ${index % LANES}`);
  const endings = await Promise.all(
    [...lanes.values()].map(async (lane) => {
      const ended: Ending[] = [];
      for (const [, step] of lane) ended.push(await carryOut(stage, sessions, step));
      return ended;
    }),
  );
  return endings.flat();
}

async function carryOut(stage: Stage, sessions: Map<string, Promise<LegacySession>>, step: Step): Promise<Ending> {
  const customer = customerAt(stage, step.customer);
  const row = toolRows.find(({ tool }) => tool === step.tool);
  assert.ok(row);
  const headers = customer.headers[step.credential];
  const args = argumentsFor(row[step.kind], customer, placeAt(customer, step.place));
  const services = step.second ? [stage.b, stage.a] as const : [stage.a, stage.b] as const;
  const call: Call = { services, tool: step.tool, args, headers, yes: step.yes };
  if (step.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, step.pauseMs));
  switch (step.channel) {
    case "form":
      return { step, customer, answer: await callByForm(call) };
    case "page":
      return { step, customer, answer: await callByPage(call, customer) };
    case "stream": {
      const key = `${customer.word} ${step.credential}`;
      const session = await getOrSet(
        sessions,
        key,
        () => LegacySession.open(services.map(({ mcpUrl }) => mcpUrl), { headers }),
      );
      const { answer } = await session.converse(
        step.tool,
        args,
        ({ params }) => step.yes ? yesTo(String(params.message)) : NO,
      );
      return { step, customer, answer };
    }
  }
}

interface Call {
  /** The call begins at the first and goes on at the second. */
  services: readonly [WatchedService, WatchedService];
  tool: string;
  args: Record<string, unknown>;
  headers: Record<string, string>;
  yes: boolean;
}

async function callByForm({ services: [one, two], tool: name, args, headers, yes }: Call): Promise<Answer> {
  let answered = await callModern({ url: one.mcpUrl, name, args, headers });
  // The facts may change meanwhile; then the call asks again.
  while (answered.kind === "question") {
    const reply = { state: answered.state, reply: yes ? yesTo(answered.message) : NO };
    answered = await callModern({ url: two.mcpUrl, name, args, headers, answered: reply });
  }
  assert.equal(answered.kind, "result", JSON.stringify(answered));
  if (answered.kind !== "result") throw new Error("no result");
  return answered.answer;
}

async function callByPage({ services: [one, two], tool, args, headers, yes }: Call, customer: TestCustomer) {
  const asked = await callTool(one.mcpUrl, tool, args, headers);
  const path = approvalPath(asked);
  if (path === undefined) return asked;
  await look(two, path, customer);
  await decide(one, path, customer, yes ? approvalOf(String(asked.json.message)) : { decision: "deny" });
  await look(one, path, customer);
  return await callTool(two.mcpUrl, tool, args, headers);
}

function approvalPath({ json }: Answer): string | undefined {
  const { approval_url } = Object(json.details);
  return typeof approval_url === "string" ? new URL(approval_url).pathname : undefined;
}

/** What a person sees. */
async function look({ url }: WatchedService, path: string, { word }: TestCustomer): Promise<void> {
  const response = await fetch(url + path, { headers: { [ASKED_BY]: word } });
  await response.text();
}

/** What a person does. */
async function decide(
  { url }: WatchedService,
  path: string,
  { word }: TestCustomer,
  fields: Record<string, string>,
): Promise<void> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { origin: PUBLIC_URL, "content-type": "application/x-www-form-urlencoded", [ASKED_BY]: word },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  await response.body?.cancel();
  // On a busy machine a call may fail since a part of the service is too slow; that is not a yes.
  assert.ok(response.status === 303 || response.status === 503, `status ${response.status}`);
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function customerAt({ customers }: Pick<Stage, "customers">, index: number): TestCustomer {
  const customer = customers[index];
  assert.ok(customer);
  return customer;
}

function placeAt({ account }: TestCustomer, index: number): Place {
  const server = account.servers[index % 2];
  const live = server?.apps.slice(0, 3).filter((app) => !isStagingCopy(app)) ?? [];
  const app = live[index % live.length];
  assert.ok(server && app);
  return { server, app };
}

/** Something that was seen, and the one customer that it may be about; undefined if it may be about none. */
interface Sight {
  where: string;
  about: TestCustomer | undefined;
  text: string;
}

async function everythingSeen(stage: Stage): Promise<Sight[]> {
  const services = [stage.a, stage.b];
  const paths = ["/", "/health", "/ready", "/metrics"];
  for (const { url } of services) for (const path of paths) await (await fetch(url + path)).text();
  return [
    ...services.flatMap(({ exchanges }) => exchanges).map(({ request, status, headers, body }) => ({
      where: `answer to ${request.method} ${new URL(request.url).pathname}`,
      about: askerOf(stage, request.headers),
      text: `${status} ${headers} ${withoutExamples(body)}`,
    })),
    ...services.flatMap(({ logLines }) => logLines).map((line) => ({
      where: "log",
      about: customerNamedIn(stage, line),
      text: line,
    })),
    ...stage.sandbox.requests.map(({ operationId, path, query, fields, email }) => ({
      where: `request for ${operationId} to Cloudways`,
      about: stage.customers.find(({ account }) => account.email === (email ?? fields.email)),
      text: JSON.stringify([path, query, fields]),
    })),
    ...await storedSights(stage),
  ];
}

/** What find_tools says of an operation's id: examples that are the ids of the first account. */
const EXAMPLES = allTools.flatMap(({ input }) => Object.values(inputSchemas(input).understood.properties))
  .map(({ description }) => String(description)).filter((description) => /\d{6}/.test(description));

function withoutExamples(text: string): string {
  return EXAMPLES.reduce((left, example) => left.replaceAll(example, ""), text);
}

async function storedSights({ redis, customers }: Stage): Promise<Sight[]> {
  await using client = rawClient(redis);
  const entries = await everythingStored(client, ENCRYPTION_KEY);
  const ownerOf = (id: string) => customers.find(({ ids }) => Object.values(ids).includes(id));
  return entries.flatMap(({ key, purpose, customer, raw, opened, isForeign }) => {
    assert.ok(!isForeign, `${key} is not sealed for the customer in its key`);
    const about = ownerOf(customer);
    const where = `Redis, ${purpose}`;
    // An address is looked up before its customer is known.
    const led = purpose.endsWith("_address")
      ? customers.find(({ ids }) => mentions(opened, Object.values(ids)))
      : about;
    return [{ where, about, text: `${key} ${raw}` }, ...opened.map((text) => ({ where, about: led, text }))];
  });
}

function mentions(texts: readonly string[], words: readonly string[]): boolean {
  return texts.some((text) => words.some((word) => text.includes(word)));
}

function askerOf({ customers }: Stage, headers: Headers): TestCustomer | undefined {
  return customers.find(({ word, headers: own }) =>
    headers.get(ASKED_BY) === word ||
    headers.get("x-cloudways-access-token") === own.token["x-cloudways-access-token"] ||
    headers.get("x-cloudways-api-key") === own.key["x-cloudways-api-key"]
  );
}

function customerNamedIn({ customers }: Stage, line: string): TestCustomer | undefined {
  const { customer, audit } = JSON.parse(line);
  const named = String(customer ?? Object(audit).customer);
  return customers.find(({ ids }) => Object.values(ids).some((id) => named === `customer_${id.slice(0, 16)}`));
}

/** Data of one customer found at another. */
function strangersIn(sights: readonly Sight[], customers: readonly TestCustomer[]): string[] {
  const owners = new Map(customers.flatMap((customer) => [...marksOf(customer)].map((mark) => [mark, customer])));
  assert.equal(owners.size, customers.reduce((sum, customer) => sum + marksOf(customer).size, 0), "no mark of two");
  for (const { about, text } of sights) {
    for (const [, id] of text.matchAll(/\/(?:approve|secret)\/([A-Za-z0-9_-]{20,})/g)) {
      if (about !== undefined && id !== undefined) owners.set(id, getOrSet(owners, id, () => about));
    }
  }
  return sights.flatMap(({ where, about, text }) =>
    [...marksIn(text)].flatMap((mark) => {
      const owner = owners.get(mark);
      if (owner === undefined || owner === about) return [];
      return [`${where}, about ${about?.word ?? "nobody"}: ${mark} of ${owner.word} in ${around(text, mark)}`];
    })
  );
}

function around(text: string, mark: string): string {
  const at = text.toLowerCase().indexOf(mark.toLowerCase());
  return text.slice(Math.max(0, at - 120), at + 120);
}

/** No call of the scenarios may end like this. */
const NEVER = [
  "authentication_failed",
  "authentication_required",
  "invalid_arguments",
  "not_found",
  "rate_limited",
  "upstream_rate_limited",
];

Deno.test("whatever many customers do at once, nothing seen of one holds data of another", async () => {
  const redis = await emptyRedis();
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    await using stage = await setStage(redis);

    const endings = await play(stage, scenario);

    const sights = await everythingSeen(stage);
    assert.deepEqual(strangersIn(sights, stage.customers).slice(0, 10), []);
    const wrong = endings.filter((ending) => NEVER.includes(String(ending.answer.json.code)) && !isOutdated(ending));
    assert.deepEqual(wrong.map(inShort), []);
    if (scenario === EVERYTHING) assertAllWorked(endings);
    stage.sandbox.assertNoViolations();
  });

  // A smaller scenario would take minutes to find, and meets other races.
  await fc.assert(property, { numRuns: 5, examples: [[EVERYTHING]], endOnFailure: true });
});

/**
 * Whether a value fitted the account before another call changed it: its domains, the updates that wait, or a primary
 * domain, user, key, project, member, queue, channel, DNS record or sending domain that is deleted by now.
 */
function isOutdated({ step: { tool }, answer: { json: { code, details } } }: Ending): boolean {
  const facts = Object(details);
  if (code === "not_found" && tool === "delete_app_cname") return true;
  if (code === "not_found") {
    const isDeleted = /"argument":"(?:app_user_id|ssh_key_id)"/.test(JSON.stringify(facts));
    return isDeleted ||
      ["project_id", "member_id", "queue_ids", "domains", "channel_ids"].some((name) => name in facts);
  }
  return code === "invalid_arguments" && ("known" in facts || "application_domains" in facts);
}

function inShort({ step: { tool }, customer: { word }, answer: { json } }: Ending): string {
  return `${tool} of ${word}: ${JSON.stringify(json)}`;
}

/** Without this there would be nothing to mix up. */
function assertAllWorked(endings: readonly Ending[]): void {
  const worked = endings.filter(({ answer }) => !answer.isError);
  const tools = new Set(worked.map(({ step }) => step.tool));
  const failed = endings.filter(({ step }) => !tools.has(step.tool));
  assert.deepEqual(failed.map(inShort), []);
  for (const { step, customer, answer } of worked) {
    if (step.tool === "list_servers") assert.ok(JSON.stringify(answer.json).includes(customer.word));
  }
}

Deno.test("ids of another customer's servers and applications are not found, and not sent to Cloudways", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const [own, other] = [customerAt(stage, 0), customerAt(stage, 1)];
  const rows = toolRows.filter(({ minimal }) => "server_id" in minimal || "app_id" in minimal);

  for (const { tool, minimal } of rows) {
    // The operation and the domains are the caller's own, so only the ids can be the reason of the refusal.
    const { server_id, app_id } = argumentsFor(minimal, other, placeAt(other, 0));
    const ids = { ...(server_id !== undefined && { server_id }), ...(app_id !== undefined && { app_id }) };
    const args = { ...argumentsFor(minimal, own, placeAt(own, 0)), ...ids };
    const { json } = await callTool(stage.a.mcpUrl, tool, args, own.headers.token);
    assert.equal(json.code, "not_found", `${tool}: ${JSON.stringify(json)}`);
    assert.deepEqual(
      foreignMarks(json, stage, own).filter((mark) => !Object.values(ids).map(String).includes(mark)),
      [],
    );
  }

  assert.ok(rows.length > 30);
  assert.deepEqual([...new Set(stage.sandbox.requests.map(({ operationId }) => operationId))], ["server_list"]);
});

Deno.test("another customer's operation is neither shown nor waited for", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const [own, other] = [customerAt(stage, 0), customerAt(stage, 1)];
  const { id } = other.account.operations.find((operation) => operation.id === other.operationId) ?? {};
  const args = { operation_id: id, wait_seconds: 5 };
  assert.equal((await callTool(stage.a.mcpUrl, "get_operation_status", args, other.headers.token)).isError, false);

  for (const { mcpUrl } of [stage.a, stage.b]) {
    const { json } = await callTool(mcpUrl, "get_operation_status", args, own.headers.token);
    assert.ok(["not_found", "validation_failed"].includes(String(json.code)), JSON.stringify(json));
    assert.deepEqual(foreignMarks(json, stage, own).filter((mark) => mark !== id), []);
  }
});

Deno.test("one customer's approval does not approve the same call of another customer", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const customer = customerAt(stage, 0);
  const { token, key } = customer.headers;
  const args = { server_id: customer.account.servers[0]?.id, wait_seconds: 0 };
  const restart = ({ mcpUrl }: WatchedService, headers: Record<string, string>) =>
    callTool(mcpUrl, "restart_server", args, headers);
  const path = approvalPath(await restart(stage.a, token));
  assert.ok(path);
  await decide(stage.b, path, customer, { decision: "approve" });

  const others = [await restart(stage.a, key), await restart(stage.b, key)];

  assert.deepEqual(others.map(({ json }) => json.code), ["confirmation_required", "approval_pending"]);
  assert.ok(others.every((answer) => approvalPath(answer) !== path));
  assert.equal(stage.sandbox.requestsTo("server_restart").length, 0);
  assert.equal((await restart(stage.b, token)).isError, false);
  assert.equal(stage.sandbox.requestsTo("server_restart").length, 1);
});

Deno.test("every customer reads its own audit records, and no others, at every replica", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const purges = [{ customer: 0, times: 1 }, { customer: 1, times: 2 }, { customer: 2, times: 0 }];
  const read = ({ mcpUrl }: WatchedService, { headers }: TestCustomer, kind: CredentialKind) =>
    callTool(mcpUrl, "get_audit_log", {}, headers[kind]);
  for (const { customer, times } of purges) {
    const { account, headers } = customerAt(stage, customer);
    const args = { app_id: account.servers[0]?.apps[0]?.id, action: "purge" };
    for (let turn = 0; turn < times; turn++) {
      const { isError } = await callTool(stage.a.mcpUrl, "manage_app_varnish", args, headers.token);
      assert.equal(isError, false);
    }
  }

  for (const service of [stage.a, stage.b]) {
    for (const { customer, times } of purges) {
      const own = customerAt(stage, customer);
      const { json } = await read(service, own, "token");
      assert.ok(Array.isArray(json.records), JSON.stringify(json));
      // Each purge leaves its intent and its outcome, unless the machine was too busy to keep one of them.
      assert.ok(times === 0 ? json.records.length === 0 : json.records.length > 0);
      assert.ok(json.records.length <= times);
      assert.deepEqual(foreignMarks(json, stage, own), []);
      assert.deepEqual((await read(service, own, "key")).json.records, [], "the same account with its key is another");
    }
  }
});

Deno.test("every customer lists the operations it started, and no others, at every replica", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const started = new Map<TestCustomer, string>();
  for (const [index, customer] of stage.customers.slice(0, 3).entries()) {
    const { mcpUrl } = index % 2 === 0 ? stage.a : stage.b;
    const args = { app_id: customer.account.servers[0]?.apps[0]?.id, wait_seconds: 0 };
    const { json } = await callTool(mcpUrl, "backup_app", args, customer.headers.token);
    started.set(customer, String(json.operation_id));
  }

  for (const { mcpUrl } of [stage.a, stage.b]) {
    for (const own of stage.customers) {
      const { json } = await callTool(mcpUrl, "list_my_operations", { refresh: true }, own.headers.token);
      assert.ok(Array.isArray(json.operations), JSON.stringify(json));
      const id = started.get(own);
      assert.deepEqual(json.operations.map(({ operation_id }) => operation_id), id === undefined ? [] : [id]);
      assert.deepEqual(foreignMarks(json, stage, own), []);
      const withKey = await callTool(mcpUrl, "list_my_operations", {}, own.headers.key);
      assert.deepEqual(withKey.json.operations, [], "the same account with its key is another");
    }
  }
});

Deno.test("customer_info shows every customer only its own identity", async () => {
  const redis = await emptyRedis();
  await using stage = await setStage(redis);
  const all = stage.customers.flatMap((customer) => CREDENTIALS.map((kind) => ({ customer, kind })));

  const answers = await Promise.all(
    all.map(({ customer, kind }, index) =>
      callTool((index % 2 === 0 ? stage.a : stage.b).mcpUrl, "customer_info", {}, customer.headers[kind])
    ),
  );

  for (const [index, { customer, kind }] of all.entries()) {
    const json = answers[index]?.json;
    assert.equal(json?.customer_id, `customer_${customer.ids[kind].slice(0, 16)}`);
    assert.deepEqual(foreignMarks(json, stage, customer), []);
  }
});

/** Data in an answer that belongs to other customers than the caller. */
function foreignMarks(answer: unknown, { customers }: Stage, own: TestCustomer): string[] {
  const others = customers.filter((customer) => customer !== own).flatMap((customer) => [...marksOf(customer)]);
  const found = marksIn(JSON.stringify(answer));
  return others.filter((mark) => found.has(mark));
}
