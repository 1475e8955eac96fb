/** What `/` is made of: configurations, examples, words and queries. */
import assert from "node:assert/strict";
import examples from "../../src/http/home/examples.json" with { type: "json" };
import { CLIENTS } from "../../src/http/home/clients.ts";
import { conditionOf } from "../../src/http/home/condition.ts";
import { readQuery } from "../../src/http/home/query.ts";
import { StoreError } from "../../src/store/store.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const documented = await Promise.all(["README.md", "docs/connect.md"].map((path) => Deno.readTextFile(path)));

for (const { name, signIn, header } of CLIENTS) {
  Deno.test(`the configurations of ${name} at / are those of the documentation`, () => {
    const ways = [
      signIn?.("https://YOUR-SERVER/connect/mcp"),
      // README.md and docs/connect.md show a server on the same machine where a client sends a header.
      header?.("http://127.0.0.1:7000/mcp"),
    ].filter((way) => way !== undefined);

    assert.ok(ways.length > 0);
    for (const { text } of ways) assert.ok(documented.some((page) => page.includes(text)), text);
  });
}

Deno.test("every tool has its row's call as an example at /, without the rest of certificates and keys", () => {
  const expected = Object.fromEntries(toolRows.map(({ tool, minimal }) => [
    tool,
    Object.fromEntries(
      Object.entries(minimal).map(([name, value]) => [
        name,
        typeof value === "string" && value.startsWith("-----BEGIN") ? `${value.split("\n")[0]}…` : value,
      ]),
    ),
  ]));

  assert.deepEqual(examples, expected);
});

Deno.test("a query at / is read as far as it is known, and within bounds", () => {
  const read = (query: string) => readQuery(`http://localhost/${query}`);
  const list = (q: string, toolset?: string, effect?: string) => ({ kind: "list", filter: { q, toolset, effect } });

  assert.deepEqual(read(""), list(""));
  assert.deepEqual(read("?q=+go+live+&toolset=staging&effect=read"), list("go live", "staging", "read"));
  assert.deepEqual(read("?toolset=nothing&effect=__proto__"), list(""));
  assert.deepEqual(read("?q=a&q=b"), list("a"));
  assert.deepEqual(read(`?q=${"a".repeat(300)}`), list("a".repeat(100)));
  assert.deepEqual(read(`?q=${"a".repeat(2_000)}&toolset=dns`), list(""));
  assert.deepEqual(read("?tool=list_servers&q=x"), { kind: "tool", name: "list_servers" });
});

Deno.test("the condition of the server is good only where calls can succeed", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  const dead = { ping: () => Promise.reject(new StoreError("away")) };
  const notReadyReason = () => undefined;

  const good = await conditionOf({ store, notReadyReason, breakerState: () => "closed" });
  const others = [
    await conditionOf({ store, notReadyReason: () => "shutting down" }),
    await conditionOf({ store: dead, notReadyReason }),
    await conditionOf({ store, notReadyReason, breakerState: () => "open" }),
  ];

  assert.equal(good.isGood, true);
  assert.deepEqual(others.map(({ isGood }) => isGood), [false, false, false]);
  assert.equal(new Set([good, ...others].map(({ text }) => text)).size, 4);
});
