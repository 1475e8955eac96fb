/** Properties that hold for any input: the tests run them briefly, `deno task fuzz` for any time. */
import fc from "fast-check";
import { within } from "../support/within.ts";

/** The environment of a property: created before the first case, ended after the last. */
export interface Bench<T> {
  /** What the cases are. */
  cases: fc.Arbitrary<T>;
  /** Throws if the property does not hold. */
  holds: (value: T) => Promise<void> | void;
  /** Ends it; throws if something failed outside the cases. */
  end?: () => Promise<void>;
}

/** A property. */
export interface PropertySpec<T> {
  /** `subject/what`, each once. */
  name: string;
  /** The property as a sentence. */
  claim: string;
  /** How many cases the ordinary tests run; a long run gives each property its share by this. */
  quick: number;
  /** After how many cases a new bench is created. Defaults to 20,000. */
  perBench?: number;
  bench: () => Promise<Bench<T>> | Bench<T>;
}

/** A property with any type of cases. */
export interface FuzzProperty {
  readonly name: string;
  readonly claim: string;
  readonly quick: number;
  readonly perBench: number;
  /** Runs cases on one bench; returns why the property does not hold. The same seed gives the same cases. */
  check(seed: number, cases: number): Promise<string | undefined>;
}

/** Longer than any case takes. */
const CASE_DEADLINE_MS = 30_000;

/** Makes a property. */
export function defineProperty<T>(spec: PropertySpec<T>): FuzzProperty {
  const { name, claim, quick, perBench = 20_000 } = spec;
  return { name, claim, quick, perBench, check: (seed, cases) => check(spec, seed, cases) };
}

async function check<T>(spec: PropertySpec<T>, seed: number, numRuns: number): Promise<string | undefined> {
  const bench = await spec.bench();
  let problem: string | undefined;
  try {
    const property = fc.asyncProperty(bench.cases, async (value) => {
      const work = bench.holds(value);
      if (work !== undefined) await within(CASE_DEADLINE_MS, work, `nothing for ${CASE_DEADLINE_MS} ms`);
    });
    const found = await fc.check(property, { seed, numRuns });
    if (found.failed) problem = describe(found.counterexample, found.errorInstance, found.counterexamplePath);
  } finally {
    try {
      await bench.end?.();
    } catch (error) {
      problem ??= `behind the cases: ${error instanceof Error ? error.message : error}`;
    }
  }
  return problem;
}

function describe(counterexample: unknown, error: unknown, path: string | null): string {
  const shown = fc.stringify(counterexample);
  const reason = error instanceof Error ? error.stack ?? error.message : String(error);
  return `counterexample (path ${path?.slice(0, 200)}): ${shown.slice(0, 4000)}\n${reason.slice(0, 4000)}`;
}
