import { within } from "./within.ts";

/** Longer than any answer takes. */
const DEADLINE_MS = 30_000;

/** Stops a server once it has answered everything. If an answer never comes, the test fails instead of hanging. */
export async function shutDown(server: Deno.HttpServer): Promise<void> {
  await within(DEADLINE_MS, server.shutdown(), "A request was left unanswered.");
}
