/** The log and the metrics show why something failed and which name was refused, as often as helps. */
import assert from "node:assert/strict";
import { RefusedNames } from "../../src/http/refused_names.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { rawRequest } from "../support/raw_http.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const MINUTE = 60_000;

/** A port that closes each connection after the first bytes. */
function closingListener() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closing = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1024));
      connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await closing;
    },
  };
}

/** A port where nothing listens. */
function closedPort() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { port: listener.addr.port, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const FAILURES = [
  { cause: "refused", scheme: "http", open: closedPort },
  { cause: "reset", scheme: "http", open: closingListener },
  { cause: "tls", scheme: "https", open: closingListener },
] as const;

for (const { cause, scheme, open } of FAILURES) {
  Deno.test(`the log and the metrics show the cause of a failed connection: ${cause}`, async () => {
    await using place = open();
    const env = { CLOUDWAYS_API_BASE_URL: `${scheme}://127.0.0.1:${place.port}/secret-path` };
    await using service = await startService({ env });

    await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

    const lines = upstreamLines(service);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.ok(lines.length > 0 && lines.every((line) => line.cause === cause), JSON.stringify(lines));
    assert.ok(metrics.includes(`status="upstream_unreachable_${cause}"`), metrics);
    assert.ok(!JSON.stringify(lines).includes("secret-path"));
  });
}

function upstreamLines(service: Service): Record<string, unknown>[] {
  return service.logLines.map((line) => JSON.parse(line)).filter(({ message }) => message === "upstream");
}

function refusals(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line)).filter(({ message }) => message.startsWith("a request was refused for"));
}

Deno.test("a refused Host or Origin is named in the log", async () => {
  await using service = await startService();

  await rawRequest(service.url, "GET /", [["Host", "mcp.example.org:7000"]]);
  await fetch(service.url, { headers: { origin: "https://app.example.org" } }).then((response) => response.text());

  assert.deepEqual(refusals(service.logLines).map(({ level, host, origin }) => [level, host ?? origin]), [
    ["WARNING", "mcp.example.org:7000"],
    ["WARNING", "https://app.example.org"],
  ]);
});

/** What is sent as a name, and what the log shows of it. */
const NAMES: { what: string; host: string; more?: Record<string, string>; shown: RegExp }[] = [
  { what: "a name", host: "mcp.example.org", shown: /^mcp\.example\.org$/ },
  { what: "an address with a port", host: "[::1]:8080", shown: /^\[::1\]:8080$/ },
  { what: "a name without an end", host: "x".repeat(60_000), shown: /^x{99}…$/ },
  { what: "what is no name", host: "a b\u00ad<script>", shown: /^not a name$/ },
  {
    what: "a token",
    host: "cw_example_1.example.org",
    more: { authorization: "Bearer CW_example_1" },
    shown: /^not a name$/,
  },
  {
    what: "a part of a key",
    host: "EXAMPLEKEY",
    more: { "x-cloudways-api-key": "ExampleKey0123" },
    shown: /^not a name$/,
  },
];

for (const { what, host, more = {}, shown } of NAMES) {
  Deno.test(`${what} in a refused Host is shown as far as it is a name and not a secret`, () => {
    const lines: string[] = [];
    const log = createLogger({ level: "DEBUG", format: "json", write: (line) => lines.push(line) });

    new RefusedNames(log).report("host", new Headers({ host, ...more }));

    assert.match(String(refusals(lines)[0]?.host), shown);
  });
}

Deno.test("of many refused names within a minute a few are logged, and the others counted", () => {
  const lines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => lines.push(line) });
  let now = 0;
  const names = new RefusedNames(log, () => now);
  const report = (header: "host" | "origin", name: string) => names.report(header, new Headers({ [header]: name }));

  for (let n = 0; n < 1_000; n++) report(n % 2 === 0 ? "host" : "origin", `name-${n}.example.org`);
  now += MINUTE;
  report("host", "later.example.org");

  const shown = refusals(lines);
  assert.equal(shown.length, 6);
  assert.equal(shown.at(-1)?.not_logged_before, 995);
});

Deno.test("uptime counts elapsed time, also when the system clock is changed", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const uptime = async () => (await (await fetch(`${service.url}/health`)).json()).uptime_s;

  await clock.advance(5 * MINUTE);
  clock.shift(-60 * MINUTE);
  const afterBack = await uptime();
  clock.shift(365 * 24 * 60 * MINUTE);
  const afterOn = await uptime();

  assert.deepEqual([afterBack, afterOn], [300, 300]);
});
