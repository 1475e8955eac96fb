/** Runs one client in its own world. */
import { drive } from "./drive.ts";
import { folderOf, install, versionOf } from "./install.ts";
import { judge, judgeFailure } from "./judge.ts";
import type { ListedClient } from "./list.ts";
import type { Row } from "./matrix.ts";
import { startWorld, type World } from "./world.ts";

/** Installs a client, runs it through the plan and judges it. */
export async function runClient(client: ListedClient, { keep }: { keep: boolean }): Promise<Row> {
  const version = await versionOf(client);
  const problem = await install(client.id, client.runtime);
  if (problem !== undefined) return { client, version, notRun: problem };
  await using world = await startWorld();
  try {
    const report = await drive(client, world);
    if (keep) await keepEvidence(client, report, world);
    return { client, version, judged: judge(report, world) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (keep) await keepEvidence(client, message, world);
    return { client, version, judged: judgeFailure(message, world) };
  }
}

/** Writes the client's report, the recorded messages and the model's requests to a file. */
async function keepEvidence(client: ListedClient, report: unknown, { wire, model }: World): Promise<void> {
  const evidence = { report, wire: wire.exchanges, model: model.requests };
  await Deno.writeTextFile(new URL("evidence.json", folderOf(client.id)), JSON.stringify(evidence, null, 2));
}
