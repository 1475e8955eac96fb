/** How long a process takes from its start to its first answer. */
import { type BenchProcess, type Command, ownCommand, serverCommand, start, startOwn } from "./process.ts";
import { sendOne } from "./requests.ts";
import { spreadOf } from "./rounds.ts";
import { ratio } from "./tables.ts";
import { KINDS } from "../tests/support/usual_requests.ts";

/** Starts each in turn, and compares the times to the first answer: of ours, to `initialize`. */
export async function measureStarts(rounds: number): Promise<string> {
  await using upstream = await startOwn("upstream", "driver");
  const ratios: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const bare = await timeOf({ ...ownCommand("floor", "server"), path: "/" }, () => Promise.resolve());
    const ours = await timeOf(await serverCommand("embedded", { upstream }), async ({ url }) => {
      await sendOne(new URL(`${url}/mcp`), KINDS.initialize, "2025");
    });
    ratios.push(ours / bare);
    times.push(ours);
  }
  const { median, min, max } = spreadOf(ratios);
  const own = (spreadOf(times).median / 1000).toFixed(2);
  return `From the start of the process to its first answer our server takes ${
    ratio(median)
  } times as long as a bare ` +
    `Deno server (${ratio(min)} to ${ratio(max)} in ${rounds} rounds), here ${own} seconds.`;
}

async function timeOf(command: Command, firstAnswer: (process: BenchProcess) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await using process = await start(command);
  await firstAnswer(process);
  return performance.now() - startedAt;
}
