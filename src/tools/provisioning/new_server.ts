/** A server that an operation makes: what is asked before, and what is shown of it afterwards. */
import * as z from "zod";
import type { CloudwaysAccount, StartedWork } from "../../cloudways/account.ts";
import { knownApps, type ServerRecord } from "../../cloudways/models.ts";
import type { QuestionFact } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { newAppView } from "../define/new_app.ts";
import { record, startedOutput } from "../define/outputs.ts";
import { appView } from "../define/views.ts";
import type { Volumes } from "./inputs.ts";
import type { NamedPlace } from "./offers.ts";

/** The output of every tool that makes a server. */
export const newServerOutput = {
  ...startedOutput,
  new_server_id: z.number().nullable(),
  new_server: record.optional(),
};

/** Where the server is to be, for a question. */
export function placeFacts({ provider, providerName, region, regionName, size }: NamedPlace): QuestionFact[] {
  return [
    { name: "Provider", values: [named(provider, providerName)], isFirst: true },
    { name: "Region", values: [named(region, regionName)], isFirst: true },
    { name: "Size", values: [size], isFirst: true },
  ];
}

function named(code: string, name: string): string {
  return name === "" || name === code ? code : `${code} (${name})`;
}

/** The volumes of the server, for a question. */
export function volumeFacts({ data_volume_gb, db_volume_gb }: Volumes): QuestionFact[] {
  return [["Data volume", data_volume_gb], ["Database volume", db_volume_gb]].flatMap(([name, size]) =>
    size === undefined ? [] : [{ name: String(name), values: [`${size} GB`] }]
  );
}

/** How to follow a server that is being made. */
export function followStep(work: StartedWork, id: number | null): { next_step?: string } {
  if (work.next_step === undefined) return {};
  const then = id === null ? "Then find it with list_servers." : `Then use get_server_details with server_id ${id}.`;
  return { next_step: `${work.next_step} ${then}` };
}

/** The server in a fresh listing; undefined if it can't be seen, or if several can be meant. */
export async function findNewServer(
  account: CloudwaysAccount,
  isNew: (server: ServerRecord) => boolean,
): Promise<ServerRecord | undefined> {
  try {
    const [server, ...others] = (await account.currentServers()).filter(isNew);
    return others.length > 0 ? undefined : server;
  } catch (error) {
    // It is made, whether or not it can be seen.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

const PASSWORDS = "Nobody was shown a password. reset_master_password makes a new one for the master user, and " +
  "get_app_credentials shows those of an application.";

/** What an answer shows of a new server: its address, its users and its applications. */
export function newServerView(server: ServerRecord) {
  const { id, label, public_ip, master_user } = server;
  const apps = knownApps(server);
  const [app, ...others] = apps;
  return {
    new_server_id: id,
    new_server: { id, label, public_ip, master_user, apps: apps.map((one) => appView(one, "concise")) },
    ...(app !== undefined && others.length === 0 && newAppView({ app, server })),
    next_step: PASSWORDS,
  };
}

/** What is known of a new server that is not in the listing, or not yet. */
export function serverNotSeen(work: StartedWork, id: number | null) {
  const next_step = id === null
    ? "Find the new server with list_servers."
    : `Look with get_server_details, server_id ${id}.`;
  return { new_server_id: id, ...(work.status === "completed" ? { next_step } : followStep(work, id)) };
}
