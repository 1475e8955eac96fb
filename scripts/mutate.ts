/**
 * Proves that the tests notice a misspelt parameter. In a copy of the project it misspells one parameter name at a
 * time, of a tool's input or of a request to Cloudways, and runs the tests of that toolset. Prints the names that no
 * test noticed.
 *
 *   deno task mutate [TOOLSET | FILE]…
 */
import { allTools } from "../src/tools/all.ts";
import { type Toolset, TOOLSETS } from "../src/identity/toolsets.ts";
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

/**
 * Comments; members of types, which the compiler checks; and the state that a yes is bound to, whose names only have to
 * stay the same.
 */
const NO_CODE = /^\s*(\/\/|\/?\*)|^\s*\w+\??: [^,]*;$|^\s*target: \{/;

const TEST = [
  ...["test", "--config", "tests/deno.json", "--quiet", "--no-check", "--fail-fast"],
  ...["--no-prompt", "--ignore-env", "--allow-env=PATH,HOME", "--allow-net=127.0.0.1", "--allow-read=."],
  ...["--allow-run=redis-server"],
];

/** The tests that notice most, and cost little. */
async function quickTestsPass(directory: string, toolset: Toolset): Promise<boolean> {
  const loop = ["--filter", `/^(${namesOf(toolset).join("|")}) /`, "tests/integration/tools_test.ts"];
  return await testsPass(directory, loop) && await testsPass(directory, ["tests/unit/catalogue_test.ts"]);
}

/** What notices most mutants: the quick tests, the compiler, and the documentation. */
async function mostPass(directory: string, toolset: Toolset): Promise<boolean> {
  return await quickTestsPass(directory, toolset) && await denoSucceeds(directory, ["check", "src/tools/all.ts"]) &&
    await testsPass(directory, ["tests/integration/tool_docs_test.ts"]);
}

function namesOf(toolset: Toolset): string[] {
  return allTools.filter((tool) => tool.toolset === toolset).map(({ name }) => name);
}

/**
 * The test files that name a tool of this file, or else of its toolset. Those that start programs are left out: they
 * need more than the copy has, and notice nothing of names.
 */
async function testsThatName(toolset: Toolset, text: string): Promise<string[]> {
  const own = namesOf(toolset).filter((name) => text.includes(`name: "${name}"`));
  const names = new RegExp(`\\b(${(own.length > 0 ? own : namesOf(toolset)).join("|")})\\b`);
  const found: string[] = [];
  for (const folder of ["tests/unit", "tests/integration"]) {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith("_test.ts")) continue;
      const test = await Deno.readTextFile(`${folder}/${name}`);
      if (names.test(test) && !test.includes("support/process.ts")) found.push(`${folder}/${name}`);
    }
  }
  return found.sort();
}

/** The text with the name misspelt. */
function mutated(text: string, { index, name }: Mutant): string {
  return `${text.slice(0, index + name.length)}_x${text.slice(index + name.length)}`;
}

/** The files of the wanted toolset, or the one wanted file. */
async function filesOf(wanted: string): Promise<{ toolset: Toolset; files: string[] }> {
  const toolset = TOOLSETS.find((name) => wanted === name || wanted.startsWith(`src/tools/${name}/`));
  if (toolset === undefined) throw new RangeError(`${wanted} is no toolset, and no file of one`);
  if (toolset !== wanted) return { toolset, files: [wanted] };
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`src/tools/${toolset}`)) files.push(`src/tools/${toolset}/${name}`);
  return { toolset, files: files.sort() };
}

async function testsPass(directory: string, args: readonly string[]): Promise<boolean> {
  return args.length === 0 || await denoSucceeds(directory, [...TEST, ...args]);
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
  for (const one of wanted) {
    const { toolset, files } = await filesOf(one);
    if (!await mostPass(directory, toolset)) throw new Error(`the tests of ${toolset} fail without any mutation`);
    for (const file of files) {
      const copy = `${directory}/${file}`;
      const text = await Deno.readTextFile(copy);
      const mutants = mutantsOf(file, text, names);
      total += mutants.length;
      const left: Mutant[] = [];
      for (const mutant of mutants) {
        await Deno.writeTextFile(copy, mutated(text, mutant));
        if (await mostPass(directory, toolset)) left.push(mutant);
      }
      await Deno.writeTextFile(copy, text);
      const naming = left.length === 0 ? [] : await testsThatName(toolset, text);
      if (!await testsPass(directory, naming)) throw new Error(`the tests that name ${file} fail without any mutation`);
      for (const mutant of left) {
        await Deno.writeTextFile(copy, mutated(text, mutant));
        if (!await testsPass(directory, naming)) continue;
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
