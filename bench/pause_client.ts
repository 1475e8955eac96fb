/**
 * The client of `pause_bench.ts`, and the Cloudways behind it, in a thread of their own: what it costs to make and send
 * the worst inputs holds up nobody whose pauses are measured.
 */
import { startSandbox } from "../tests/sandbox/mod.ts";
import { CREDENTIALS, FILLERS, WORST_CREDENTIALS, worstInputs } from "../tests/worst_inputs.ts";

const address = new URL(import.meta.url).searchParams;
const server = address.get("server") ?? "";

await using _sandbox = await startSandbox({ port: Number(address.get("sandbox")), rateLimitPerMinute: 1_000_000 });
const [[firstFiller, firstPiece] = ["", ""]] = Object.entries(FILLERS);
for (const [credentials, headers] of Object.entries(CREDENTIALS)) {
  // The worst credentials with every input, all others with some.
  const fillers = credentials === WORST_CREDENTIALS ? FILLERS : { [firstFiller]: firstPiece };
  for (const input of worstInputs(fillers)) {
    await tell(`/measure/${encodeURIComponent(`${input.name} (${credentials})`)}`);
    await send({ ...headers, ...input.headers }, input.body);
  }
}
await tell("/end");

async function tell(path: string): Promise<void> {
  await (await fetch(server + path)).body?.cancel();
}

async function send(headers: Record<string, string>, body: string): Promise<void> {
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  try {
    const response = await fetch(`${server}/mcp`, { method: "POST", headers: { ...common, ...headers }, body });
    await response.arrayBuffer();
  } catch {
    // A request that the server's HTTP refuses to read has cost nothing worth a look.
  }
}
