/** A health check against accounts in many states: what it finds, what it doesn't, and what it says of the rest. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { allTools } from "../../src/tools/all.ts";
import type { AccountState, AppState } from "../sandbox/mod.ts";
import { allFindings, findingsOf, healthOf, type ShownFinding } from "../support/health_answers.ts";
import { APP_STATES, type Expected, SERVER_STATES, startHealthy, type State } from "../support/healthy_account.ts";

const THOROUGH = { thorough: true, wait_seconds: 60 };

function partsOf({ servers }: AccountState) {
  const [server] = servers;
  const [app] = server?.apps ?? [];
  assert.ok(server !== undefined && app !== undefined);
  return { server, app };
}

/** Arguments that a person has to give, as they may be. */
const GIVEN: Readonly<Record<string, unknown>> = {
  email: "owner@example.com",
  domains: ["example.com"],
  wildcard: true,
};

/** Checks that the tool of a finding takes the arguments that it names. */
function takesItsArguments({ tool }: ShownFinding): void {
  if (tool === undefined) return;
  const needs = tool.needs.map((name) => [name, GIVEN[name]]);
  const prepared = allTools.find(({ name }) => name === tool.name)?.prepare({
    ...tool.arguments,
    ...Object.fromEntries(needs),
  });
  assert.ok(prepared !== undefined && !(prepared instanceof Error), `${tool.name}: ${JSON.stringify(tool)}`);
}

/** Whether a finding is the expected one, with the evidence. */
function shows(finding: ShownFinding | undefined, { kind, severity, evidence }: Expected): void {
  assert.ok(finding !== undefined, `no ${kind}`);
  assert.deepEqual({ ...finding, kind, severity, ...evidence }, { ...finding });
}

Deno.test("an account in good health has a verdict for each part, no finding, and nothing left open", async () => {
  await using service = await startHealthy({ servers: 2, appsPerServer: 2 });

  const answer = await healthOf(service, THOROUGH);

  assert.deepEqual(answer.servers, { ok: 2, attention: 0, urgent: 0, unknown: 0 });
  assert.deepEqual(answer.apps, { ok: 4, attention: 0, urgent: 0, unknown: 0 });
  assert.deepEqual(answer.checked, {
    servers: ["status", "platform", "services", "disk", "memory", "cpu"],
    apps: ["certificate", "backups", "updates", "vulnerabilities", "malware"],
  });
  assert.deepEqual([answer.findings, answer.not_looked_at, answer.next_calls], [[], [], []]);
  assert.deepEqual(answer.ok.map(({ server_is_ok, apps }) => [server_is_ok, apps.length]), [[true, 2], [true, 2]]);
});

for (const [subject, states] of Object.entries(SERVER_STATES)) {
  for (const state of states) {
    Deno.test(`of a server's ${subject} being ${state.name}, exactly what is wrong is found`, async () => {
      await using service = await startHealthy();
      const { server } = partsOf(service.sandbox.account());
      state.set(server, Date.now());

      const answer = await healthOf(service);

      const expected = state.expected(server, Date.now());
      const found = allFindings(answer);
      if (expected !== undefined) shows(found[0], expected);
      assert.equal(found.length, expected === undefined ? 0 : 1, JSON.stringify(found));
      for (const finding of found) takesItsArguments(finding);
      assert.equal(answer.servers[expected?.severity ?? "ok"], 1);
    });
  }
}

for (const [subject, states] of Object.entries(APP_STATES)) {
  for (const state of states) {
    Deno.test(`of an application's ${subject} being ${state.name}, exactly what is wrong is found`, async () => {
      await using service = await startHealthy();
      const { app } = partsOf(service.sandbox.account());
      state.set(app, Date.now());

      const answer = await healthOf(service, THOROUGH);

      const expected = state.expected(app, Date.now());
      const found = allFindings(answer);
      if (expected !== undefined) shows(found[0], expected);
      assert.equal(found.length, expected === undefined ? 0 : 1, JSON.stringify(found));
      for (const finding of found) takesItsArguments(finding);
      assert.equal(answer.apps[expected?.severity ?? "ok"], 1);
    });
  }
}

/** Chooses a state of each subject. */
function choice<T>(all: Readonly<Record<string, readonly State<T>[]>>): fc.Arbitrary<State<T>[]> {
  return fc.tuple(...Object.values(all).map((states) => fc.constantFrom(...states)));
}

/** Puts the states on, and returns what they make wrong, as text that can be compared. */
function putOn<T extends { id: number }>(target: T, states: readonly State<T>[]): string[] {
  for (const { set } of states) set(target, Date.now());
  return states.flatMap((state) => {
    const expected = state.expected(target, Date.now());
    return expected === undefined ? [] : [`${target.id} ${expected.severity} ${expected.kind}`];
  });
}

/** Of a stopped server only what the listing says can be seen. */
const FROM_LISTING = / (?:server_not_running|old_platform|certificate_\w+)$/;

Deno.test("every fault has its finding, and every finding its fault, whatever is wrong at once", async () => {
  const states = fc.array(
    fc.record({ server: choice(SERVER_STATES), apps: fc.array(choice(APP_STATES), { minLength: 2, maxLength: 2 }) }),
    { minLength: 2, maxLength: 2 },
  );

  await fc.assert(
    fc.asyncProperty(states, async (chosen) => {
      await using service = await startHealthy({ servers: 2, appsPerServer: 2 });
      const expected = service.sandbox.account().servers.flatMap((server, index) => {
        const { server: ofServer = [], apps: ofApps = [] } = chosen[index] ?? {};
        const apps = server.apps.flatMap((app, place) => putOn(app, wordPressStates(app, ofApps[place] ?? [])));
        const all = [...putOn(server, ofServer), ...apps];
        return server.status === "running" ? all : all.filter((fault) => FROM_LISTING.test(fault));
      });

      const answer = await healthOf(service, THOROUGH);

      const found = [...findingsOf(answer)].flatMap(([id, findings]) =>
        findings.map(({ severity, kind }) => `${id} ${severity} ${kind}`)
      );
      assert.deepEqual(found.sort(), expected.sort());
    }),
    { numRuns: 25 },
  );
});

/** Updates and vulnerabilities are known of WordPress alone. */
function wordPressStates({ application }: AppState, states: readonly State<AppState>[]): State<AppState>[] {
  const only = [APP_STATES.updates, APP_STATES.vulnerabilities].flatMap((some) => some ?? []);
  const isWordPress = application === "wordpress" || application === "woocommerce";
  return states.filter((state) => isWordPress || !only.includes(state));
}
