/** Writes what `tools/list` shows, one file a tool, so that a review shows every change of it: `deno task snapshot`. */
import { Catalogue } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";

const FOLDER = "tests/snapshots/tools";

const entries = new Catalogue(allTools).entries();
await Deno.remove(FOLDER, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await Deno.mkdir(FOLDER, { recursive: true });
for (const { listed } of entries) {
  await Deno.writeTextFile(`${FOLDER}/${listed.name}.json`, JSON.stringify(listed, null, 2) + "\n");
}
