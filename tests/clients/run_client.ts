/** Runs one client in a world of its own. */
import { z } from "zod";
import { drive } from "./drive.ts";
import { folderOf, install, versionOf } from "./install.ts";
import { judge, judgeFailure } from "./judge.ts";
import type { ListedClient } from "./list.ts";
import type { Row } from "./matrix.ts";
import { startWorld, type World } from "./world.ts";

const listSchema = z.object({ result: z.object({ tools: z.array(z.looseObject({ name: z.string() })) }) });

/** A tool as the server lists it. */
export type ListedTool = z.infer<typeof listSchema>["result"]["tools"][number];

/** The tools that the server lists, asked for without any client. */
export async function listedTools({ serverUrl }: World): Promise<ListedTool[]> {
  const response = await fetch(serverUrl, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
  });
  const text = await response.text();
  const json = /^data: (.+)$/m.exec(text)?.[1] ?? text;
  return listSchema.parse(JSON.parse(json)).result.tools;
}

/** Installs a client, leads it through the plan and judges it. */
export async function runClient(client: ListedClient, { keep }: { keep: boolean }): Promise<Row> {
  const version = await versionOf(client);
  const problem = await install(client.id, client.runtime);
  if (problem !== undefined) return { client, version, notRun: problem };
  await using world = await startWorld();
  const listed = await listedTools(world);
  try {
    const told = await drive(client, world);
    if (keep) await keepEvidence(client, told, world);
    return { client, version, judged: judge(told, world, listed.map(({ name }) => name)) };
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
