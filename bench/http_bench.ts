/**
 * Requests per second over loopback, next to the floor: a bare `Deno.serve` that parses the message and returns the
 * bytes of the right answer. Run with `deno task bench`; compare ratios, not numbers.
 */
import { createApp } from "../src/app.ts";
import { parseConfig } from "../src/config.ts";
import { createLogger } from "../src/telemetry/log.ts";

const CONCURRENCY = 32;
const ROUND_MS = 3_000;
const ROUNDS = 3;

interface Subject {
  name: string;
  url: string;
  message: Record<string, unknown>;
  headers: Record<string, string>;
}

const META_2026 = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

function message(method: string, params: Record<string, unknown>): Record<string, unknown> {
  return { jsonrpc: "2.0", id: 1, method, params };
}

function subjects(floor: string, product: string): Subject[] {
  const base = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const modern = (method: string, name?: string) => ({
    ...base,
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  });
  const call = { name: "ping", arguments: {} };
  return [
    { name: "floor  tools/list", url: floor, message: message("tools/list", {}), headers: base },
    { name: "2025   tools/list", url: product, message: message("tools/list", {}), headers: base },
    {
      name: "2026   tools/list",
      url: product,
      message: message("tools/list", { _meta: META_2026 }),
      headers: modern("tools/list"),
    },
    { name: "floor  tools/call", url: floor, message: message("tools/call", call), headers: base },
    { name: "2025   tools/call", url: product, message: message("tools/call", call), headers: base },
    {
      name: "2026   tools/call",
      url: product,
      message: message("tools/call", { ...call, _meta: META_2026 }),
      headers: modern("tools/call", "ping"),
    },
  ];
}

async function ask({ url, message, headers }: Subject): Promise<string> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(message) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return text;
}

async function requestsPerSecond(subject: Subject): Promise<number> {
  const end = performance.now() + ROUND_MS;
  let done = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await ask(subject);
      done++;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return done / ((performance.now() - startedAt) / 1000);
}

/** Starts the floor. It answers each method with the bytes of the product's answer. */
async function startFloor(answers: Map<string, string>) {
  return await Promise.resolve(Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { method } = await request.json();
    return new Response(answers.get(method) ?? "", { headers: { "content-type": "application/json" } });
  }));
}

const log = createLogger({ level: "ERROR", format: "json" });
const app = await createApp(parseConfig({}), { log });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
const product = `http://127.0.0.1:${server.addr.port}/mcp`;
const answers = new Map<string, string>();
for (const subject of subjects(product, product)) answers.set(String(subject.message.method), await ask(subject));
const floorServer = await startFloor(answers);
const floor = `http://127.0.0.1:${floorServer.addr.port}/`;

const all = subjects(floor, product);
const rates = new Map<string, number[]>(all.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const subject of all) rates.get(subject.name)?.push(await requestsPerSecond(subject));
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const lines = all.map(({ name, message }) => {
  const own = median(rates.get(name) ?? []);
  const atFloor = median(rates.get(`floor  ${message.method}`) ?? []);
  return `${name}  ${own.toFixed(0).padStart(7)}/s  ${(own / atFloor).toFixed(2)} of the floor`;
});
await Deno.stdout.write(new TextEncoder().encode(lines.join("\n") + "\n"));
await floorServer.shutdown();
await server.shutdown();
await app.close();
await log[Symbol.asyncDispose]();
