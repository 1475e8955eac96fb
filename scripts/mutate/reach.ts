/** Which tools a file has a part in. */
import type { Toolset } from "../../src/identity/toolsets.ts";
import { allTools } from "../../src/tools/all.ts";
import { filesOf } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url);

/** The names of the tools that each file has a part in: its own, and those of the files that import it. */
export class Reach {
  readonly #tools: ReadonlyMap<string, readonly string[]>;

  private constructor(tools: ReadonlyMap<string, readonly string[]>) {
    this.#tools = tools;
  }

  /** Finds it for the files of some toolsets. */
  static async find(toolsets: ReadonlySet<Toolset>): Promise<Reach> {
    const tools = new Map<string, readonly string[]>();
    for (const toolset of toolsets) {
      const files = await filesOf(toolset);
      const imports = new Map(files.map((file) => [file, importsOf(file)]));
      const own = new Map<string, readonly string[]>();
      for (const file of files) own.set(file, await toolsIn(file));
      for (const file of files) {
        const found = files.filter((other) => leadsTo(imports, other, file)).flatMap((other) => own.get(other) ?? []);
        tools.set(file, found.length > 0 ? found : namesOf(toolset));
      }
    }
    return new Reach(tools);
  }

  of(file: string): readonly string[] {
    const found = this.#tools.get(file);
    if (found === undefined) throw new RangeError(`${file} is no file of a wanted toolset`);
    return found;
  }

  everyTool(): string[] {
    return [...new Set([...this.#tools.values()].flat())];
  }
}

function namesOf(toolset: Toolset): string[] {
  return allTools.filter((tool) => tool.toolset === toolset).map(({ name }) => name);
}

/** The modules that a module imports, types too. */
function importsOf(file: string): string[] {
  const specifiers = Deno.readTextFileSync(file).matchAll(/\bfrom\s*"(\.{1,2}\/[^"]+\.ts)"/g);
  return [...specifiers].map(([, specifier = ""]) =>
    new URL(specifier, new URL(file, ROOT)).href.slice(ROOT.href.length)
  );
}

/** The names of the tools that are made in a file. A `mod.ts` only collects those of the others. */
async function toolsIn(file: string): Promise<string[]> {
  if (file.endsWith("/mod.ts")) return [];
  const exported: unknown[] = Object.values(await import(new URL(file, ROOT).href)).flat();
  return allTools.filter((tool) => exported.includes(tool)).map(({ name }) => name);
}

function leadsTo(imports: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const file of seen) for (const next of imports.get(file) ?? []) seen.add(next);
  return seen.has(to);
}
