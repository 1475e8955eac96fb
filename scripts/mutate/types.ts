/** The compiler's part: it checks many mutants in one run, each as a copy beside the original. */
import type { Toolset } from "../../src/identity/toolsets.ts";
import { filesOf, misspelt, type Mutant } from "./mutants.ts";
import type { ProjectCopy } from "./project_copy.ts";

/** How many copies of a toolset are checked at once, which takes memory. */
const FOLDERS_AT_ONCE = 25;

/** The files of a mutant, or for comparison of what it is made from, by path. */
interface Variant {
  mutant?: Mutant;
  files: ReadonlyMap<string, string>;
}

/**
 * The mutants of a toolset in which the compiler finds no error: first each as a file of its own, then, with the files
 * that may import it, as a toolset of its own.
 *
 * @throws {Error} If it finds one without any mutation.
 */
export async function withoutTypeErrors(
  copy: ProjectCopy,
  toolset: Toolset,
  mutants: readonly Mutant[],
): Promise<Mutant[]> {
  const texts = new Map((await filesOf(toolset)).map((file) => [file, Deno.readTextFileSync(file)]));
  const changed = (mutant: Mutant): [string, string] => [mutant.file, misspelt(texts.get(mutant.file) ?? "", mutant)];
  const left = await withoutErrors(copy, [
    { files: renamed(texts, (file) => file.replace(/\.ts$/, ".unchanged.ts")) },
    ...mutants.map((mutant, at) => ({
      mutant,
      files: renamed(new Map([changed(mutant)]), (file) => file.replace(/\.ts$/, `.mutant${at}.ts`)),
    })),
  ]);
  const folder = `src/tools/${toolset}/`;
  const { imported = [], alone: sound = [] } = Object.groupBy(left, ({ file }) => {
    const specifier = `/${file.replace(/^.*\//, "")}"`;
    return [...texts].some(([other, text]) => !other.endsWith("/mod.ts") && text.includes(specifier))
      ? "imported"
      : "alone";
  });
  for (let from = 0; from < imported.length; from += FOLDERS_AT_ONCE) {
    sound.push(
      ...await withoutErrors(copy, [
        { files: renamed(texts, (file) => file.replace(folder, `src/tools/${toolset}.unchanged/`)) },
        ...imported.slice(from, from + FOLDERS_AT_ONCE).map((mutant, at) => ({
          mutant,
          files: renamed(
            new Map([...texts, changed(mutant)]),
            (file) => file.replace(folder, `src/tools/${toolset}.mutant${at}/`),
          ),
        })),
      ]),
    );
  }
  return sound;
}

function renamed(files: ReadonlyMap<string, string>, to: (file: string) => string): ReadonlyMap<string, string> {
  return new Map([...files].map(([file, text]) => [to(file), text]));
}

async function withoutErrors(copy: ProjectCopy, variants: readonly Variant[]): Promise<Mutant[]> {
  const byFile = new Map(variants.flatMap((variant) => [...variant.files.keys()].map((file) => [file, variant])));
  for (const { files } of variants) for (const [file, text] of files) copy.write(file, text);
  const { success, errors } = await copy.deno(["check", ...byFile.keys()]);
  for (const file of byFile.keys()) copy.remove(file);

  const places = errors.matchAll(/\bat file:\/\/\S*?\/(src\/tools\/\S+?):\d+:\d+$/gm);
  const wrong = new Set(
    [...places].map(([, file = ""]) => byFile.get(file)).filter((variant) => variant !== undefined),
  );
  if (
    !success && (wrong.size === 0 || variants.some((variant) => variant.mutant === undefined && wrong.has(variant)))
  ) {
    throw new Error(`the types are wrong without any mutation:\n${errors}`);
  }
  return variants.filter((variant) => !wrong.has(variant)).flatMap(({ mutant }) => mutant ?? []);
}
