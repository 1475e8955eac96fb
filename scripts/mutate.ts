/**
 * Proves that the tests notice a misspelt parameter. In a copy of the project it misspells one parameter name at a
 * time, of a tool's input or of a request to Cloudways, and runs the tests of that toolset. Prints the names that no
 * test noticed.
 *
 *   deno task mutate [TOOLSET]…
 */
import { allTools } from "../src/tools/all.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";
import { operations } from "../tests/sandbox/facts.ts";

interface Mutant {
  file: string;
  name: string;
  line: number;
  /** The index of the name in the text. */
  index: number;
}

/** Every name that a tool takes or sends. */
function parameterNames(): Set<string> {
  const names = new Set(allTools.flatMap(({ input }) => Object.keys(input.shape)));
  for (const { parameters, body } of operations) {
    for (const { name } of parameters) names.add(name.replace("[]", ""));
    for (const name of Object.keys(body?.schema.properties ?? {})) {
      names.add(name.replace("[]", ""));
    }
  }
  return names;
}

/** One mutant for each place where a parameter name is a member of an object: `name: …`; `name?: …` is one of a type. */
function mutantsOf(file: string, text: string, names: ReadonlySet<string>): Mutant[] {
  return [...text.matchAll(/\b([A-Za-z_]\w*)(?=:\s)/g)]
    .filter(([, name]) => name !== undefined && names.has(name) && !DEFINITION_MEMBERS.has(name))
    .map(({ index, 1: name = "" }) => ({ file, name, index, line: text.slice(0, index).split("\n").length }))
    .filter(({ line }) => !NO_CODE.test(text.split("\n")[line - 1] ?? ""));
}

/** Members of a tool's definition that are also the names of parameters. */
const DEFINITION_MEMBERS = new Set(["name", "title", "description", "status", "message"]);

/** Comments, and members of types, which the compiler checks. */
const NO_CODE = /^\s*(\/\/|\/?\*)|^\s*\w+\??: [^,]*;$/;

const TEST = [
  ...["test", "--config", "tests/deno.json", "--quiet", "--no-check", "--fail-fast"],
  ...["--no-prompt", "--ignore-env", "--allow-net=127.0.0.1"],
];

/**
 * Runs all that could notice: the loop over all tools, the list of tools, the toolset's tests, the examples, the
 * compiler.
 */
async function testsPass(directory: string, toolset: string): Promise<boolean> {
  const names = allTools.filter((tool) => tool.toolset === toolset).map(({ name }) => name);
  const loop = ["--filter", `/^(${names.join("|")}) /`, "tests/integration/tools_test.ts"];
  return await testPasses(directory, loop) &&
    await testPasses(directory, ["tests/unit/catalogue_test.ts", `tests/integration/${toolset}_tools_test.ts`]) &&
    await testPasses(directory, ["tests/integration/tool_docs_test.ts"]) &&
    await denoSucceeds(directory, ["check", "src/tools/all.ts"]);
}

/** The files of a toolset: one, or all in a folder of its name. */
async function filesOf(toolset: string): Promise<string[]> {
  const folder = `src/tools/${toolset}`;
  const isFolder = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  if (!isFolder) return [`${folder}.ts`];
  return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
}

async function testPasses(directory: string, args: string[]): Promise<boolean> {
  return await denoSucceeds(directory, [...TEST, "--allow-read=.", ...args]);
}

async function denoSucceeds(directory: string, args: string[]): Promise<boolean> {
  const command = new Deno.Command("deno", { args, cwd: directory, stdout: "null", stderr: "null" });
  return (await command.output()).success;
}

async function copyProject(target: string): Promise<void> {
  const { success } = await new Deno.Command("cp", {
    args: ["-r", "src", "tests", "scripts", "docs", "deno.json", "deno.lock", target],
  })
    .output();
  if (!success) throw new Error("the project could not be copied");
}

const wanted = Deno.args.length > 0 ? Deno.args : [...TOOLSETS];
await Deno.mkdir("dist", { recursive: true });
const directory = await Deno.makeTempDir({ dir: "dist", prefix: "mutate-" });
const survivors: Mutant[] = [];
let total = 0;
const print = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
try {
  await copyProject(directory);
  const names = parameterNames();
  for (const toolset of wanted) {
    if (!await testsPass(directory, toolset)) throw new Error(`the tests of ${toolset} fail without any mutation`);
    for (const file of await filesOf(toolset)) {
      const copy = `${directory}/${file}`;
      const text = await Deno.readTextFile(copy);
      for (const mutant of mutantsOf(file, text, names)) {
        const end = mutant.index + mutant.name.length;
        await Deno.writeTextFile(copy, `${text.slice(0, end)}_x${text.slice(end)}`);
        total++;
        if (!await testsPass(directory, toolset)) continue;
        survivors.push(mutant);
        await print(`survived: ${mutant.file}:${mutant.line} ${mutant.name}`);
      }
      await Deno.writeTextFile(copy, text);
    }
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
await print(`${total} mutants, ${total - survivors.length} caught`);
Deno.exit(survivors.length === 0 ? 0 : 1);
