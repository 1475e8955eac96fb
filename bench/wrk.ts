/** Drives a server with wrk, which checks every answer. */
import { coresFor } from "./machine.ts";
import { FOLDER } from "./process.ts";
import { wireText } from "./requests.ts";
import type { Era, Kind } from "../tests/support/usual_requests.ts";

/** What one run of wrk found. */
export interface WrkResult {
  requests: number;
  seconds: number;
  /** Milliseconds that half of the requests, and 99 of 100, took at most. */
  p50: number;
  p99: number;
}

/** What wrk sends. */
export interface WrkRun {
  url: URL;
  kind: Kind;
  era: Era;
  customers: number;
  concurrency: number;
  seconds: number;
  /** The right answer. Undefined for a server whose bytes are its own: only their length counts then. */
  right: string;
  /** Only the length of the answers is compared. */
  onlyLength: boolean;
}

const FIGURES = /^bench (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)\n(.*)$/m;

/** Runs wrk once. Throws if an answer is wrong or missing. */
export async function runWrk(run: WrkRun): Promise<WrkResult> {
  const { url, kind, era, customers, concurrency, seconds, right, onlyLength } = run;
  const requestFile = `${FOLDER}/request.txt`;
  const answerFile = `${FOLDER}/answer.txt`;
  await Deno.writeTextFile(requestFile, wireText(url, kind, era));
  await Deno.writeTextFile(answerFile, right);
  const wrk = ["wrk", "-t1", `-c${concurrency}`, `-d${seconds}s`, "--timeout", "20s", "-s", "bench/wrk.lua"];
  const script = [requestFile, String(customers), answerFile, onlyLength ? "length" : "equal"];
  const { stdout, stderr } = await new Deno.Command("taskset", {
    args: ["-c", coresFor("driver"), ...wrk, url.href, "--", ...script],
  }).output();
  const text = new TextDecoder().decode(stdout);
  const found = FIGURES.exec(text);
  if (found === null) throw new Error(`wrk failed:\n${text}${new TextDecoder().decode(stderr)}`);
  const [requests = 0, microseconds = 0, p50 = 0, p99 = 0, wrong = 0, lost = 0] = found.slice(1, 7).map(Number);
  if (wrong + lost > 0) {
    throw new Error(`${kind.name}, ${era}, ${url.href}: ${wrong} wrong answers, ${lost} lost: ${found[7]}`);
  }
  // Without an answer there is no time to answer.
  const time = (value: number) => requests === 0 ? NaN : value / 1000;
  return { requests, seconds: microseconds / 1e6, p50: time(p50), p99: time(p99) };
}
