import { within } from "./within.ts";

/** Longer than any answer takes that will still come. */
const DEADLINE_MS = 30_000;

/** Stops a server once it has answered everything; where something is never answered, the test fails instead of hanging. */
export async function shutDown(server: Deno.HttpServer): Promise<void> {
  await within(DEADLINE_MS, server.shutdown(), "A request was left unanswered.");
}
