/** Secrets in texts of the account, in every form of the table: no answer, log line, record or page shows one. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import type { Sight } from "../support/leaks.ts";
import { callTool } from "../support/rpc.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { type HideRow, mustHide } from "../secret_rows/must_hide.ts";
import { survives } from "../secret_rows/survives.ts";
import { startWatchedService, type WatchedService } from "../support/watched_service.ts";

const PUBLIC_URL = "http://127.0.0.1:7000";
const APP = { app_id: 200001, server_id: 100001 };
const AT_ONCE = { polls: 1, seconds: 0 };

/** The texts, each with its secret in it. */
const TEXTS = mustHide.map((row) => ({ ...row, text: row.text.replace("{}", () => row.secret) }));

/** A service that logs everything, and an account that the test fills. */
async function start(env: Record<string, string> = {}): Promise<WatchedService> {
  const sandbox = await startSandbox({ pace: AT_ONCE, rateLimitPerMinute: 100_000 });
  const options = { PUBLIC_URL, RATE_LIMIT_REQUESTS: "100000", LOG_LEVEL: "DEBUG", ...env };
  return await startWatchedService({ sandbox, env: options });
}

function call({ mcpUrl }: WatchedService, name: string, args: Record<string, unknown>) {
  return callTool(mcpUrl, name, args, TOKEN_HEADERS);
}

/** Random and measured figures, which may hold a secret of three digits by chance: times, durations, request ids. */
const FIGURES =
  /\d{4}-\d\d-\d\dT[\d:.]+Z?|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|"milliseconds":[\d.]+|customer_[\da-f]+/g;

/** Everything that leaves the service. */
function seen({ exchanges, logLines }: WatchedService): Sight[] {
  return [
    ...exchanges.map(({ body }) => ({ where: "an answer", text: body.replace(FIGURES, "") })),
    ...logLines.map((text) => ({ where: "the log", text: text.replace(FIGURES, "") })),
  ];
}

/** The rows whose secrets are visible, with the place. */
function shown(sights: readonly Sight[]): string[] {
  const all = sights.map(({ text }) => text).join("\n");
  return TEXTS.filter(({ secret }) => survives(all, secret)).map(({ text, secret }) => {
    const sight = sights.find((each) => survives(each.text, secret));
    const at = sight?.text.search(secret.slice(-6).replace(/\W/g, ".")) ?? 0;
    return `${text} in ${sight?.where}: ${sight?.text.slice(Math.max(0, at - 60), at + 20)}`;
  });
}

/** Texts as a report's table of queries holds them. */
function reportOf(texts: readonly string[]): unknown {
  return { status: true, slow_queries: { header: ["Query", "Count"], body: texts.map((text) => [text, 1]) } };
}

Deno.test("no secret in the texts of alerts, reports, histories and operations gets into an answer or the log", async () => {
  await using service = await start();
  const texts = TEXTS.map(({ text }) => text);
  const answers: Record<string, unknown> = {
    cloudways_bot_alerts_list: {
      alerts: texts.map((text, index) => ({
        id: index + 1,
        server_id: 100001,
        details: { subject: text, desc: text, values: { TEXT: text } },
      })),
    },
    analytics_app_mysql: reportOf(texts),
    git_history_get: {
      logs: texts.map((text) => ({ git_url: text, branch_name: text, path: text, result: "0", description: text })),
    },
  };
  for (const [operationId, body] of Object.entries(answers)) {
    service.sandbox.addFault({ operationId, kind: { status: 200, body } });
  }

  const calls = [
    await call(service, "get_alerts", {}),
    await call(service, "get_app_analytics_mysql", { ...APP, resources: ["slow_queries"] }),
    await call(service, "get_git_deployment_history", APP),
  ];

  assert.deepEqual(shown(seen(service)), []);
  assert.ok(calls.every(({ isError }) => isError !== true));
});

Deno.test("no secret in the texts of operations, running, done or failed, gets into an answer or the log", async () => {
  for (const { text, secret } of TEXTS) {
    await using service = await start();
    for (const is_completed of ["0", "1", "-1"]) {
      const operation = { id: "1", is_completed, message: text, type: text, status: text, data: [text] };
      service.sandbox.addFault({
        operationId: "operation_status",
        times: 1,
        kind: { status: 200, body: { operation } },
      });
      await call(service, "get_operation_status", { operation_id: "1", wait_seconds: 0 });
    }

    const sight = seen(service).find((each) => survives(each.text, secret));
    assert.equal(sight, undefined, text);
  }
});

Deno.test("a report that shows the texts in its queries shows no secret among them", async () => {
  await using service = await start();
  const texts = TEXTS.filter((row) => !isOrdinaryLiteral(row)).map(({ text }) => text);
  service.sandbox.addFault({ operationId: "analytics_app_mysql", kind: { status: 200, body: reportOf(texts) } });

  const args = { ...APP, resources: ["slow_queries"], literals: true };
  const { isError } = await call(service, "get_app_analytics_mysql", args);

  const wrong = shown(seen(service));
  assert.deepEqual(wrong, []);
  assert.notEqual(isError, true);
});

/** Other literals of a query are shown on request. */
function isOrdinaryLiteral({ text }: HideRow): boolean {
  return /^(?:SELECT|select|then SELECT|SET GLOBAL|DELETE|REPLACE|PREPARE|CALL|UPDATE users SET note|WordPress|You have)/
    .test(text);
}

Deno.test("no secret in the labels and arguments of a call gets into a question, a page or a record", async () => {
  for (const { text, secret } of TEXTS.filter(({ text }) => text.length < 50 && !text.includes("\n")).slice(0, 25)) {
    await using service = await start();
    const [server] = service.sandbox.account().servers;
    assert.ok(server);
    server.label = text;
    for (const app of server.apps) app.label = text;

    const asked = await call(service, "restart_server", { server_id: server.id });
    const { approval_url } = Object(asked.json.details);
    const page = await fetch(service.url + new URL(String(approval_url)).pathname);
    const html = await page.text();
    await call(service, "clone_app", { ...APP, app_label: text, wait_seconds: 0 });
    await call(service, "get_audit_log", {});

    assert.match(html, /restart/i);
    const sight = seen(service).find((each) => survives(each.text, secret));
    assert.equal(sight, undefined, text);
  }
});
