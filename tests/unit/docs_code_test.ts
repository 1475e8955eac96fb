/** The blocks of code in the documentation can be read by the programs that they are for, and the index has every page. */
import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";

const ROOT = new URL("../../", import.meta.url);

/** Languages that are shown, and that nothing here can read. */
const OTHERS = ["diff", "go", "js", "mermaid", "nginx", "python", "text", "ts"];

/** A block of code, and where it begins. */
interface Block {
  place: string;
  language: string;
  text: string;
}

function pagesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = folder === "./" ? name : `${folder}${name}`;
    if (isDirectory) return folder === "./" ? [] : pagesIn(`${path}/`);
    return name.endsWith(".md") ? [path] : [];
  });
}

const pages = ["./", "docs/", "skills/"].flatMap(pagesIn);

function blocksOf(page: string): Block[] {
  const text = Deno.readTextFileSync(new URL(page, ROOT));
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map(({ index, 2: language = "", 3: body = "" }) => ({
    place: `${page}:${text.slice(0, index).split("\n").length}`,
    language,
    text: body,
  }));
}

const blocks = pages.flatMap(blocksOf);

function inLanguage(language: string): Block[] {
  return blocks.filter((block) => block.language === language);
}

/** What a shell says against a text; empty if it can read it. */
async function shellProblem(text: string): Promise<string> {
  const shell = new Deno.Command("sh", { args: ["-n"], stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const input = new Blob([text]).stream().pipeTo(shell.stdin);
  const { success, stderr } = await shell.output();
  await input;
  return success ? "" : new TextDecoder().decode(stderr) || "refused";
}

Deno.test("every shell block can be read by a shell", async () => {
  const shown = [...inLanguage("sh"), {
    place: "deploy/nginx/restart-replicas",
    text: await Deno.readTextFile("deploy/nginx/restart-replicas"),
  }];

  assert.ok(shown.length >= 20);
  for (const { place, text } of shown) assert.equal(await shellProblem(text), "", place);
  assert.notEqual(await shellProblem("if true; then\n"), "");
});

Deno.test("every JSON block is JSON", () => {
  // The answers in docs/tools.md are cut with an ellipsis; a test of their own compares them with real ones.
  const shown = inLanguage("json").filter(({ place }) => !place.startsWith("docs/tools.md"));

  assert.ok(shown.length >= 10);
  for (const { place, text } of shown) assert.doesNotThrow(() => JSON.parse(text), place);
});

Deno.test("every TOML block is TOML", () => {
  for (const { place, text } of inLanguage("toml")) assert.doesNotThrow(() => parseToml(text), place);
});

Deno.test("every block names a language that is known here, or none", () => {
  const known = ["", "sh", "json", "toml", ...OTHERS];

  assert.deepEqual(blocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place), []);
});

Deno.test("the index of the book leads to every page of docs", () => {
  const index = Deno.readTextFileSync(new URL("docs/README.md", ROOT));
  const linked = [...index.matchAll(/\]\(([\w./-]+?)(?:#[\w-]+)?\)/g)].map(([, path = ""]) => `docs/${path}`);

  const missing = pages.filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== "docs/README.md")
    .filter((page) => !linked.includes(page));

  assert.deepEqual(missing, []);
});
