/** Larger disks for a server: its volumes, and block storage. */
import * as z from "zod";
import { numberOrNull } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { memberOf } from "../../text/member.ts";
import { serverInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { countApps, NOT_TOLD, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { startOnServer } from "../define/start.ts";
import { serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { BILLED } from "./billing.ts";
import { gigabytes } from "./inputs.ts";
import { hasVolumes, notAtProvider, WITH_BLOCK_STORAGE } from "./providers.ts";

/** A server, and the present size of one of its disks in GB; null where Cloudways doesn't tell it. */
interface DiskFacts extends ServerFacts {
  present: number | null;
}

const NO_WAY_BACK = "It can't be undone: a disk never gets smaller. What it costs goes on.";
const SHORT_FAILURE = "Applications may fail for a short time while Cloudways does it. Stored data stays.";

/** @throws {ToolError} Where a disk would not grow. */
function requireLarger(present: number | null, size: number): void {
  if (present === null || size > present) return;
  throw new ToolError("validation_failed", `size_gb must be more than the ${present} GB there are: disks only grow.`, {
    hint: "Nothing was done, and nobody was asked. Call again with a larger size.",
    details: { present_gb: present },
    done: "nothing",
  });
}

function diskFacts({ present }: DiskFacts, size: number) {
  return [
    { name: "Size before", values: [present === null ? NOT_TOLD : `${present} GB`] },
    { name: "Size after", values: [`${size} GB`] },
  ];
}

/** How the volumes are called in the request, in the listing, and by people. */
const VOLUMES = {
  data: { member: "data_volume_size", words: "data volume" },
  database: { member: "db_volume_size", words: "database volume" },
} as const;

const resizeServerVolume = defineAskingTool({
  name: "resize_server_volume",
  title: "Enlarge a server's volume",
  toolset: "provisioning",
  effect: "destructive",
  undo: { none: "a disk never gets smaller" },
  description: "Enlarges the data or database volume of a server on amazon or gce. It can't shrink again, and " +
    "Cloudways bills it. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...serverInput,
      volume: z.enum(["data", "database"]).describe("Which disk."),
      size_gb: gigabytes.describe("New size in GB, more than now."),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, size_gb: z.number() }),
  facts: async (input, context): Promise<DiskFacts> => {
    const facts = await serverFacts(input, context);
    const { cloud } = facts.server;
    if (cloud !== "" && !hasVolumes(cloud)) {
      const hint = "Volumes are on amazon and gce; set_server_block_storage is for do, resize_server for any.";
      throw notAtProvider("There are no volumes to enlarge", hint);
    }
    const present = numberOrNull(memberOf(facts.server, VOLUMES[input.volume].member));
    requireLarger(present, input.size_gb);
    return { ...facts, present };
  },
  question: (facts, { volume, size_gb }): Question => ({
    headline: `Enlarge the ${VOLUMES[volume].words} of server ${facts.server.id} with ${countApps(facts)}. ${BILLED}`,
    ...onServer(facts),
    consequences: [SHORT_FAILURE, NO_WAY_BACK],
    facts: diskFacts(facts, size_gb),
    target: { present: facts.present },
  }),
  handler: async ({ volume, size_gb, ...input }, context, { server }) => {
    const started = await startOnServer(server, input, context, {
      operation: "server_scale_volume",
      path: path`/server/scaleVolume`,
      fields: { volume_size: size_gb, volume_type: volume === "database" ? "db" : "data" },
    });
    return { ...started, size_gb };
  },
});

/** What is sent for each action. */
const BLOCK_STORAGE = {
  attach: { operation: "server_storage_attach", path: path`/server/attachStorage` },
  resize: { operation: "server_storage_scale", path: path`/server/scaleStorage` },
} as const;

/** The listing of a server that has block storage may leave it out, so nothing told does not mean that there is none. */
function requireFitting(present: number | null, { action, size_gb }: { action: "attach" | "resize"; size_gb: number }) {
  if (action === "resize") return requireLarger(present, size_gb);
  if (present === null) return;
  throw new ToolError("validation_failed", `This server has ${present} GB of block storage already.`, {
    hint: "Nothing was done, and nobody was asked. Call again with action resize to enlarge it.",
    details: { present_gb: present },
    done: "nothing",
  });
}

const setServerBlockStorage = defineAskingTool({
  name: "set_server_block_storage",
  title: "Block storage",
  toolset: "provisioning",
  effect: "destructive",
  undo: { none: "a disk never gets smaller" },
  description: "Attaches block storage to a DigitalOcean server (do), or enlarges it. It can't shrink again, and " +
    "Cloudways bills it. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...serverInput,
      action: z.enum(["attach", "resize"]).describe("resize where it has some."),
      size_gb: gigabytes.describe("Size in GB; for resize more than now."),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, size_gb: z.number() }),
  facts: async (input, context): Promise<DiskFacts> => {
    const facts = await serverFacts(input, context);
    const { cloud } = facts.server;
    if (cloud !== "" && cloud !== WITH_BLOCK_STORAGE) {
      const hint = "It is for do; resize_server_volume is for amazon and gce, resize_server for any.";
      throw notAtProvider("There is no block storage", hint);
    }
    const told = numberOrNull(memberOf(facts.server, "storage"));
    const present = told === 0 ? null : told;
    requireFitting(present, input);
    return { ...facts, present };
  },
  question: (facts, { action, size_gb }): Question => ({
    headline: `${action === "attach" ? "Attach block storage to" : "Enlarge the block storage of"} server ` +
      `${facts.server.id} with ${countApps(facts)}. ${BILLED}`,
    ...onServer(facts),
    consequences: [SHORT_FAILURE, NO_WAY_BACK],
    facts: diskFacts(facts, size_gb),
    target: { present: facts.present },
  }),
  handler: async ({ action, size_gb, ...input }, context, { server }) => {
    const work = { ...BLOCK_STORAGE[action], fields: { server_storage: size_gb } };
    return { ...await startOnServer(server, input, context, work), size_gb };
  },
});

/** The tools of this file. */
export const disksTools: readonly Tool[] = [resizeServerVolume, setServerBlockStorage];
