/**
 * Writes what `tools/list` shows, one file a tool, so that a review shows every change of it; and a call of each tool for
 * the page at `/`: `deno task snapshot`.
 */
import { Catalogue } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { toolRows } from "../tests/tool_rows/mod.ts";

const FOLDER = "tests/snapshots/tools";

const entries = new Catalogue(allTools).entries();
await Deno.remove(FOLDER, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await Deno.mkdir(FOLDER, { recursive: true });
for (const { listed } of entries) {
  await Deno.writeTextFile(`${FOLDER}/${listed.name}.json`, JSON.stringify(listed, null, 2) + "\n");
}

/** Nobody learns anything from the rest of a certificate or key. */
function firstLineOfPem(_name: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith("-----BEGIN") ? `${value.split("\n")[0]}…` : value;
}

const calls = toolRows.toSorted((a, b) => a.tool < b.tool ? -1 : 1).map(({ tool, minimal }) => [tool, minimal]);
await Deno.writeTextFile(
  "src/http/home/examples.json",
  JSON.stringify(Object.fromEntries(calls), firstLineOfPem, 2) + "\n",
);
