/** Writes what `tools/list` shows, one file a tool, so that a review shows every change of it: `deno task snapshot`. */
import { Catalogue } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";

const FOLDER = "tests/snapshots/tools";

const listed = new Catalogue(allTools).list({ readOnly: false, toolsets: new Set(TOOLSETS) });
await Deno.remove(FOLDER, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await Deno.mkdir(FOLDER, { recursive: true });
for (const tool of listed) {
  await Deno.writeTextFile(`${FOLDER}/${tool.name}.json`, JSON.stringify(tool, null, 2) + "\n");
}
