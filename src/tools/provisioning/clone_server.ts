/** Copying a whole server. */
import * as z from "zod";
import type { ServerRecord } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { findApp, findServer } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { Question } from "../../confirm/question.ts";
import { serverInput, waitInput, waitOptions } from "../define/inputs.ts";
import { countApps, onServer, type ServerFacts } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { BILLED } from "./billing.ts";
import { gigabytes, label, placeInput, volumesInput } from "./inputs.ts";
import { findNewServer, newServerOutput, newServerView, placeFacts, serverNotSeen, volumeFacts } from "./new_server.ts";
import { type NamedPlace, requirePlace, requireVolumes, wrongFor } from "./offers.ts";
import { WITH_BLOCK_STORAGE } from "./providers.ts";

/** What can be copied besides applications with their files and databases, as the person knows it. */
const EXTRAS = {
  server_settings: "settings of the server",
  app_domains: "domains and certificates",
  app_crons: "cron jobs",
  app_supervisor_jobs: "Supervisor queues",
  app_settings: "settings of the applications",
  app_credentials: "users of the applications, with their passwords",
  team_access: "access of team members",
} as const;

type Extra = keyof typeof EXTRAS;

const EXTRA_NAMES = Object.keys(EXTRAS).filter((name): name is Extra => name in EXTRAS);

const input = () =>
  z.strictObject({
    ...serverInput,
    ...placeInput,
    app_label: label.describe("Name of the copied application: Shop copy"),
    app_id: z.int().min(1).meta(declare({ role: "target" })).optional().describe("Copy this application alone."),
    also_copy: z.array(z.enum(EXTRA_NAMES)).min(1).max(EXTRA_NAMES.length).optional()
      .describe("What else to copy. Copied domains and cron jobs act twice."),
    ...volumesInput,
    block_storage_gb: gigabytes.optional().describe("Block storage; do only."),
    ...waitInput,
  });

type Wanted = z.output<ReturnType<typeof input>>;

interface CloneFacts extends ServerFacts {
  place: NamedPlace;
  /** The ids of all servers there were before. */
  before: ReadonlySet<number>;
}

async function planClone(wanted: Wanted, { account }: ToolContext): Promise<CloneFacts> {
  const servers = await account.currentServers();
  const server = findServer(servers, wanted.server_id);
  if (wanted.app_id !== undefined) findApp([server], wanted.app_id);
  const place = await requirePlace(account, wanted);
  requireVolumes(wanted.provider, wanted);
  if (wanted.block_storage_gb !== undefined && wanted.provider !== WITH_BLOCK_STORAGE) {
    throw wrongFor("block_storage_gb", "is only for do");
  }
  const before = new Set(servers.map(({ id }) => id));
  return { server, backups: await account.lastBackups(server.id), place, before };
}

function cloneQuestion(facts: CloneFacts, wanted: Wanted): Question {
  const what = wanted.app_id === undefined
    ? `server ${facts.server.id} with ${countApps(facts)}`
    : `application ${wanted.app_id} of server ${facts.server.id}`;
  const extras = wanted.also_copy ?? [];
  return {
    headline: `Copy ${what} to a new server. ${BILLED}`,
    ...onServer(facts),
    consequences: [
      "A further server is made, which is billed until it is deleted, whether or not it is used.",
      ...(extras.includes("app_crons") || extras.includes("app_supervisor_jobs")
        ? ["Jobs of the copy run beside those of the original, and may send or charge a second time."]
        : []),
      ...(extras.includes("app_credentials") || extras.includes("team_access")
        ? ["Who gets in at the original gets in at the copy too."]
        : []),
      "The original stays as it is. It can be undone by deleting the new server; what it cost until then stays.",
    ],
    facts: [
      ...placeFacts(facts.place),
      ...volumeFacts(wanted),
      { name: "Copied besides files and databases", values: extras.map((name) => EXTRAS[name]) },
    ],
  };
}

function formOf(wanted: Wanted) {
  const extras = wanted.also_copy ?? [];
  return {
    source_server_id: wanted.server_id,
    cloud: wanted.provider,
    region: wanted.region,
    instance_type: wanted.size,
    app_label: wanted.app_label,
    application_id: wanted.app_id,
    data_volume_size: wanted.data_volume_gb,
    db_volume_size: wanted.db_volume_gb,
    server_storage: wanted.block_storage_gb,
    ...(extras.length > 0 && {
      advance_clone: true,
      ...Object.fromEntries(EXTRA_NAMES.map((name) => [name, extras.includes(name)])),
    }),
  };
}

/** No reply names the new server: it is the one that was not there before, in that place and size. */
function isCopy(server: ServerRecord, { place, before }: CloneFacts): boolean {
  const isThere = server.cloud === place.provider && server.region === place.region;
  return !before.has(server.id) && isThere && server.instance_type === place.size;
}

const cloneServer = defineAskingTool({
  name: "clone_server",
  title: "Copy a server",
  toolset: "provisioning",
  effect: "destructive",
  // The copy is a server that such callers don't have.
  accountWide: true,
  undo: { none: "delete_server deletes the copy; what it cost stays" },
  description:
    "Makes a copy of a whole server, or of one application of it, on a new server. Cloudways bills it. Takes long. " +
    "After an unclear end look at list_servers first. A person has to approve it. To copy onto a server that " +
    "exists use clone_app_to_server.",
  input,
  output: () => z.looseObject({ ...serverOutput, ...newServerOutput }),
  facts: planClone,
  question: cloneQuestion,
  handler: async (wanted, { account, progress }, facts) => {
    const { server } = facts;
    const started = await account.write({
      operation: "server_clone",
      method: "POST",
      path: path`/server/cloneServer`,
      form: formOf(wanted),
      reply: startedReply,
    });
    const on = { server_id: server.id, app_id: wanted.app_id ?? null };
    const work = await account.follow(started, on, waitOptions(wanted.wait_seconds, progress));
    const made = work.status === "completed" ? await findNewServer(account, (one) => isCopy(one, facts)) : undefined;
    return {
      ...namesOfServer(server),
      ...work,
      ...blocks(server, work),
      ...(made === undefined ? serverNotSeen(work, null) : newServerView(made)),
    };
  },
});

/** The tools of this file. */
export const cloneServerTools: readonly Tool[] = [cloneServer];
