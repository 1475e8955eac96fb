/** Runs one client in a world of its own. */
import { drive } from "./drive.ts";
import { folderOf, install, versionOf } from "./install.ts";
import { judge, judgeFailure } from "./judge.ts";
import type { ListedClient } from "./list.ts";
import type { Row } from "./matrix.ts";
import { startWorld, type World } from "./world.ts";

/** Installs a client, leads it through the plan and judges it. */
export async function runClient(client: ListedClient, { keep }: { keep: boolean }): Promise<Row> {
  const version = await versionOf(client);
  const problem = await install(client.id, client.runtime);
  if (problem !== undefined) return { client, version, notRun: problem };
  await using world = await startWorld();
  try {
    const told = await drive(client, world);
    if (keep) await keepEvidence(client, told, world);
    return { client, version, judged: judge(told, world) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (keep) await keepEvidence(client, message, world);
    return { client, version, judged: judgeFailure(message, world) };
  }
}

/** Writes down what the client told, what passed on the wire, and what the model was sent. */
async function keepEvidence(client: ListedClient, told: unknown, { wire, model }: World): Promise<void> {
  const evidence = { told, wire: wire.exchanges, model: model.requests };
  await Deno.writeTextFile(new URL("evidence.json", folderOf(client.id)), JSON.stringify(evidence, null, 2));
}
