/** Ordering a server. */
import * as z from "zod";
import { idNumber, looseList, type ServerRecord, tiedId } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { waitInput, waitOptions } from "../define/inputs.ts";
import { requireProject } from "../define/projects.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { BILLED } from "./billing.ts";
import { applicationInput, label, placeInput, projectName, volumesInput } from "./inputs.ts";
import { findNewServer, newServerOutput, newServerView, placeFacts, serverNotSeen, volumeFacts } from "./new_server.ts";
import { requireApplication, requirePlace, requireVolumes } from "./offers.ts";

const input = () =>
  z.strictObject({
    ...placeInput,
    ...applicationInput,
    server_label: label.describe("Name of the server: Shops EU"),
    app_label: label.describe("Name of its first application: Shop"),
    project_name: projectName,
    ...volumesInput,
    ...waitInput,
  });

/** The only reply to a start that holds the operation inside the new record. */
const createReply = z.looseObject({ server: z.looseObject({ id: idNumber, operations: z.unknown().optional() }) })
  .transform(({ server }) => {
    const [operation] = looseList(z.looseObject({})).safeParse(server.operations).data ??
      [];
    return { serverId: tiedId(server.id), started: startedReply.parse({ operation_id: operation?.id }) };
  });

/** What exists, as far as it matters to the question. */
async function planServer(wanted: z.output<ReturnType<typeof input>>, { account }: ToolContext) {
  const servers = await account.currentServers();
  const place = await requirePlace(account, wanted);
  requireVolumes(wanted.provider, wanted);
  await requireApplication(account, wanted);
  if (wanted.project_name !== undefined) await requireProject(account, wanted.project_name);
  return { place, servers };
}

/** The servers that have a label already, for the question. */
function sameLabel(servers: readonly ServerRecord[], label: string): string[] {
  return servers.filter((server) => server.label === label).map(({ id }) => String(id)).sort();
}

/** What there is, for the yes: a server that somebody makes in between may be the one that is asked about. */
function present(servers: readonly ServerRecord[]): string[] {
  return servers.map(({ id, label }) => `${id} ${label}`).sort();
}

const createServer = defineAskingTool({
  name: "create_server",
  title: "Create a server",
  toolset: "provisioning",
  effect: "destructive",
  accountWide: true,
  undo: { none: "delete_server deletes the server; what it cost stays" },
  description:
    "Orders a new server at a cloud provider, in a region and size, with a first application. Cloudways bills it. " +
    "Takes minutes. After an unclear end look at list_servers first. A person has to approve it.",
  input,
  output: () => z.looseObject(newServerOutput),
  facts: planServer,
  question: ({ place, servers }, wanted) => {
    const namesakes = sameLabel(servers, wanted.server_label);
    return {
      headline: `Create 1 server. ${BILLED}`,
      subject: { kind: "account" },
      consequences: [
        "It is billed until it is deleted, whether or not it is used.",
        ...(namesakes.length === 0 ? [] : ["This account has a server of this name already: it may be the one meant."]),
        "It can be undone by deleting the server; what it cost until then stays.",
      ],
      facts: [
        { name: "Server", values: [wanted.server_label], isFirst: true },
        ...placeFacts(place),
        ...volumeFacts(wanted),
        { name: "First application", values: [`${wanted.application} ${wanted.app_version}`] },
        { name: "Servers of this name already", values: namesakes },
      ],
      target: { servers: present(servers) },
    };
  },
  handler: async (wanted, { account, progress }) => {
    const { started, serverId } = await account.write({
      operation: "server_create",
      method: "POST",
      path: path`/server`,
      form: {
        cloud: wanted.provider,
        region: wanted.region,
        instance_type: wanted.size,
        application: wanted.application,
        app_version: wanted.app_version,
        server_label: wanted.server_label,
        app_label: wanted.app_label,
        project_name: wanted.project_name,
        data_volume_size: wanted.data_volume_gb,
        db_volume_size: wanted.db_volume_gb,
      },
      reply: createReply,
    });
    const work = await account.follow(started, { server_id: serverId }, waitOptions(wanted.wait_seconds, progress));
    const made = work.status === "completed" ? await findNewServer(account, ({ id }) => id === serverId) : undefined;
    return { ...work, ...(made === undefined ? serverNotSeen(work, serverId) : newServerView(made)) };
  },
});

/** The tools of this file. */
export const createServerTools: readonly Tool[] = [createServer];
