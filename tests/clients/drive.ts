/** Runs one client through the plan, and reads its report. */
import * as z from "zod";
import type { ListedClient } from "./list.ts";
import { complaintOf, lineAfter, runDriver } from "./run_driver.ts";
import type { World } from "./world.ts";

const reportSchema = z.strictObject({
  /** Names of the tools that the client got. */
  tools: z.array(z.string()),
  /** What a model sees of each call; `again` is the call after the approval. */
  answers: z.partialRecord(
    z.enum(["read", "error", "optional", "progress", "destructive", "again", "cancel"]),
    z.string(),
  ),
  /** Progress messages that the client passed on; null if it can't ask for them. */
  progress: z.number().nullable(),
  /** Messages of the forms that were shown; null if the client has no forms. */
  questions: z.array(z.string()).nullable(),
});

/** The report of a driver. */
export type DriverReport = z.infer<typeof reportSchema>;

/** Runs a client's driver; throws with the end of its output if it gives no report. */
export async function drive(client: ListedClient, world: World): Promise<DriverReport> {
  const outcome = await runDriver(client, {
    MCP_URL: world.wire.mcpUrl,
    MCP_TOKEN: world.token,
    PERSON_URL: world.person.url,
    MODEL_URL: world.model.url,
    CLIENT_PLAN: JSON.stringify(world.plan),
  });
  const line = lineAfter("TOLD", outcome);
  // A driver of a client with a model gives no report: the stand-in knows what the model saw.
  const report = line === undefined ? world.model.script.report() : reportSchema.parse(line);
  if (report === undefined) throw new Error(complaintOf(outcome));
  return report;
}
