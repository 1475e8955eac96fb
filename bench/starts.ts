/** How long a process takes from its start to its first answer. */
import {
  type BenchProcess,
  bundled,
  type Command,
  fileCommand,
  ownCommand,
  serverCommand,
  start,
  startOwn,
} from "./process.ts";
import { sendOne } from "./requests.ts";
import { spreadOf } from "./rounds.ts";
import { spread, table } from "./tables.ts";
import { KINDS } from "../tests/support/usual_requests.ts";

/** The ways to run our program. */
const SOURCE = "from its source, as `deno task start` and the image do";
const FILE = "as one file, as the bundle for Claude Desktop does";
/** What a start as one file takes for the packages. */
const PACKAGES = "for comparison, as one file: the packages alone, of which the SDK answers";

interface Way {
  name: string;
  command: () => Promise<Command>;
  ratios: number[];
  times: number[];
}

/** Starts each in turn, and compares the times to the first answer: of ours, to `initialize`. */
export async function measureStarts(rounds: number): Promise<string> {
  await using upstream = await startOwn("upstream", "driver");
  const [file, packages] = [await bundled(), await bundled("packages")];
  const commands: [name: string, command: Way["command"]][] = [
    [SOURCE, () => serverCommand("embedded", { upstream })],
    [FILE, () => serverCommand("embedded", { upstream, file })],
    [PACKAGES, () => Promise.resolve(fileCommand("packages", "server", packages))],
  ];
  const ways: Way[] = commands.map(([name, command]) => ({ name, command, ratios: [], times: [] }));
  // The first start keeps what V8 has compiled.
  for (const { command } of ways) await timeOf(await command(), initialize);
  for (let round = 0; round < rounds; round++) {
    const bare = await timeOf({ ...ownCommand("floor", "server"), path: "/" }, () => Promise.resolve());
    for (const { command, ratios, times } of ways) {
      const ours = await timeOf(await command(), initialize);
      ratios.push(ours / bare);
      times.push(ours);
    }
  }
  return table(
    ["how the program runs", "beside a bare Deno server", "time"],
    ways.map(({ name, ratios, times }) => [
      name,
      `${spread(spreadOf(ratios))} ×`,
      `${(spreadOf(times).median / 1000).toFixed(2)} s`,
    ]),
  );
}

async function initialize({ url }: BenchProcess): Promise<void> {
  await sendOne(new URL(`${url}/mcp`), KINDS.initialize, "2025");
}

async function timeOf(command: Command, firstAnswer: (process: BenchProcess) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await using process = await start(command);
  await firstAnswer(process);
  return performance.now() - startedAt;
}
