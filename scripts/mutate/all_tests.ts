/** Every test that names a tool, by itself or by its helpers, for what the quick tests don't notice. */
import type { Mutant } from "./mutants.ts";
import type { ProjectCopy } from "./project_copy.ts";
import type { Reach } from "./reach.ts";
import { TEST } from "./test_flags.ts";

/** Tests that are made for each tool of a table, and have its name in theirs. */
const LOOP = /Deno\.test\(`[^`]*\$\{(?:\w+\.)?tool(?:\.name)?\}/;
/** One module, since each module of tests begins with loading the whole program. */
const ENTRY = "tests/loop_tests.ts";

/** Tests that start programs are left out: they need more than the copy may, and notice nothing of names. */
const STARTS_PROGRAMS = /import \{[^}]*\} from "[^"]*support\/process\.ts"/;

/** What a file of tests imports from the helpers. */
const HELPER = /from "\.\.\/(support\/[\w/]+\.ts)"/g;

/** Runs all tests of the tools that a mutant has a part in. */
export class AllTests {
  readonly #reach: Reach;
  /** The text of each file of tests. */
  readonly #texts = new Map(testFiles().map((file) => [file, Deno.readTextFileSync(file)]));
  /** The runs that are known to pass without any mutation. */
  readonly #sound = new Set<string>();

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /**
   * Whether any test fails because of the mutant.
   *
   * @throws {Error} If that test fails without any mutation too.
   */
  async notice(copy: ProjectCopy, mutant: Mutant): Promise<boolean> {
    const failing = await copy.with([mutant], () => this.#firstFailing(copy, mutant));
    if (failing === undefined) return false;
    const run = failing.join(" ");
    if (this.#sound.has(run)) return true;
    const { success, output } = await copy.deno([...TEST, ...failing]);
    if (!success) throw new Error(`tests fail without any mutation:\n${output}`);
    this.#sound.add(run);
    return true;
  }

  async #firstFailing(copy: ProjectCopy, { file }: Mutant): Promise<string[] | undefined> {
    const tools = this.#reach.of(file).join("|");
    const loops = [...this.#texts].filter(([, text]) => LOOP.test(text) && !STARTS_PROGRAMS.test(text));
    copy.write(ENTRY, loops.map(([test]) => `import "../${test}";\n`).join(""));
    const [nearest, ...others] = this.#filesNaming(tools).map((test) => [test]);
    const runs = [...(nearest ? [nearest] : []), ["--filter", `/\\b(${tools})\\b/`, ENTRY], ...others];
    for (const run of runs) {
      const { success } = await copy.deno([...TEST, "--fail-fast", ...run]);
      if (!success) return run;
    }
    return undefined;
  }

  /** The files of tests that name a tool, first those that name it most often for their length. */
  #filesNaming(tools: string): string[] {
    const names = new RegExp(`\\b(?:${tools})\\b`, "g");
    return [...this.#texts]
      .filter(([, text]) => !STARTS_PROGRAMS.test(text))
      .map(([test, text]) => [test, text + helpersOf(text)] as const)
      .map(([test, text]) => ({ test, share: [...text.matchAll(names)].length / text.length }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share)
      .map(({ test }) => test);
  }
}

/** The texts of the helpers that a file of tests imports. */
function helpersOf(test: string): string {
  return [...test.matchAll(HELPER)].map(([, file]) => Deno.readTextFileSync(`tests/${file}`)).join("");
}

function testFiles(): string[] {
  return ["tests/unit", "tests/integration"].flatMap((folder) =>
    [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).filter((file) => file.endsWith("_test.ts"))
  );
}
