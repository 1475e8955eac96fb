/**
 * Measures our server beside a bare `Deno.serve` and writes the tables of docs/performance.md: `deno task bench`.
 *
 *   --only=rates,memory   only these parts: rates, starts, memory, fleet, scale
 *   --quick               fewer rounds and smaller numbers, and nothing is written
 *
 * Every server is a process of its own, driven by wrk from another core. Runs on Linux; needs wrk, redis-server, and for
 * scale nginx.
 */
import { machineShape } from "./machine.ts";
import { PARTS } from "./parts.ts";
import { FOLDER } from "./process.ts";
import { checkPage, writePage } from "./tables.ts";

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

async function main(args: readonly string[]): Promise<number> {
  const quick = args.includes("--quick");
  const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length).split(",");
  const unknown = [
    ...args.filter((arg) => arg !== "--quick" && !arg.startsWith("--only=")),
    ...(only ?? []).filter((name) => !Object.hasOwn(PARTS, name)),
  ];
  if (unknown.length > 0) {
    await say(`Unknown: ${unknown.join(", ")}. The parts are ${Object.keys(PARTS).join(", ")}.`);
    return 1;
  }
  const parts = Object.entries(PARTS).filter(([name]) => only === undefined || only.includes(name));
  // Now, since the bench takes minutes.
  await checkPage(["machine", ...parts.flatMap(([, { places }]) => places)]);
  await clearFolder();
  await Deno.mkdir(FOLDER, { recursive: true });
  const machine = await machineShape();
  await say(machine);
  for (const [, { measure }] of parts) {
    const texts = await measure({ quick, say });
    for (const text of texts.values()) await say(`\n${text}`);
    if (!quick) await writePage(new Map([...texts, ["machine", machine]]));
  }
  // The logs of a whole bench take gigabytes. After a failure they stay.
  await clearFolder();
  return 0;
}

async function clearFolder(): Promise<void> {
  await Deno.remove(FOLDER, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
