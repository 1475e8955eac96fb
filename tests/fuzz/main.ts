/**
 * Runs the properties for any time:
 *
 *   deno task fuzz [--only=NAME] [--cases=N | --minutes=N] [--seed=N]
 *
 * `only` is a subject or one property of it, `cases` and `minutes` are for all of them together. For a property that
 * fails it prints the command that repeats the cases.
 */
import { parseArgs } from "node:util";
import { allProperties } from "./all.ts";
import type { FuzzProperty } from "./property.ts";

interface Options {
  only: string;
  seed: number;
  cases: number;
  minutes: number | undefined;
}

/** The result of one property. */
interface Outcome {
  cases: number;
  seconds: number;
  /** Megabytes in use after the first bench, and at the end. */
  memory: { first: Memory; last: Memory };
  /** Why it does not hold, and the seed that shows it. */
  problem: { text: string; seed: number; cases: number } | undefined;
}

interface Memory {
  heap: number;
  resident: number;
}

const USAGE = "deno task fuzz [--only=NAME] [--cases=N | --minutes=N] [--seed=N]\n";
const DEFAULT_CASES = 100_000;
const MAX_SEED = 2 ** 31 - 1;

/** Undefined if they are malformed. */
function readOptions(args: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { only: text, seed: text, cases: text, minutes: text } });
    return {
      only: values.only ?? "",
      seed: positive(values.seed) ?? Math.floor(Math.random() * MAX_SEED),
      cases: positive(values.cases) ?? DEFAULT_CASES,
      minutes: positive(values.minutes),
    };
  } catch {
    return undefined;
  }
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (Number(text) > 0) return Number(text);
  throw new RangeError(`not above 0: ${text}`);
}

/** Runs one property until its cases or its time are used up, or it does not hold. */
async function run(property: FuzzProperty, seed: number, cases: number, milliseconds: number): Promise<Outcome> {
  const startedAt = performance.now();
  let done = 0;
  let first: Memory | undefined;
  let problem: Outcome["problem"];
  for (let round = 0; done < cases && performance.now() - startedAt < milliseconds; round++) {
    const roundSeed = (seed + round) % MAX_SEED;
    const roundCases = Math.min(property.perBench, Math.ceil(cases - done));
    const text = await property.check(roundSeed, roundCases);
    done += roundCases;
    first ??= memoryNow();
    if (text === undefined) continue;
    problem = { text, seed: roundSeed, cases: roundCases };
    break;
  }
  const last = memoryNow();
  return {
    cases: done,
    seconds: (performance.now() - startedAt) / 1000,
    memory: { first: first ?? last, last },
    problem,
  };
}

function memoryNow(): Memory {
  // Exists with --v8-flags=--expose-gc; without it the figures include garbage.
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: Math.round(heapUsed / 2 ** 20), resident: Math.round(rss / 2 ** 20) };
}

async function print(text: string): Promise<void> {
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}

function line(name: string, { cases, seconds, memory: { first, last }, problem }: Outcome): string {
  const rate = Math.round(cases / seconds);
  const memory = `heap ${first.heap} → ${last.heap} MB, resident ${first.resident} → ${last.resident} MB`;
  const verdict = problem === undefined ? "ok  " : "FAIL";
  return `${verdict}  ${name.padEnd(28)} ${String(cases).padStart(9)} cases  ${rate}/s  ${memory}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const chosen = allProperties.filter(({ name }) => name.startsWith(options?.only ?? ""));
  if (options === undefined || chosen.length === 0) {
    await print(`${USAGE}${allProperties.map(({ name, claim }) => `  ${name}: ${claim}\n`).join("")}`);
    return 2;
  }
  const { seed, minutes } = options;
  await print(`seed ${seed}\n`);
  const shares = chosen.reduce((sum, { quick }) => sum + quick, 0);
  let total = 0;
  let failed = false;
  for (const property of chosen) {
    const cases = minutes === undefined ? options.cases * property.quick / shares : Infinity;
    const outcome = await run(
      property,
      seed,
      cases,
      minutes === undefined ? Infinity : minutes * 60_000 / chosen.length,
    );
    total += outcome.cases;
    await print(line(property.name, outcome));
    if (outcome.problem === undefined) continue;
    failed = true;
    const { text, seed: shown, cases: needed } = outcome.problem;
    await print(
      `${property.claim}: not so.\n${text}\nAgain: deno task fuzz --only=${property.name} --seed=${shown} --cases=${needed}\n`,
    );
  }
  await print(`${total} cases\n`);
  return failed ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
