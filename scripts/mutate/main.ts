/**
 * Proves that the checks notice a misspelt parameter. In copies of the project it misspells one parameter name at a
 * time, of a tool's input or of a request to Cloudways, and tries first the compiler, then the quick tests of the
 * tools that the file has a part in, then every test that names one of these tools. Prints the names that nothing
 * noticed.
 *
 *   deno task mutate [--jobs=N] [TOOLSET | FILE]…
 */
import { TOOLSETS } from "../../src/identity/toolsets.ts";
import { AllTests } from "./all_tests.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { ProjectCopy } from "./project_copy.ts";
import { QuickTests } from "./quick_tests.ts";
import { Reach } from "./reach.ts";
import { withoutTypeErrors } from "./types.ts";

const jobs = Number(Deno.args.find((arg) => arg.startsWith("--jobs="))?.slice("--jobs=".length) ?? 2);
const named = Deno.args.filter((arg) => !arg.startsWith("--"));
const print = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

const mutants: Mutant[] = [];
for (const wanted of named.length > 0 ? named : TOOLSETS) mutants.push(...await mutantsOf(wanted));
const reach = await Reach.find(new Set(mutants.map(({ toolset }) => toolset)));

await using stack = new AsyncDisposableStack();
const copies: ProjectCopy[] = [];
for (let count = 0; count < jobs; count++) copies.push(stack.use(await ProjectCopy.make()));

/** Does work for every item, as many at once as there are copies. */
async function inCopies<T>(items: readonly T[], work: (copy: ProjectCopy, item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  await Promise.all(copies.map(async (copy) => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(copy, item);
  }));
}

const wellTyped: Mutant[] = [];
await inCopies([...Map.groupBy(mutants, ({ toolset }) => toolset)], async (copy, [toolset, own]) => {
  wellTyped.push(...await withoutTypeErrors(copy, toolset, own));
});
await print(`${mutants.length} mutants, ${wellTyped.length} without an error of types`);

const quick = await QuickTests.prepare(copies, reach);
const left: Mutant[] = [];
await inCopies(quick.groups(wellTyped), async (copy, group) => {
  left.push(...await quick.unnoticed(copy, group));
});
await print(`${left.length} that the quick tests don't notice`);

const survivors: Mutant[] = [];
const all = new AllTests(reach);
await inCopies(left, async (copy, mutant) => {
  if (await all.notice(copy, mutant)) return;
  survivors.push(mutant);
  await print(`survived: ${mutant.file}:${mutant.line} ${mutant.name}`);
});

for (const [toolset, own] of Map.groupBy(mutants, ({ toolset }) => toolset)) {
  const survived = survivors.filter((mutant) => mutant.toolset === toolset).length;
  await print(`${toolset}: ${own.length} mutants, ${own.length - survived} caught`);
}
await print(`all: ${mutants.length} mutants, ${mutants.length - survivors.length} caught`);
Deno.exitCode = survivors.length === 0 ? 0 : 1;
