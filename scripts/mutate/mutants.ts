/** Misspelt parameters: the places where a tool's file has the name of one, and its text with that name misspelt. */
import { type Toolset, TOOLSETS } from "../../src/identity/toolsets.ts";
import { allTools } from "../../src/tools/all.ts";
import { operations } from "../../tests/sandbox/facts.ts";

/** One name to misspell. */
export interface Mutant {
  toolset: Toolset;
  file: string;
  name: string;
  line: number;
  /** The index of the name in the text. */
  index: number;
}

/** Every mutant of a file, or of all files of a toolset. */
export async function mutantsOf(wanted: string): Promise<Mutant[]> {
  const toolset = TOOLSETS.find((name) => wanted === name || wanted.startsWith(`src/tools/${name}/`));
  if (toolset === undefined) throw new RangeError(`${wanted} is no toolset, and no file of one`);
  const found: Mutant[] = [];
  for (const file of toolset === wanted ? await filesOf(toolset) : [wanted]) {
    found.push(...mutantsIn(toolset, file, await Deno.readTextFile(file)));
  }
  return found;
}

/** Every file of a toolset, from the root of the project. */
export async function filesOf(toolset: Toolset): Promise<string[]> {
  return (await filesBelow(`src/tools/${toolset}`)).sort();
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    files.push(...isDirectory ? await filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]);
  }
  return files;
}

/** The text with the name misspelt. */
export function misspelt(text: string, { index, name }: Mutant): string {
  return `${text.slice(0, index + name.length)}_x${text.slice(index + name.length)}`;
}

/** One mutant for each place where a parameter name is a member of an object: `name: …`; `name?: …` is one of a type. */
function mutantsIn(toolset: Toolset, file: string, text: string): Mutant[] {
  const skipped = [
    ...[...text.matchAll(BOUND)].map(({ index, 0: { length } }) => objectFrom(text, index + length)),
    ...[...text.matchAll(TYPE)].map(({ index, 0: { length } }) => ({ from: index, to: index + length })),
  ];
  return [...text.matchAll(MEMBER)]
    .filter(([, name]) => name !== undefined && NAMES.has(name) && !DEFINITION_MEMBERS.has(name))
    .filter(({ index }) => !skipped.some(({ from, to }) => from <= index && index < to))
    .map(({ index, 1: name = "" }) => ({ toolset, file, name, index, line: text.slice(0, index).split("\n").length }))
    .filter(({ line }) => !NO_CODE.test(text.split("\n")[line - 1] ?? ""));
}

/** Where the inside of an object is, which begins behind its first brace. */
function objectFrom(text: string, from: number): { from: number; to: number } {
  let to = from;
  for (let depth = 1; depth > 0 && to < text.length; to++) {
    if (text[to] === "{") depth++;
    if (text[to] === "}") depth--;
  }
  return { from, to };
}

/** Every name that a tool takes or sends. */
const NAMES: ReadonlySet<string> = new Set([
  ...allTools.flatMap(({ input }) => Object.keys(input.shape)),
  ...operations.flatMap(({ parameters, body }) =>
    [...parameters.map(({ name }) => name), ...Object.keys(body?.schema.properties ?? {})]
      .map((name) => name.replace("[]", ""))
  ),
]);

/**
 * The name of a member: first in its line, or behind what begins or parts members. Other words are part of a text, or
 * name the parameter of a function, which the compiler checks.
 */
const MEMBER = /(?<=^\s*|[{,]\s*)\b([A-Za-z_]\w*)(?=:\s)/gm;

/** Members of a tool's definition that are also the names of parameters. */
const DEFINITION_MEMBERS = new Set(["name", "title", "description", "status", "message"]);

/** Comments, and members of types, which the compiler checks. */
const NO_CODE = /^\s*(\/\/|\/?\*)|^\s*\w+\??: [^,]*;$/;

/** A type that is given a name, up to the first member that ends its line: members of tuples have names for readers. */
const TYPE = /^(?:export )?type \w+.*?;$/gms;

/**
 * The begin of the state that a yes is bound to: in a question, or in a function that makes it. Only its fingerprint is
 * compared, so that the names in it have to stay the same, whatever they are.
 */
const BOUND =
  /^\s*(?:return \{ facts, )?target: \{|^(?:export )?function bound[A-Z]\w*\((?:.|\n {2}.*\n)*?\)(?:: [\w<>, ]+)? \{$/gm;
