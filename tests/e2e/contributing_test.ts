/** Follows the example of CONTRIBUTING.md to the letter, in a copy of the project. */
import assert from "node:assert/strict";
import { type Ended, run } from "../support/process.ts";

const TOOL = "get_app_csr";
const ROWS = "tests/tool_rows/security.ts";

/** What a copy does not need. */
const LEFT_OUT = new Set([".git", "dist", "node_modules"]);

/** One change to a file: the old lines and the new ones. */
interface Change {
  before: string;
  after: string;
}

const [, example = ""] = (await Deno.readTextFile("CONTRIBUTING.md")).split("### An example\n");

/** The changes that the example shows, by file. */
const changes = new Map(
  [...example.matchAll(/, in `([^`]+)`:\n\n```diff\n(.*?)```\n/gs)].map(([, file = "", diff = ""]) => [
    file,
    diff.split("@@\n").map(changeOf),
  ]),
);

/** The commands that the example shows. */
const commands = /```sh\n(.*?)```/s.exec(example)?.[1]?.trim().split("\n") ?? [];

/** Reads lines that begin with a space, a minus or a plus. */
function changeOf(hunk: string): Change {
  const lines = hunk.split("\n").slice(0, -1);
  const side = (marks: string) => lines.filter((line) => marks.includes(line.charAt(0))).map((line) => line.slice(1));
  return { before: side(" -").join("\n"), after: side(" +").join("\n") };
}

async function apply(path: string, changes: readonly Change[]): Promise<void> {
  let text = await Deno.readTextFile(path);
  for (const { before, after } of changes) {
    assert.equal(text.split(before).length, 2, `${path} has this once:\n${before}`);
    text = text.replace(before, () => after);
  }
  await Deno.writeTextFile(path, text);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (LEFT_OUT.has(name)) continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** A copy of the project in `dist`, removed after the test. */
async function copyProject(): Promise<{ path: string } & AsyncDisposable> {
  const path = `dist/contributing-${crypto.randomUUID()}`;
  await copyFolder(".", path);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function runIn(folder: string, command: string): Promise<Ended> {
  return run("deno", ["task", "--quiet", "--cwd", folder, "--eval", command]);
}

Deno.test("a tool added as CONTRIBUTING.md shows it passes its tests, and fails them without its row", async () => {
  await using project = await copyProject();
  for (const [file, ofFile] of changes) await apply(`${project.path}/${file}`, ofFile);

  const typeCheck = `deno check --config tests/deno.json ${[...changes.keys()].join(" ")}`;
  const runs = [];
  for (const command of [typeCheck, ...commands]) runs.push({ command, ...await runIn(project.path, command) });
  const documents = await Promise.all(
    ["README.md", "docs/tools.md"].map((name) => Deno.readTextFile(`${project.path}/${name}`)),
  );
  await Deno.copyFile(ROWS, `${project.path}/${ROWS}`);
  const withoutRow = await runIn(
    project.path,
    "deno task test --no-check tests/integration/tools_test.ts --filter row",
  );

  assert.equal(changes.size, 3);
  for (const { command, code, stdout, stderr } of runs) assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
  assert.match(runs.at(-1)?.stdout ?? "", /ok \| [1-9]\d* passed/);
  for (const text of documents) assert.ok(text.includes(TOOL));
  assert.notEqual(withoutRow.code, 0);
  assert.ok(withoutRow.stdout.includes(TOOL), withoutRow.stdout);
});
