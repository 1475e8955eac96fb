/**
 * Replays everyday jobs on the demo account without a model, and prints what they take as a Markdown table. Ends with 1
 * where an answer lacks a fact.
 */
import { jobs } from "./jobs.ts";
import { replay, tableOf } from "./replay.ts";

const results = await replay(jobs);
await new Blob([`${tableOf(results)}\n`]).stream().pipeTo(Deno.stdout.writable);
Deno.exit(results.some(({ missing }) => missing.length > 0) ? 1 : 0);
