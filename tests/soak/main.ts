/**
 * Runs a soak from the command line: `deno task soak --seconds=20 --seed=1 --callers=24`. Exits with 1 if an invariant
 * breaks.
 */
import { parseArgs } from "node:util";
import { reportText } from "./report.ts";
import { soak } from "./run.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    callers: { type: "string", default: "24" },
  },
});

const options = {
  seconds: positive("seconds", values.seconds),
  seed: positive("seed", values.seed),
  callers: positive("callers", values.callers),
};
// Printed first, so that an interrupted run can be repeated.
await print(Deno.stderr, `seed ${options.seed}\n`);
const report = await soak(options);
await print(Deno.stdout, reportText(report));
Deno.exit(report.ledger.breaches.size === 0 ? 0 : 1);

function positive(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} must be a whole number above 0: ${text}`);
}

async function print(to: { write(bytes: Uint8Array): Promise<number> }, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
