/** docs/tools.md shows what the tools take and what the sandbox answers. `deno task docs:tools` writes it. */
import assert from "node:assert/strict";
import { documented, pageOf, sectionFor } from "../../scripts/tool_docs.ts";

const page = Deno.readTextFileSync(new URL("../../docs/tools.md", import.meta.url));
/** The sections of the page, by tool. */
const sections = new Map(
  page.trimEnd().split(/\n\n(?=##+ )/).map((section) => [/^### (\w+)/.exec(section)?.[1] ?? "", section]),
);

for (const entry of documented) {
  Deno.test(`${entry.tool.name} is documented with what it takes and answers`, async () => {
    assert.equal(sections.get(entry.tool.name), await sectionFor(entry), "deno task docs:tools writes it");
  });
}

Deno.test("docs/tools.md has the sections of all tools in order, and nothing else", () => {
  assert.equal(page, pageOf((tool) => sections.get(tool) ?? ""));
});
