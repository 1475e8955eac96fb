/**
 * Runs real clients against the server: `deno task test:clients [--write] [--keep] [NAME...]`.
 *
 * Installs each, runs its driver against a server of its own, and prints the matrix. `--write` puts it into
 * docs/connect.md; `--keep` leaves what passed on the wire below `dist/clients`. Exits 1 where a client fails in
 * something that `list.ts` does not name as a gap.
 */
import { z } from "zod";
import { drive } from "./drive.ts";
import { folderOf, install, installNode, readVersions } from "./install.ts";
import { judge, judgeFailure } from "./judge.ts";
import { clients, COLUMNS, type ListedClient } from "./list.ts";
import { renderMatrix, type Row } from "./matrix.ts";
import { startWorld, type World } from "./world.ts";

const CONNECT = new URL("../../docs/connect.md", import.meta.url);
const MARKED = /(<!-- matrix:start -->\n)[\s\S]*(\n<!-- matrix:end -->)/;

const listSchema = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });

/** The names that the server lists, asked for without any client. */
async function listedTools({ serverUrl }: World): Promise<string[]> {
  const response = await fetch(serverUrl, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
  });
  const text = await response.text();
  const json = /^data: (.+)$/m.exec(text)?.[1] ?? text;
  return listSchema.parse(JSON.parse(json)).result.tools.map(({ name }) => name);
}

async function versionOf({ id, runtime }: ListedClient): Promise<string> {
  const versions = await readVersions();
  const kind = runtime === "model" ? "node" : runtime;
  return Object.values(versions[kind][id] ?? {})[0] ?? "?";
}

async function runClient(client: ListedClient, keep: boolean): Promise<Row> {
  const version = await versionOf(client);
  const problem = await install(client.id, client.runtime);
  if (problem !== undefined) return { client, version, notRun: problem };
  await using world = await startWorld();
  const listed = await listedTools(world);
  try {
    const told = await drive(client, world);
    if (keep) await keepEvidence(client, told, world);
    return { client, version, judged: judge(told, world, listed) };
  } catch (error) {
    if (keep) await keepEvidence(client, error, world);
    return { client, version, judged: judgeFailure(error instanceof Error ? error.message : String(error), world) };
  }
}

async function keepEvidence(client: ListedClient, told: unknown, { wire, model }: World): Promise<void> {
  const file = new URL(`${client.driver}.json`, folderOf(client.id));
  const shown = told instanceof Error ? told.message : told;
  await Deno.writeTextFile(file, JSON.stringify({ told: shown, wire: wire.exchanges, model: model.requests }, null, 2));
}

/** What is not as `list.ts` expects it. */
function surprises({ client, judged, notRun }: Row): { unexpected: string[]; mended: string[] } {
  if (judged === undefined) return { unexpected: [`${client.title}: not run: ${notRun}`], mended: [] };
  const failed = COLUMNS.filter((column) => judged.cells[column].state === "no");
  const gaps = client.gaps ?? {};
  return {
    unexpected: failed.filter((column) => gaps[column] === undefined)
      .map((column) => `${client.title}: ${column}: ${judged.cells[column].text}`),
    mended: COLUMNS.filter((column) => gaps[column] !== undefined && !failed.includes(column))
      .map((column) => `${client.title}: ${column} passes now; take the gap off list.ts`),
  };
}

async function print(line: string): Promise<void> {
  await new Blob([`${line}\n`]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const problem = await installNode();
  if (problem !== undefined) throw new Error(`Node.js can't be installed: ${problem}`);
  const rows: Row[] = [];
  for (const client of clients.filter(({ id }) => names.length === 0 || names.includes(id))) {
    const row = await runClient(client, args.includes("--keep"));
    rows.push(row);
    await print(renderMatrix([row]).split("\n").at(-1) ?? "");
  }
  const matrix = renderMatrix(rows);
  await print(`\n${matrix}\n`);
  if (args.includes("--write")) {
    const text = await Deno.readTextFile(CONNECT);
    await Deno.writeTextFile(CONNECT, text.replace(MARKED, `$1\n${matrix}\n$2`));
  }
  const found = rows.map(surprises);
  for (const line of found.flatMap(({ unexpected, mended }) => [...unexpected, ...mended])) await print(line);
  return found.some(({ unexpected }) => unexpected.length > 0) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
