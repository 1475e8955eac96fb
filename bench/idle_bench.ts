/**
 * The cost of ten thousand idle connections: the memory of a server in its own process without and with them, and
 * whether it answers meanwhile.
 */
import { VARIABLE_NAMES } from "../src/config.ts";
import { freePort } from "../tests/support/free_port.ts";

const CONNECTIONS = 10_000;
const PORT = freePort();

async function health(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${PORT}/health`);
  await response.body?.cancel();
  return response.status;
}

async function residentBytes(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${PORT}/metrics`);
  return Number(/process_resident_memory_bytes (\d+)/.exec(await response.text())?.[1]);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const flags = [
  "--no-prompt",
  `--allow-net=127.0.0.1:${PORT},api.cloudways.com:443`,
  `--allow-env=${VARIABLE_NAMES.join(",")}`,
  "--ignore-env",
  "--quiet",
];
await using server = new Deno.Command("deno", {
  args: ["run", ...flags, "main.ts"],
  env: { PORT: String(PORT), LOG_LEVEL: "ERROR" },
  stdout: "null",
  stderr: "null",
}).spawn();
while (await health().catch(() => 0) !== 200) await pause(100);
for (let i = 0; i < 200; i++) await health();
await pause(2000);
const before = await residentBytes();
const connections: Deno.TcpConn[] = [];
for (let i = 0; i < CONNECTIONS; i++) connections.push(await Deno.connect({ hostname: "127.0.0.1", port: PORT }));
await pause(2000);
const during = await residentBytes();
const answered = await health() === 200;
for (const connection of connections) connection.close();
const each = ((during - before) / CONNECTIONS / 1024).toFixed(1);
const report = `${CONNECTIONS} idle connections: ${(during / before).toFixed(2)} of the memory without, ${each} KB each
the server ${answered ? "answered" : "did not answer"} meanwhile
`;
await Deno.stdout.write(new TextEncoder().encode(report));
server.kill("SIGTERM");
