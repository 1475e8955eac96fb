/** Short rounds of several servers in turn, so that what disturbs the machine disturbs all of them. */
import { cpuTimes } from "./machine.ts";
import type { BenchProcess } from "./process.ts";
import { runWrk, type WrkRun } from "./wrk.ts";

/** One server in a comparison. */
export interface Subject {
  name: string;
  /** All processes whose processor time is its own. */
  processes: readonly BenchProcess[];
  run: WrkRun;
}

/** One round of one server. */
export interface Round {
  perSecond: number;
  /** Processor time of the server for one request, in milliseconds. */
  cpuMs: number;
  p50: number;
  p99: number;
  /** Other programs used more than a little of the machine. */
  disturbed: boolean;
  /** The share of its core that the driver used: near 1, it could not send more. */
  driver: number;
}

/** What else belongs to the bench: the upstream and Redis, whose processor time disturbs nothing. */
export type Helpers = readonly BenchProcess[];

/** Other programs may use so much of one core during a round. */
const MOST_DISTURBANCE = 0.05;

/** Measures each server for so many rounds, one after the other. */
export async function interleave(
  subjects: readonly Subject[],
  rounds: number,
  helpers: Helpers,
): Promise<Map<string, Round[]>> {
  const found = new Map<string, Round[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) found.get(subject.name)?.push(await oneRound(subject, subjects, helpers));
  }
  return found;
}

async function oneRound(subject: Subject, all: readonly Subject[], helpers: Helpers): Promise<Round> {
  const ours = [...new Set([...all.flatMap(({ processes }) => processes), ...helpers].map(({ pid }) => pid))];
  const before = await cpuTimes([Deno.pid, ...ours]);
  const { requests, seconds, p50, p99 } = await runWrk(subject.run);
  const after = await cpuTimes([Deno.pid, ...ours]);
  const spent = (pid: number) => (after.processes.get(pid) ?? 0) - (before.processes.get(pid) ?? 0);
  const known = [Deno.pid, ...ours].reduce((sum, pid) => sum + spent(pid), 0);
  const others = after.machine - before.machine - known;
  return {
    perSecond: requests / seconds,
    cpuMs: subject.processes.reduce((sum, { pid }) => sum + spent(pid), 0) / requests,
    p50,
    p99,
    disturbed: others > MOST_DISTURBANCE * seconds * 1000,
    // wrk is the bench's child; the bench itself does next to nothing meanwhile.
    driver: spent(Deno.pid) / (seconds * 1000),
  };
}

/** The undisturbed rounds; all of them where every one was disturbed. */
export function quietRounds(rounds: readonly Round[]): readonly Round[] {
  const quiet = rounds.filter(({ disturbed }) => !disturbed);
  return quiet.length > 0 ? quiet : rounds;
}

/** A middle value and its range. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The middle and the range of some values; those that could not be measured are left out. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  return { median: at(Math.floor((sorted.length - 1) / 2)), min: at(0), max: at(sorted.length - 1) };
}

/** How one server compares with another: rounds at the same place are compared, since they were run side by side. */
export function ratioOf(own: readonly Round[], floor: readonly Round[]): Spread {
  const pairs = own.map((round, index) => ({ round, base: floor[index] }));
  const quiet = pairs.filter(({ round, base }) => !round.disturbed && base?.disturbed === false);
  const used = quiet.length > 0 ? quiet : pairs;
  return spreadOf(used.map(({ round, base }) => round.perSecond / (base?.perSecond ?? NaN)));
}
