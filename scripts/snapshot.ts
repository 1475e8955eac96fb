/** Writes what `tools/list` shows, so that a review shows every change of it: `deno task snapshot`. */
import { Catalogue } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";

const listed = new Catalogue(allTools).list({ readOnly: false, toolsets: new Set(TOOLSETS) });
await Deno.writeTextFile("tests/snapshots/tools_list.json", JSON.stringify(listed, null, 2) + "\n");
