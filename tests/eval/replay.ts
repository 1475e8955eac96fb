/** Replays jobs on the demo account, through the official client, and measures what a model would have to read. */
import { DEMO_EPOCH, FakeClock } from "../sandbox/mod.ts";
import { connect, type ConnectedClient, type Person, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { setUpForEveryTool } from "../tool_rows/mod.ts";
import type { Job, Json } from "./job.ts";

/** What a job took. */
export interface Result {
  name: string;
  calls: number;
  /** Characters of the answers' texts. */
  characters: number;
  /** Failed calls, and facts that the answers don't hold. */
  missing: string[];
}

/** Says yes to every question in a form, as the person would who asked for the job. */
const PERSON: Person = {
  elicitation: { form: {} },
  answer: () => ({ action: "accept", content: { approve: true } }),
};

/** Between two jobs other things happen. */
const PAUSE_MS = 60_000;

/** Replays the jobs one after the other on one account. */
export async function replay(jobs: readonly Job[]): Promise<Result[]> {
  const clock = new FakeClock(DEMO_EPOCH);
  await using service = await startService({ clock, sandbox: { clock, epoch: DEMO_EPOCH } });
  setUpForEveryTool(service.sandbox);
  await using client = await connect("2026 client", service.mcpUrl, TOKEN_HEADERS, { person: PERSON });
  const results: Result[] = [];
  for (const job of jobs) {
    results.push(await replayJob(job, { client, clock, service }));
    await clock.advance(PAUSE_MS);
  }
  return results;
}

interface World {
  client: ConnectedClient;
  clock: FakeClock;
  service: Service;
}

async function replayJob({ name, steps, facts }: Job, { client, clock, service }: World): Promise<Result> {
  const result: Result = { name, calls: 0, characters: 0, missing: [] };
  const answers: Json[] = [];
  for (const { tool, args } of steps) {
    const call = client.call(tool, typeof args === "function" ? args(answers) : args);
    const { isError, text, json } = await clock.runUntil(call);
    result.calls++;
    result.characters += text.length;
    if (isError) result.missing.push(`${tool} failed: ${text.slice(0, 200)}`);
    answers.push(json);
  }
  const wrong = facts.filter(({ holds }) => !holds(answers, service.sandbox));
  result.missing.push(...wrong.map(({ says }) => says));
  return result;
}

/** The sums of some results. */
export function totalOf(results: readonly Result[]): { calls: number; characters: number } {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  return { calls: sum(({ calls }) => calls), characters: sum(({ characters }) => characters) };
}

/** The results as a Markdown table. */
export function tableOf(results: readonly Result[]): string {
  const { calls, characters } = totalOf(results);
  const rows = results.map((
    { name, calls, characters, missing },
  ) => [name, String(calls), inThousands(characters), missing.length === 0 ? "nothing" : missing.join("; ")]);
  const all = [["job", "calls", "characters", "missing"], ...rows, [
    "together",
    String(calls),
    inThousands(characters),
    "",
  ]];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
      ).join(" | ")
    } |`;
  const rule = `| ${
    widths.map((width, column) => column === 1 || column === 2 ? `${"-".repeat(width - 1)}:` : "-".repeat(width)).join(
      " | ",
    )
  } |`;
  return [line(all[0] ?? []), rule, ...all.slice(1).map(line)].join("\n");
}

function inThousands(count: number): string {
  return count.toLocaleString("en-US");
}
