/**
 * The client of `pause_bench.ts` and the sandbox, in a thread of their own, so that making and sending the worst inputs
 * does not count as a pause of the server.
 */
import { startSandbox } from "../tests/sandbox/mod.ts";
import {
  CREDENTIALS,
  FILLERS,
  WORST_CREDENTIALS,
  type WorstInput,
  worstInputs,
} from "../tests/support/worst_inputs.ts";

/** The longest pause that the documentation promises, in milliseconds. */
const MOST_MS = 100;
const TRIES = 3;
const SHOWN = 10;
/** The fillers that cost the most. */
const COSTLY = new Set(
  ("one letter,percent codes,backslashes and quotes,quoted values,beginnings of tokens,web tokens,bearers,lists," +
    "SQL,markup,invisible").split(","),
);

const address = new URL(import.meta.url).searchParams;
const server = address.get("server") ?? "";
await using _sandbox = await startSandbox({ port: Number(address.get("sandbox")), rateLimitPerMinute: 1_000_000 });

const fillers = Object.fromEntries(Object.entries(FILLERS).filter(([name]) => COSTLY.has(name)));
const pauses: { name: string; milliseconds: number }[] = [];
await measure({ name: "warming up", headers: {}, body: "{}" }, {});
pauses.length = 0;
for (const input of worstInputs(fillers)) await measure(input, CREDENTIALS[WORST_CREDENTIALS] ?? {});
for (const [name, headers] of Object.entries(CREDENTIALS)) {
  const input = { name: `a long method with ${name}`, headers: {}, body: longMethod() };
  await measure(input, headers);
}
const worst = pauses.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SHOWN);
const lines = worst.map(({ name, milliseconds }) => `${milliseconds.toFixed(0).padStart(6)} ms  ${name}`);
const summary =
  `${pauses.length} inputs; ${pauses.filter(({ milliseconds }) => milliseconds > MOST_MS).length} of them ` +
  `paused for more than ${MOST_MS} ms`;
await Deno.stdout.write(new TextEncoder().encode([...lines, summary, ""].join("\n")));
await fetch(`${server}/end`);

async function measure({ name, headers, body }: WorstInput, credentials: Record<string, string>): Promise<void> {
  let shortest = Infinity;
  for (let tries = 0; tries < TRIES && shortest > MOST_MS; tries++) {
    await pauseSinceLast();
    await send({ ...credentials, ...headers }, body);
    shortest = Math.min(shortest, await pauseSinceLast());
  }
  pauses.push({ name, milliseconds: shortest });
}

async function pauseSinceLast(): Promise<number> {
  return Number(await (await fetch(`${server}/pause`)).text());
}

async function send(headers: Record<string, string>, body: string): Promise<void> {
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  try {
    const response = await fetch(`${server}/mcp`, { method: "POST", headers: { ...common, ...headers }, body });
    await response.arrayBuffer();
  } catch {
    // A request that the HTTP server refuses to read costs nothing.
  }
}

function longMethod(): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "a".repeat(1_000_000), params: {} });
}
