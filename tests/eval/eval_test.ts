import assert from "node:assert/strict";
import type { Job } from "./job.ts";
import { jobs } from "./jobs.ts";
import { replay, tableOf, totalOf } from "./replay.ts";

/** What the jobs may take together. */
const MAX_CALLS = 45;
const MAX_CHARACTERS = 50_000;

Deno.test("every job is done within the calls and characters that they may take together", async () => {
  const results = await replay(jobs);

  const { calls, characters } = totalOf(results);
  assert.deepEqual(results.filter(({ missing }) => missing.length > 0), []);
  assert.ok(calls <= MAX_CALLS, `${calls} calls`);
  assert.ok(characters <= MAX_CHARACTERS, `${characters} characters`);
});

const listing: Job = {
  name: "listing",
  ask: "What do we have?",
  steps: [{ tool: "list_servers", args: {} }],
  facts: [{ says: "the servers", holds: ([answer]) => Array.isArray(answer?.servers) }],
};

Deno.test("a fact that the answers don't hold is missing, and so is a call that fails", async () => {
  const [found, lacking, failing] = await replay([
    listing,
    { ...listing, facts: [{ says: "the moon", holds: ([answer]) => answer?.moon !== undefined }] },
    { ...listing, steps: [...listing.steps, { tool: "get_server_details", args: { server_id: 1 } }] },
  ]);

  assert.deepEqual(found?.missing, []);
  assert.deepEqual(lacking?.missing, ["the moon"]);
  assert.match(String(failing?.missing), /^get_server_details failed: not_found/);
});

Deno.test("characters are those of the text that a model reads, and the table sums them up", async () => {
  const [once, twice] = await replay([listing, { ...listing, steps: [...listing.steps, ...listing.steps] }]);

  assert.ok(once !== undefined && twice !== undefined);
  assert.deepEqual([once.calls, twice.calls], [1, 2]);
  assert.equal(twice.characters, 2 * once.characters);
  const together = (3 * once.characters).toLocaleString("en-US");
  assert.match(tableOf([once, twice]), new RegExp(`\\| together +\\| +3 \\| +${together} \\|`));
});
