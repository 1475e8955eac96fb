/** Why a site is slow or fails: every cause that the sandbox provokes, and nothing else. */
import assert from "node:assert/strict";
import * as z from "zod";
import { allTools } from "../../src/tools/all.ts";
import type { CauseKind } from "../../src/tools/basic/diagnosis/causes.ts";
import { gitTime, recordTime, restorePoint } from "../sandbox/dates.ts";
import { FakeClock, type SandboxOptions } from "../sandbox/mod.ts";
import { createRandom } from "../sandbox/prng.ts";
import { answerProblems } from "../support/answer_problems.ts";
import { connect, TOKEN_HEADERS } from "../support/clients.ts";
import {
  calmScene,
  graph,
  type Provocation,
  PROVOCATIONS,
  type Scene,
  SINGLE_PROVOCATIONS,
} from "../support/diagnosis.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";

const MINUTE = 60_000;
const APP = { app_id: 200001 };
/** Operations end at the first look, so that no test waits. */
const AT_ONCE = { polls: 1, seconds: 0 };
/** Operations end only when a test ends them. */
const NEVER = { polls: 1_000_000, seconds: 1_000_000 };

const stepSchema = z.strictObject({
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  asks: z.boolean(),
});
const evidenceSchema = z.looseObject({
  figure: z.string().min(1),
  about: z.string().optional(),
  value: z.union([z.string(), z.number()]).optional(),
  before: z.number().optional(),
  at: z.string(),
  source: z.string().min(1),
});
const causeSchema = z.looseObject({
  kind: z.string(),
  cause: z.string().min(1),
  confidence: z.enum(["strong", "likely", "possible"]),
  evidence: z.array(evidenceSchema).min(1),
  would_confirm: z.string().min(1),
  next_step: stepSchema,
});
const answerSchema = z.looseObject({
  summary: z.string(),
  causes: z.array(causeSchema),
  causes_left_out: z.array(z.string()).default([]),
  compared: z.looseObject({ from: z.string(), began_at: z.string().optional(), reports: z.string() }),
  timeline: z.array(z.looseObject({ at: z.string(), event: z.string() })),
  figures: z.record(z.string(), z.unknown()),
  looked_at: z.record(z.string(), z.string()),
  not_looked_at: z.array(z.strictObject({ part: z.string(), reason: z.string(), next_step: stepSchema })),
  look_next: z.array(stepSchema).optional(),
  request_count: z.number(),
});
type Diagnosis = z.output<typeof answerSchema>;

interface Subject extends AsyncDisposable {
  service: Service;
  clock: FakeClock;
}

async function start(sandbox: SandboxOptions = {}, env: Record<string, string> = {}): Promise<Subject> {
  const clock = new FakeClock();
  const service = await startService({
    clock,
    env: { RATE_LIMIT_REQUESTS: "100000", ...env },
    sandbox: { clock, pace: AT_ONCE, rateLimitPerMinute: 1000, ...sandbox },
  });
  return { service, clock, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const call = ({ service }: Subject, args: Record<string, unknown> = APP, tool = "diagnose_app") =>
  callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

/** Diagnoses, while the clock goes on. */
async function diagnose(subject: Subject, args: Record<string, unknown> = APP): Promise<Diagnosis> {
  const { isError, json } = await subject.clock.runUntil(call(subject, args));
  assert.equal(isError, false, JSON.stringify(json));
  assert.deepEqual(answerProblems("diagnose_app", json), []);
  const diagnosis = answerSchema.parse(json);
  // The order in which Cloudways replies does not show.
  const parts = [Object.keys(diagnosis.looked_at), diagnosis.not_looked_at.map(({ part }) => part)];
  assert.deepEqual(parts, parts.map((names) => names.toSorted()));
  return diagnosis;
}

/** The causes of an answer, those that were only named too. */
const kindsOf = ({ causes, causes_left_out }: Diagnosis) => [...causes.map(({ kind }) => kind), ...causes_left_out];

const calm = ({ service, clock }: Subject): Scene => calmScene(service.sandbox, clock);

const ago = ({ clock }: Subject, minutes: number) => new Date(clock.now() - minutes * MINUTE).toISOString();

Deno.test("where nothing stands out, no cause is told, and it says where to look next", async () => {
  await using subject = await start();
  calm(subject);

  const answer = await diagnose(subject);

  assert.deepEqual(kindsOf(answer), []);
  assert.deepEqual(answer.not_looked_at, []);
  assert.ok((answer.look_next ?? []).length > 0);
  assert.equal(Object.keys(answer.looked_at).length, 19);
  assert.equal(answer.request_count, subject.service.sandbox.requests.length);
  for (const { tool, arguments: args } of answer.look_next ?? []) {
    const { isError, json } = await subject.clock.runUntil(call(subject, args, tool));
    assert.equal(isError, false, `${tool}: ${JSON.stringify(json)}`);
  }
});

Deno.test("figures say which page, which query and which cache they are of", async () => {
  await using subject = await start();
  const { reports } = calm(subject).app;
  reports.slow_pages = [["/checkout", 2, 6.2, 3.9]];
  reports.slow_queries = [["SELECT 1", 2.4, 4]];

  const { figures } = await diagnose(subject);

  assert.deepEqual(figures.varnish, { application: true, server: true });
  assert.deepEqual(figures.slow_pages, [{ page: "/checkout", slow_count: 2, mean: 3.9, longest: 6.2, unit: null }]);
  assert.deepEqual(figures.slow_queries, [{ query: "SELECT 1", slow_count: 4, taken: 2.4, unit: null }]);
});

for (const { kind, provoke, spare, shows } of [...PROVOCATIONS, ...SINGLE_PROVOCATIONS]) {
  Deno.test(`${kind} is told with its evidence, and not just beside its threshold`, async () => {
    await using subject = await start();

    provoke(calm(subject));
    const told = await diagnose(subject);
    await subject.clock.advance(2 * MINUTE);
    subject.service.sandbox.reset();
    spare(calm(subject));
    const spared = await diagnose(subject);

    const cause = told.causes.find((one) => one.kind === kind);
    assert.ok(cause !== undefined, JSON.stringify(told.causes));
    assert.deepEqual({ ...cause.evidence[0], ...shows }, cause.evidence[0]);
    assert.ok(!kindsOf(spared).includes(kind), JSON.stringify(spared.causes));
  });
}

Deno.test("whatever is provoked together is told, and nothing else", async () => {
  await using subject = await start();
  const random = createRandom(15);

  for (let round = 0; round < 40; round++) {
    await subject.clock.advance(2 * MINUTE);
    subject.service.sandbox.reset();
    const scene = calm(subject);
    const provoked = PROVOCATIONS.filter((each: Provocation) => {
      const isProvoked = random.next() < 0.4;
      (isProvoked ? each.provoke : each.spare)(scene);
      return isProvoked;
    });

    const answer = await diagnose(subject);

    const expected: CauseKind[] = provoked.map(({ kind }) => kind);
    assert.deepEqual(kindsOf(answer).sort(), expected.sort(), `round ${round}`);
    for (const { kind, evidence } of answer.causes) {
      const [first] = evidence;
      const shows = PROVOCATIONS.find((one) => one.kind === kind)?.shows;
      assert.deepEqual({ ...first, ...shows }, first, kind);
    }
  }
});

Deno.test("a deployment just before the CPU ran short comes first, with both times", async () => {
  await using subject = await start();
  const { app, server, now } = calm(subject);
  server.graphs["Idle CPU"] = graph(6, { before: 70, minutes: 40 });
  app.git.log.unshift({
    git_url: "git@git.example.com:team/shop.git",
    branch_name: "release",
    path: null,
    result: "1",
    datetime: gitTime(now - 43 * MINUTE),
    description: "Git pull",
  });
  app.backups.push(restorePoint(now - 300 * MINUTE));
  subject.service.sandbox.account().alerts = [{
    id: 1,
    server_id: server.id,
    app_id: null,
    subject: "High load",
    desc: "CPU",
    template_slug: "high-load",
    values: {},
    created_at: recordTime(now - 20 * MINUTE),
    is_read: false,
  }];

  const answer = await diagnose(subject);

  assert.deepEqual(kindsOf(answer), ["deployment", "cpu_short"]);
  const [deployment, cpu] = answer.causes;
  assert.equal(deployment?.confidence, "likely");
  assert.equal(answer.compared.began_at, ago(subject, 40));
  assert.deepEqual([cpu?.evidence[0]?.value, cpu?.evidence[0]?.before], [6, 70]);
  assert.deepEqual(answer.timeline.map(({ event }) => event.split(":")[0]), [
    "deployment",
    "the trouble began",
    "alert reported",
  ]);
});

Deno.test("a deployment long before the trouble is no cause, however new it is", async () => {
  await using subject = await start();
  const { app, server, now } = calm(subject);
  server.graphs["Idle CPU"] = graph(6, { before: 70, minutes: 20 });
  const [entry] = app.git.log;
  assert.ok(entry !== undefined);
  app.git.log.unshift({ ...entry, datetime: gitTime(now - 55 * MINUTE) });

  assert.deepEqual(kindsOf(await diagnose(subject)), ["cpu_short"]);
});

Deno.test("since says what is compared, and what counts as just before", async () => {
  await using subject = await start();
  const { app, server, now } = calm(subject);
  server.graphs["Idle CPU"] = graph(40, { before: 80, minutes: 120 });
  app.backups.push(restorePoint(now - 130 * MINUTE));

  const answer = await diagnose(subject, { ...APP, since: ago(subject, 120) });

  assert.deepEqual(kindsOf(answer), ["backup"]);
  assert.equal(answer.compared.from, ago(subject, 120));
  const graphs = z.array(
    z.looseObject({ figure: z.string(), mean: z.number().optional(), mean_before: z.number().optional() }),
  )
    .parse(answer.figures.graphs);
  assert.deepEqual([graphs[0]?.figure, graphs[0]?.mean, graphs[0]?.mean_before], ["idle CPU", 40, 80]);
});

Deno.test("reports look back no further than the trouble, graphs further", async () => {
  for (
    const [minutes, report, duration] of [
      [10, "15m", "12 Hours"],
      [40, "30m", "12 Hours"],
      [120, "1h", "12 Hours"],
      [1500, "1d", "7 Days"],
      [20 * 1440, "1d", "1 Month"],
    ] as const
  ) {
    await using subject = await start();
    calm(subject);

    await diagnose(subject, { ...APP, since: ago(subject, minutes) });

    const asked = (id: string) => subject.service.sandbox.requestsTo(id)[0]?.fields.duration;
    assert.deepEqual([asked("analytics_app_php"), asked("monitoring_server_graph")], [report, duration]);
  }
});

Deno.test("a time in the future, or more than thirty days ago, is refused before anything is asked", async () => {
  await using subject = await start();

  for (const minutes of [-10, 31 * 1440]) {
    const { json } = await call(subject, { ...APP, since: ago(subject, minutes) });
    assert.equal(json.code, "invalid_arguments");
  }
  assert.equal(subject.service.sandbox.requests.length, 0);
});

Deno.test("what takes much of the traffic is likelier where the CPU is short", async () => {
  await using subject = await start();
  const scene = calm(subject);
  PROVOCATIONS.find(({ kind }) => kind === "one_address")?.provoke(scene);
  assert.equal((await diagnose(subject)).causes[0]?.confidence, "possible");

  await subject.clock.advance(2 * MINUTE);
  subject.service.sandbox.reset();
  scene.server.graphs["Idle CPU"] = graph(5);
  const [first] = (await diagnose(subject)).causes;

  assert.deepEqual([first?.kind, first?.confidence], ["one_address", "likely"]);
  assert.ok(first?.evidence.some(({ source }) => source === "get_server_monitoring_detail"));
});

// A model may send an id as a number or as text, and the records keep what was sent.
for (const form of [Number, String]) {
  Deno.test(`a change made through this server just before is told, one of others is not: ids as ${form.name}`, async () => {
    await using subject = await start({}, { CONFIRM: "off" });
    calm(subject);
    const change = (tool: string, args: Record<string, unknown>) => subject.clock.runUntil(call(subject, args, tool));
    const changesTold = async () => {
      const { causes } = await diagnose(subject);
      return causes.filter(({ kind }) => kind === "change").map(({ evidence }) => evidence[0]?.value);
    };
    await change("clear_app_cache", { app_id: form(200002) });
    await change("rename_server", { server_id: form(100002), label: "Other" });
    assert.deepEqual(await changesTold(), []);

    await subject.clock.advance(2 * MINUTE);
    await change("clear_app_cache", { app_id: form(200001) });
    assert.deepEqual(await changesTold(), ["clear_app_cache"]);

    await subject.clock.advance(2 * MINUTE);
    await change("rename_server", { server_id: form(100001), label: "Main" });
    assert.deepEqual(await changesTold(), ["rename_server"]);
  });
}

Deno.test("old values of a graph say nothing about now", async () => {
  await using subject = await start();
  const { server } = calm(subject);
  server.graphs["Idle CPU"] = graph(5);
  server.graphs["Free Disk"] = graph(1, { points: 24 });
  server.graphLag = 3 * 3600;

  const answer = await diagnose(subject);

  assert.deepEqual(kindsOf(answer), []);
  assert.deepEqual([...new Set(answer.not_looked_at.map(({ reason }) => reason))], ["values_too_old"]);
  assert.deepEqual(answer.not_looked_at.map(({ part }) => part).sort(), ["cpu", "disk", "memory", "restarts"]);
});

Deno.test("the disk of the database counts where a server has one", async () => {
  await using subject = await start();
  const { server } = calm(subject);
  server.cloud = "amazon";
  server.graphs["Free Disk (Data)"] = graph(20, { points: 24 });
  server.graphs["Free Disk (DB)"] = graph(1, { points: 24 });

  const [cause] = (await diagnose(subject)).causes;

  assert.deepEqual([cause?.kind, cause?.evidence[0]?.figure], ["disk_full", "Free Disk (DB)"]);
});

Deno.test("a cache that is off for the whole server is switched on for the server", async () => {
  await using subject = await start();
  Object.assign(calm(subject).server.services, { varnish: "stopped", varnish_enabled: 0 });

  const answer = await diagnose(subject);
  const step = answer.causes[0]?.next_step;
  const { isError } = await subject.clock.runUntil(call(subject, step?.arguments, step?.tool));

  assert.deepEqual(kindsOf(answer), ["cache_off"]);
  assert.deepEqual([step?.tool, step?.asks, isError], ["manage_server_varnish", false, false]);
});

Deno.test("the domains at Cloudflare are shown as Cloudways gives them, and no cause is made of them", async () => {
  await using subject = await start();
  const { app } = calm(subject);
  const domain = { hostname_id: "0c7b6c3e", published: false, txt: { name: "x", value: "y" } };
  app.cloudflare.domains = [{ ...domain, hostname: "shop.example.com", status: "pending" }];

  const answer = await diagnose(subject);

  assert.deepEqual(Object(answer.figures).cloudflare, ["shop.example.com: pending"]);
  assert.deepEqual(kindsOf(answer), []);
});

Deno.test("a server that does not run is the answer, and nothing on it is asked for", async () => {
  await using subject = await start();
  calm(subject).server.status = "stopped";

  const answer = await diagnose(subject);

  assert.deepEqual(kindsOf(answer), ["server_not_running"]);
  assert.equal(answer.causes[0]?.next_step.tool, "start_server");
  assert.deepEqual(answer.not_looked_at.map(({ reason }) => reason), ["server_not_running"]);
  assert.equal(answer.request_count, 2);
});

Deno.test("the application is found by any of its domains", async () => {
  await using subject = await start();
  calm(subject);
  const domains = [
    "shop.example.com",
    "SHOP.example.com",
    "www.shop.example.com",
    "https://www.shop.example.com/checkout?step=2",
  ];

  for (const domain of domains) {
    subject.service.sandbox.reset();
    await subject.clock.advance(2 * MINUTE);
    const { json } = await subject.clock.runUntil(call(subject, { domain }));
    assert.equal(json.app_id, 200001, domain);
  }
  // This one has no alias.
  await subject.clock.advance(2 * MINUTE);
  subject.service.sandbox.reset();
  assert.equal((await subject.clock.runUntil(call(subject, { domain: "www.blog.example.com" }))).json.app_id, 200002);
});

Deno.test("an unknown domain, and a part of several domains, are refused with what to do", async () => {
  await using subject = await start();

  const unknown = (await call(subject, { domain: "nowhere.example.net" })).json;
  const several = (await call(subject, { domain: "example.com" })).json;

  assert.equal(unknown.code, "not_found");
  assert.equal(several.code, "invalid_arguments");
  const { apps } = z.looseObject({
    apps: z.array(z.object({ app_id: z.number(), label: z.string(), domain: z.string() })),
  })
    .parse(several.details);
  assert.ok(apps.length >= 2 && apps.some(({ app_id }) => app_id === 200001));
  assert.deepEqual(subject.service.sandbox.requests.map(({ path }) => path), ["/api/v2/server"]);
});

Deno.test("what Cloudways refuses is named with the call that reads it alone, and the rest is there", async () => {
  await using subject = await start();
  PROVOCATIONS.find(({ kind }) => kind === "slow_queries")?.provoke(calm(subject));
  const { sandbox } = subject.service;
  sandbox.addFault({ operationId: "analytics_app_traffic", kind: { status: 429, headers: { "retry-after": "88" } } });
  sandbox.addFault({ operationId: "service_status", kind: { status: 403, body: { error: "insufficient_scope" } } });
  sandbox.addFault({ operationId: "cloudflare_get_details", kind: { status: 403, body: {} } });

  const answer = await diagnose(subject);

  assert.deepEqual(kindsOf(answer), ["slow_queries"]);
  assert.deepEqual(answer.not_looked_at.map(({ part, reason }) => [part, reason]).sort(), [
    ["addresses", "upstream_rate_limited"],
    ["bots", "upstream_rate_limited"],
    ["cloudflare", "forbidden"],
    ["paths", "upstream_rate_limited"],
    ["services", "forbidden"],
    ["statuses", "upstream_rate_limited"],
  ]);
  const cloudflare = answer.not_looked_at.find(({ part }) => part === "cloudflare");
  assert.deepEqual(cloudflare?.next_step.tool, "get_app_cloudflare");
  const services = answer.not_looked_at.find(({ part }) => part === "services");
  assert.deepEqual(services?.next_step, {
    tool: "get_server_services_status",
    arguments: { server_id: 100001 },
    asks: false,
  });
  assert.ok(!("services" in answer.looked_at) && !("services_not_running" in answer.figures));
});

Deno.test("a report that fails at Cloudways is named, and fails nothing else", async () => {
  await using subject = await start();
  calm(subject);
  subject.service.sandbox.failNextOperations(1);

  const answer = await diagnose(subject);

  assert.deepEqual(answer.not_looked_at.map(({ reason }) => reason), ["operation_failed"]);
  assert.deepEqual(kindsOf(answer), []);
});

Deno.test("reports of eleven seconds are all read within thirty requests", async () => {
  await using subject = await start({ pace: { polls: 1_000, seconds: 10 } });
  calm(subject);
  const began = subject.clock.now();

  const answer = await diagnose(subject);

  assert.deepEqual(answer.not_looked_at, []);
  assert.ok(subject.clock.now() - began < 30_000);
  assert.ok(subject.service.sandbox.requests.length <= 30);
  assert.equal(answer.request_count, subject.service.sandbox.requests.length);
});

Deno.test("reports that take longer than the wait are left running, each with the way to its result", async () => {
  await using subject = await start({ pace: NEVER });
  calm(subject);
  const began = subject.clock.now();

  const answer = await diagnose(subject, { ...APP, wait_seconds: 20 });

  assert.ok(subject.clock.now() - began <= 33_000, `${subject.clock.now() - began} ms`);
  assert.ok(subject.service.sandbox.requests.length <= 30);
  assert.equal(answer.not_looked_at.length, 9);
  for (const { next_step: { tool, arguments: args }, part } of answer.not_looked_at) {
    assert.equal(tool, "get_operation_status", part);
    subject.service.sandbox.finishOperation(String(args.operation_id));
    const { json } = await call(subject, args, tool);
    assert.equal(json.status, "completed", part);
  }
});

Deno.test("where this process ends, what was read is the answer, and the rest is named", async () => {
  await using subject = await start({ pace: NEVER });
  calm(subject);
  const answering = call(subject);
  const { sandbox, app } = subject.service;
  // The clock stands still, so the call waits for its reports once the first was looked at.
  while (sandbox.requestsTo("operation_status").length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

  app.startDraining();
  const answer = answerSchema.parse((await answering).json);

  assert.ok("services" in answer.looked_at);
  assert.deepEqual([...new Set(answer.not_looked_at.map(({ reason }) => reason))], ["deadline"]);
});

Deno.test("progress never counts more than there is to look at", async () => {
  await using subject = await start();
  calm(subject);
  const { service, clock } = subject;
  const messages: string[] = [];

  await using client = await connect("2026 client", service.mcpUrl, TOKEN_HEADERS);
  await clock.runUntil(client.call("diagnose_app", APP, { onProgress: ({ message = "" }) => messages.push(message) }));

  const counts = messages.flatMap((message) =>
    /^Looked at (\d+) of (\d+)\.$/.exec(message)?.slice(1).map(Number) ?? []
  );
  assert.ok(counts.length > 0);
  for (let at = 0; at < counts.length; at += 2) assert.ok((counts[at] ?? 0) <= (counts[at + 1] ?? 0), String(counts));
});

Deno.test("without waiting, no report is begun", async () => {
  await using subject = await start();
  calm(subject);

  const answer = await diagnose(subject, { ...APP, wait_seconds: 0 });

  assert.equal(answer.not_looked_at.length, 9);
  assert.deepEqual(subject.service.sandbox.requestsTo("operation_status"), []);
  assert.deepEqual(subject.service.sandbox.requestsTo("analytics_app_traffic"), []);
});

Deno.test("at most a third of the caller's requests are used, and no report is begun that can't be read", async () => {
  await using subject = await start({}, { RATE_LIMIT_REQUESTS: "36" });
  calm(subject);

  const answer = await diagnose(subject);

  const { sandbox } = subject.service;
  assert.ok(sandbox.requests.length <= 12 + 1, `${sandbox.requests.length}`);
  assert.deepEqual([...new Set(answer.not_looked_at.map(({ reason }) => reason))], ["allowance"]);
  const reports = sandbox.requests.filter(({ operationId }) => operationId?.startsWith("analytics_"));
  assert.equal(reports.length, sandbox.requestsTo("operation_status").length);
  assert.ok("slow_pages" in answer.looked_at, "the parts that are worth most come first");
});

Deno.test("while Redis is away, only the changes made through this server are not known", async () => {
  await using redis = await startRedis();
  const [ENCRYPTION_KEY] = TEST_KEYS;
  await using subject = await start({}, { REDIS_URL: redis.url, ENCRYPTION_KEY });
  calm(subject);
  await redis.kill();

  const { not_looked_at } = await diagnose(subject);

  assert.deepEqual(not_looked_at.map(({ part, reason }) => [part, reason]), [["changes", "store_unavailable"]]);
  const [{ tool, arguments: args } = { tool: "", arguments: {} }] = not_looked_at.map(({ next_step }) => next_step);
  const prepared = allTools.find(({ name }) => name === tool)?.prepare(args);
  assert.ok(prepared !== undefined && !(prepared instanceof Error), JSON.stringify(args));
});

Deno.test("work that keeps the server busy does not disturb a diagnosis", async () => {
  await using subject = await start({ pace: { polls: 1, seconds: 1_000_000 } });
  calm(subject);
  await fetch(`${subject.service.sandbox.baseUrl}/app/manage/takeBackup`, {
    method: "POST",
    headers: { authorization: "Bearer cw_demo_not_real_0123456789abcdef" },
    body: new URLSearchParams({ server_id: "100001", app_id: "200001" }),
  }).then((response) => response.body?.cancel());

  assert.deepEqual((await diagnose(subject)).not_looked_at, []);
});

Deno.test("texts in queries and secrets in addresses are hidden, and the longest account fits", async () => {
  await using subject = await start();
  const scene = calm(subject);
  for (const { provoke } of PROVOCATIONS) provoke(scene);
  const long = "x".repeat(5_000);
  const { reports } = scene.app;
  reports.slow_queries = Array.from(
    { length: 50 },
    () => [`SELECT '${long}' FROM t WHERE mail = 'eve@example.com'`, 9, 9],
  );
  reports.slow_pages = Array.from({ length: 50 }, () => [`/reset?token=c4n4ry-Kx81mQz&${long}`, 9, 9, 9]);
  reports.top_ips = Array.from({ length: 50 }, (_, index) => [`${long}${index}`, 4000]);
  reports.crons = Array.from({ length: 50 }, () => [`curl -u user:c4n4ry-Kx81mQz https://example.com ${long}`, 999]);

  const { json } = await subject.clock.runUntil(call(subject));
  const text = JSON.stringify(json);

  assert.ok(!text.includes("eve@example.com") && !text.includes("c4n4ry"), text);
  assert.ok(text.length <= 12_000, `${text.length} characters`);
  assert.equal(answerSchema.parse(json).causes.length, 6);
  assert.ok("slow_pages" in answerSchema.parse(json).figures);
  for (const { about = "" } of answerSchema.parse(json).causes.flatMap(({ evidence }) => evidence)) {
    assert.ok(about.length <= 140, about);
  }
});

Deno.test("each part that is refused names a call that can be made", async () => {
  await using subject = await start();
  calm(subject);
  const body = { error: "insufficient_scope", message: "no" };
  const end = subject.service.sandbox.addFault({ path: /^(?!\/server$)/, kind: { status: 403, body } });

  const { not_looked_at, causes, figures } = await diagnose(subject);
  end();

  assert.deepEqual([causes, figures.traffic], [[], undefined]);
  assert.equal(not_looked_at.length, 18);
  for (const { part, reason, next_step } of not_looked_at) {
    assert.equal(reason, "forbidden", part);
    const { isError, json } = await subject.clock.runUntil(call(subject, next_step.arguments, next_step.tool));
    assert.equal(isError, false, `${part}: ${JSON.stringify(json)}`);
  }
});

Deno.test("a usual answer is short", async () => {
  await using subject = await start();
  const scene = calm(subject);
  for (const { kind, provoke } of PROVOCATIONS) if (/cpu|slow|address/.test(kind)) provoke(scene);

  const { json } = await subject.clock.runUntil(call(subject));

  assert.ok(JSON.stringify(json).length <= 6_500, `${JSON.stringify(json).length} characters`);
});

for (const { kind, provoke } of [...PROVOCATIONS, ...SINGLE_PROVOCATIONS]) {
  Deno.test(`the next step of ${kind} can be taken, and asks a person only if it says so`, async () => {
    await using subject = await start();
    provoke(calm(subject));
    const cause = (await diagnose(subject)).causes.find((one) => one.kind === kind);
    assert.ok(cause !== undefined);
    const { tool, arguments: args, asks } = cause.next_step;

    const { isError, json } = await subject.clock.runUntil(call(subject, args, tool));

    assert.equal(json.code === "confirmation_required", asks, JSON.stringify(json));
    assert.equal(isError, asks, JSON.stringify(json));
  });
}
