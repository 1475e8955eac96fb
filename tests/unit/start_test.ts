import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { serverInput } from "../../src/tools/define/inputs.ts";
import { serverOutput } from "../../src/tools/define/targets.ts";
import { defineTool } from "../../src/tools/define/tool.ts";
import { processBounds } from "../../src/identity/bounds.ts";
import { TOOLSETS } from "../../src/identity/toolsets.ts";

const ROOT = new URL("../../", import.meta.url);
const everything = processBounds({ readOnly: false, toolsets: new Set(TOOLSETS), listedToolsets: new Set(TOOLSETS) });

/** The modules and packages that a module loads before it runs; those of `import()` are loaded later. */
function loadedFrom(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  if (!path.endsWith(".ts")) return loaded;
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  const statements = text.matchAll(/^(?:import|export)(?! type)\b(?:[^"';]*?\bfrom)? "([^"]+)"/gm);
  for (const [, specifier = ""] of statements) {
    const isOurs = specifier.startsWith(".");
    loadedFrom(isOurs ? new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length) : specifier, loaded);
  }
  return loaded;
}

Deno.test("the program starts without what only some configurations and requests need", () => {
  const loaded = loadedFrom("main.ts");

  assert.ok(loaded.has("src/app.ts") && loaded.has("zod"), "the modules are followed");
  for (const later of ["ioredis", "@opentelemetry/api", "node:crypto", "node:zlib"]) {
    assert.ok(!loaded.has(later), later);
  }
});

Deno.test("no module of ours is loaded later: in one file V8 would keep none compiled that such a module needs", () => {
  const modules = [...loadedFrom("main.ts")].filter((path) => path.endsWith(".ts"));

  assert.ok(modules.includes("src/store/redis/connection.ts"), "the modules are followed");
  const importing = modules.filter((path) => /\bimport\("[^"]+\.ts"/.test(Deno.readTextFileSync(new URL(path, ROOT))));
  assert.deepEqual(importing, []);
});

Deno.test("the schemas of a tool are made when it is first asked about, and once", () => {
  const made = { input: 0, output: 0 };
  const tool = defineTool({
    name: "look_at_server",
    title: "Looks",
    toolset: "basic",
    effect: "read",
    description: "Made up.",
    input: () => {
      made.input++;
      return z.strictObject(serverInput);
    },
    output: () => {
      made.output++;
      return z.looseObject(serverOutput);
    },
    handler: () => Promise.reject(new Error("is never called")),
  });

  const catalogue = new Catalogue([tool]);
  const count = catalogue.listedCount(everything);
  const { kind } = catalogue.lookUp(tool.name, everything);

  assert.deepEqual({ count, kind, made }, { count: 1, kind: "found", made: { input: 0, output: 0 } });
  const [listed] = catalogue.list(everything);
  const declared = catalogue.inputsOf(tool.name);
  assert.deepEqual([listed?.inputSchema.required, [...declared.keys()]], [["server_id"], ["server_id"]]);
  assert.equal(tool.accountWide, false);
  assert.ok(!(tool.prepare({ server_id: 1 }) instanceof z.ZodError));
  assert.equal(catalogue.list(everything)[0], listed);
  assert.equal(catalogue.inputsOf(tool.name), declared);
  assert.deepEqual(made, { input: 1, output: 1 });
});

Deno.test("a tool whose schema can't be listed is found when all tools are listed", () => {
  const [tool] = allTools;
  assert.ok(tool !== undefined);
  const catalogue = new Catalogue([{ ...tool, input: z.strictObject({ when: z.date() }) }]);

  assert.throws(() => catalogue.list(everything));
});
