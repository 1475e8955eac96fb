/** Leads one client through the plan, and reads what it tells. */
import { z } from "zod";
import type { ListedClient } from "./list.ts";
import { complaintOf, lineAfter, runDriver } from "./run_driver.ts";
import type { World } from "./world.ts";

const toldSchema = z.strictObject({
  /** Names of the tools that arrived. */
  tools: z.array(z.string()),
  /** What a model sees of each call; `again` is the call after the approval page. */
  answers: z.partialRecord(
    z.enum(["read", "error", "optional", "progress", "destructive", "again", "cancel"]),
    z.string(),
  ),
  /** Progress messages that the client passed on; null where it has no way to ask for them. */
  progress: z.number().nullable(),
  /** Messages of the forms that were shown; null where the client has none. */
  questions: z.array(z.string()).nullable(),
});

/** What a driver tells. */
export type Told = z.infer<typeof toldSchema>;

/** Runs a client's driver; throws with the end of its output where it tells nothing. */
export async function drive(client: ListedClient, world: World): Promise<Told> {
  const outcome = await runDriver(client, {
    MCP_URL: world.wire.mcpUrl,
    MCP_TOKEN: world.token,
    PERSON_URL: world.person.url,
    MODEL_URL: world.model.url,
    CLIENT_PLAN: JSON.stringify(world.plan),
  });
  const line = lineAfter("TOLD", outcome);
  // A driver whose client brings a model tells nothing itself: the stand-in knows what the model saw.
  const told = line === undefined ? world.model.script.told() : toldSchema.parse(line);
  if (told === undefined) throw new Error(complaintOf(outcome));
  return told;
}
