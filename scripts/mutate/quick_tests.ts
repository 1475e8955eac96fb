/**
 * The tests that notice most and cost little: of each tool what it sends and answers, how it is listed, and its page in
 * the documentation. Their names begin with that of the tool. Toolsets share no code, so that one run has a mutant of
 * each.
 */
import type { Toolset } from "../../src/identity/toolsets.ts";
import type { Mutant } from "./mutants.ts";
import type { ProjectCopy } from "./project_copy.ts";
import type { Reach } from "./reach.ts";
import { TEST } from "./test_flags.ts";

/** Their tools call those of other toolsets. */
const CALLING_OTHERS: ReadonlySet<Toolset> = new Set(["basic", "discovery"]);

/** One module, since each module of tests begins with loading the whole program. */
const ENTRY = "tests/quick_tests.ts";
const MODULES = ["integration/tools_test.ts", "unit/catalogue_test.ts", "integration/tool_docs_test.ts"];

/** The tests by the tool with whose name they begin. */
interface Report {
  success: boolean;
  passed: readonly string[];
  failed: readonly string[];
}

/** Runs the quick tests in a copy of the project. */
export class QuickTests {
  readonly #reach: Reach;
  /** How many tests each tool has. */
  readonly #counts: ReadonlyMap<string, number>;

  private constructor(reach: Reach, counts: ReadonlyMap<string, number>) {
    this.#reach = reach;
    this.#counts = counts;
  }

  /**
   * Runs them without any mutation.
   *
   * @throws {Error} If one fails.
   */
  static async prepare(copies: readonly ProjectCopy[], reach: Reach): Promise<QuickTests> {
    for (const copy of copies) copy.write(ENTRY, MODULES.map((module) => `import "./${module}";\n`).join(""));
    const [copy] = copies;
    if (copy === undefined) throw new RangeError("there is no copy");
    const { success, passed, failed } = await run(copy, reach.everyTool());
    if (!success) throw new Error(`tests fail without any mutation, of ${[...new Set(failed)].join(", ")}`);
    return new QuickTests(reach, countsOf(passed));
  }

  /** Puts the mutants together that one run can try. */
  groups(mutants: readonly Mutant[]): Mutant[][] {
    const byToolset = [...Map.groupBy(mutants, ({ toolset }) => toolset)];
    const alone = byToolset.filter(([toolset]) => CALLING_OTHERS.has(toolset)).flatMap(([, own]) => own);
    const others = byToolset.filter(([toolset]) => !CALLING_OTHERS.has(toolset)).map(([, own]) => own);
    const rounds = Math.max(0, ...others.map(({ length }) => length));
    return [
      ...Array.from({ length: rounds }, (_, at) => others.flatMap((own) => own.slice(at, at + 1))),
      ...alone.map((mutant) => [mutant]),
    ];
  }

  /** The mutants of a group that no test notices. */
  async unnoticed(copy: ProjectCopy, group: readonly Mutant[]): Promise<Mutant[]> {
    const tools = [...new Set(group.flatMap(({ file }) => this.#reach.of(file)))];
    const { success, passed, failed } = await copy.with(
      group,
      () => run(copy, tools, group.length === 1 ? ["--fail-fast"] : []),
    );
    if (success) return [...group];
    if (group.length === 1) return [];
    const expected = tools.reduce((sum, tool) => sum + (this.#counts.get(tool) ?? 0), 0);
    if (passed.length + failed.length === expected) {
      return group.filter(({ file }) => !this.#reach.of(file).some((tool) => failed.includes(tool)));
    }
    // One of them ended the run for all.
    const left: Mutant[] = [];
    for (const mutant of group) left.push(...await this.unnoticed(copy, [mutant]));
    return left;
  }
}

async function run(copy: ProjectCopy, tools: readonly string[], flags: readonly string[] = []): Promise<Report> {
  const filter = `/^(${tools.join("|")}) (with (minimal|full) arguments|is listed|is documented)/`;
  const { success, output } = await copy.deno([...TEST, "--reporter=tap", ...flags, "--filter", filter, ENTRY]);
  const results = [...output.matchAll(/^(not )?ok \d+ - (\w+)/gm)];
  const named = (wasNot: boolean) =>
    results.filter(([, not]) => (not !== undefined) === wasNot).map(([, , tool = ""]) => tool);
  return { success, passed: named(false), failed: named(true) };
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]));
}
