import assert from "node:assert/strict";
import { SYNONYMS } from "../../src/tools/search/synonyms.ts";
import { MAX_QUERY_CHARACTERS, stemOf, wordsOf } from "../../src/tools/search/terms.ts";
import { ToolSearch } from "../../src/tools/search/tool_search.ts";
import { TOOL_WORDS } from "../../src/tools/search/tool_words.ts";
import { WISHES } from "../../src/tools/search/wishes.ts";
import { allTools } from "../../src/tools/all.ts";
import { cannotPhrases } from "../phrases/cannot.ts";
import { heldOutPhrases } from "../phrases/held_out.ts";
import { dailyPhrases, furtherPhrases } from "../phrases/mod.ts";
import type { PhraseRow } from "../phrases/row.ts";

// Discovery finds the others, and is listed everywhere.
const tools = allTools.filter(({ toolset }) => toolset !== "discovery");
const toolNames = new Set(tools.map(({ name }) => name));
const search = new ToolSearch(tools);
const phrases = [...dailyPhrases, ...furtherPhrases];

function namesFor(query: string): string[] {
  return search.search(query).tools.map(({ name }) => name);
}

/** The share of rows one of whose tools is among the first few found, and the rows where none is. */
function among(first: number, rows: readonly PhraseRow[]): { share: number; missed: string } {
  const missed = rows.filter(([phrase, ...right]) => {
    const found = namesFor(phrase).slice(0, first);
    return !found.some((name) => right.includes(name));
  });
  const lines = missed.map(([phrase, ...right]) => `${phrase} → ${right.join(" or ")}, found ${namesFor(phrase)}`);
  return { share: 1 - missed.length / rows.length, missed: lines.join("\n") };
}

function assertShare(rows: readonly PhraseRow[], first: number, least: number): void {
  const { share, missed } = among(first, rows);

  assert.ok(share >= least, `${(share * 100).toFixed(1)} % among the first ${first}; missed:\n${missed}`);
}

for (const [what, rows] of [["what people do every day", dailyPhrases], ["the rest", furtherPhrases]] as const) {
  Deno.test(`the right tool comes first for nine of ten phrases about ${what}`, () => {
    assertShare(rows, 1, 0.9);
  });

  Deno.test(`the right tool is among the first three for 98 of 100 phrases about ${what}`, () => {
    assertShare(rows, 3, 0.98);
  });
}

Deno.test("most phrases that were not used to choose the words find their tool", () => {
  assertShare(heldOutPhrases, 1, 0.6);
  assertShare(heldOutPhrases, 3, 0.8);
});

Deno.test("there are enough phrases, each once, and each names tools that exist", () => {
  const rows = [...phrases, ...heldOutPhrases];

  const unknown = rows.flatMap(([, ...right]) => right).filter((name) => !toolNames.has(name));

  assert.deepEqual(unknown, []);
  assert.equal(new Set(rows.map(([phrase]) => phrase.toLowerCase())).size, rows.length);
  assert.ok(dailyPhrases.length >= 150 && furtherPhrases.length >= 60 && cannotPhrases.length >= 10);
});

Deno.test("every tool is the answer to a phrase", () => {
  const answered = new Set(phrases.map(([, tool]) => tool));

  assert.deepEqual([...toolNames].filter((name) => !answered.has(name)), []);
});

Deno.test("half of the phrases share no word with the name of their tool", () => {
  const strange = phrases.filter(([phrase, tool]) => {
    const nameStems = new Set(wordsOf(tool.replaceAll("_", " ")).map(stemOf));
    return !wordsOf(phrase).some((word) => nameStems.has(stemOf(word)));
  });

  assert.ok(strange.length >= phrases.length / 2, `${strange.length} of ${phrases.length}`);
});

Deno.test("the words people use and the statements name only tools that exist", () => {
  const inStatements = WISHES.flatMap(([, statement]) => statement.match(/[a-z]+(?:_[a-z]+)+/g) ?? []);

  const unknown = [...Object.keys(TOOL_WORDS), ...inStatements].filter((name) => !toolNames.has(name));

  assert.deepEqual(unknown, []);
});

Deno.test("no synonym holds a whole phrase", () => {
  const synonyms = SYNONYMS.flatMap(([texts]) => texts.split(","));

  assert.deepEqual(synonyms.filter((synonym) => synonym.trim().split(/\s+/).length > 3), []);
});

Deno.test("the search says what Cloudways can't do, and what is possible instead", () => {
  const silent = cannotPhrases.filter(([phrase, word]) => {
    const { statements } = search.search(phrase);
    return !statements.some((statement) => statement.includes(word));
  });

  assert.deepEqual(silent, []);
});

Deno.test("the search never calls something impossible that is possible", () => {
  const denied = [...phrases, ...heldOutPhrases].filter(([phrase]) => search.search(phrase).statements.length > 0);

  assert.deepEqual(denied, []);
});

Deno.test("a tool's own name finds it first, whatever the other words are", () => {
  assert.equal(namesFor("delete_app")[0], "delete_app");
  assert.equal(namesFor("how do I use reset_admin_password for the shop")[0], "reset_admin_password");
});

Deno.test("one wrong letter in a long word does no harm", () => {
  assert.equal(namesFor("purge cloudflair")[0], "purge_cloudflare_cache");
  assert.equal(namesFor("reset file permisions")[0], "reset_app_file_permissions");
});

Deno.test("a removal comes first only if the query asks for one", () => {
  assert.equal(namesFor("delete ssh key")[0], "delete_ssh_key");
  assert.notEqual(namesFor("ssh key")[0], "delete_ssh_key");
});

Deno.test("only tools that are allowed are found, and no more than the limit", () => {
  const reads = search.search("cron", { isAllowed: ({ effect }) => effect === "read", limit: 2 }).tools;

  assert.deepEqual(reads.map(({ effect }) => effect), ["read", "read"]);
  assert.deepEqual(search.search("delete_app", { isAllowed: ({ name }) => name !== "delete_app" }).tools.length, 5);
  assert.ok(search.search("delete_app", { isAllowed: () => false }).tools.length === 0);
});

Deno.test("the search reads no more than the start of a query", () => {
  const start = "purge the cache ".padEnd(MAX_QUERY_CHARACTERS, ".");

  const found = search.search(`${start} restart_server reboot`);

  assert.deepEqual(found, search.search(start));
});

Deno.test("no query, however hostile, breaks the search", () => {
  const queries = [
    "",
    "   ",
    "x".repeat(1_000_000),
    "restart ".repeat(125_000),
    "(((a+)+)+$ [.*+?^${}()|\\ ]]",
    "_a".repeat(1_000),
    "\ufdfa".repeat(1_000),
    "😀👩‍👩‍👧‍👦 🚀",
    "\ud800\udfff\ud800",
    "\u0000\u202e\u200b",
    "__proto__ constructor hasOwnProperty toString __defineGetter__",
    "重启 服务器 перезагрузка",
  ];

  for (const query of queries) {
    const { tools, statements } = search.search(query);
    assert.ok(tools.length <= 5, query.slice(0, 40));
    assert.ok(statements.length <= WISHES.length);
  }
  assert.deepEqual(search.search(""), { tools: [], statements: [] });
  assert.deepEqual(search.search("😀🚀"), { tools: [], statements: [] });
  assert.deepEqual(new Set(namesFor("restart ".repeat(125_000))), new Set(namesFor("restart")));
});
