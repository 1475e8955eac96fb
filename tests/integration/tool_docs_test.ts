import assert from "node:assert/strict";
import { toolDocs } from "../../scripts/tool_docs.ts";

Deno.test("docs/tools.md shows what the tools take and what the sandbox answers: deno task docs:tools writes it", async () => {
  const present = await Deno.readTextFile(new URL("../../docs/tools.md", import.meta.url));

  assert.equal(present, await toolDocs());
});
