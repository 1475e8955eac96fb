/**
 * Runs real clients against the server: `deno task test:clients [--write] [--keep] [NAME...]`, where a name is a
 * client's id in `list.ts`, or `converters`.
 *
 * Installs each below `dist/clients`, runs it through the plan against its own server, and prints the matrix; then runs
 * the converters of tool schemas. `--write` puts both tables into docs/connect.md; `--keep` keeps the recorded messages
 * beside each client. Exits with 1 if something fails that `list.ts` does not name as a gap.
 */
import { runConverters } from "./converters.ts";
import { installNode } from "./install.ts";
import { clients, COLUMNS, type Gap, knownGaps } from "./list.ts";
import { renderMatrix, type Row } from "./matrix.ts";
import { runClient } from "./run_client.ts";
import { startWorld } from "./world.ts";

const CONNECT = new URL("../../docs/connect.md", import.meta.url);

/** Puts a table between its marks in docs/connect.md. */
async function write(name: string, table: string): Promise<void> {
  const text = await Deno.readTextFile(CONNECT);
  const [before, rest] = text.split(`<!-- ${name}:start -->`);
  const [, after] = rest?.split(`<!-- ${name}:end -->`) ?? [];
  if (before === undefined || after === undefined) throw new Error(`docs/connect.md has no marks for ${name}.`);
  await Deno.writeTextFile(CONNECT, `${before}<!-- ${name}:start -->\n\n${table}\n\n<!-- ${name}:end -->${after}`);
}

/** Failures that `list.ts` does not name, and gaps in `list.ts` that no longer fail. */
function compare(rows: readonly Row[]): { unexpected: string[]; fixed: string[] } {
  const failures = rows.flatMap(({ client, judged }) =>
    judged === undefined ? [] : COLUMNS.flatMap((column) => {
      const { state, text } = judged.cells[column];
      return state === "no" ? [{ client, column, text }] : [];
    })
  );
  const covers = (gap: Gap, { client, column }: typeof failures[number]) =>
    gap.column === column && gap.client === client.id;
  const ran = new Set(rows.map(({ client }) => client.id));
  return {
    unexpected: failures.filter((failure) => !knownGaps.some((gap) => covers(gap, failure)))
      .map(({ client, column, text }) => `fails: ${client.title}: ${column}: ${text}`),
    fixed: knownGaps.filter((gap) => ran.has(gap.client))
      .filter((gap) => !failures.some((failure) => covers(gap, failure)))
      .map(({ client, column, reason }) => `passes now, take it off list.ts: ${client}: ${column}: ${reason}`),
  };
}

async function convert() {
  await using world = await startWorld();
  return await runConverters(world.listed);
}

async function print(line: string): Promise<void> {
  await new Blob([`${line}\n`]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const wanted = clients.filter(({ id }) => names.length === 0 || names.includes(id));
  const problem = await installNode();
  if (problem !== undefined) await print(`Node.js can't be installed: ${problem}`);
  const rows: Row[] = [];
  for (const client of wanted) {
    const row = await runClient(client, { keep: args.includes("--keep") });
    rows.push(row);
    await print(renderMatrix([row]).split("\n").at(-1) ?? "");
  }
  if (rows.length > 0) await print(`\n${renderMatrix(rows)}\n`);
  const { unexpected, fixed } = compare(rows);
  if (names.length === 0 || names.includes("converters")) {
    const { table, problems } = await convert();
    await print(`${table}\n`);
    unexpected.push(...problems.map((text) => `fails: ${text}`));
    if (args.includes("--write")) await write("converters", table);
  }
  if (names.length === 0 && args.includes("--write")) await write("matrix", renderMatrix(rows));
  const notRun = rows.filter((row) => row.notRun !== undefined).map((row) => `not run: ${row.client.title}`);
  for (const line of [...notRun, ...fixed, ...unexpected]) await print(line);
  return unexpected.length > 0 || (rows.length > 0 && notRun.length === rows.length) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
