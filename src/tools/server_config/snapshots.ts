/** How often the cloud provider makes a snapshot of a server. */
import * as z from "zod";
import { doneReply, numberOrNull, type ServerRecord, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { memberOf } from "../../text/member.ts";
import { serverInput } from "../define/inputs.ts";
import { countApps, NOT_TOLD, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { changesOf, changesOutput, changeValues, type ValueChange } from "../define/values_change.ts";

const WHAT = "snapshot frequency";
const NAMES = ["snapshot_frequency"] as const;

/** Elsewhere the listing shows no frequency. */
const PROVIDERS: ReadonlySet<string> = new Set(["amazon", "gce"]);

/** Empty for no snapshots; null where the listing doesn't say. There, `null` stands for none too. */
function frequencyOf(server: ServerRecord): { snapshot_frequency: string | null } {
  const value = memberOf(server, "snapshot_frequency");
  return { snapshot_frequency: value === null ? "" : statedText.safeParse(value).data ?? null };
}

/** Whether snapshots become fewer, or may. */
function isFewer({ before, after }: ValueChange): boolean {
  if (before === "") return false;
  const [old, next] = [numberOrNull(before), numberOrNull(after)];
  return old === null || next === null || next > old;
}

function snapshotQuestion(facts: ServerFacts, change: ValueChange): Question {
  const { before, after } = change;
  const inHours = (value: string | null) => value === null ? NOT_TOLD : value === "" ? "none" : `${value} hours`;
  return {
    headline: `${after === "" ? "Stop" : "Make fewer"} snapshots of server ${facts.server.id} with ${
      countApps(facts)
    }.`,
    ...onServer(facts),
    consequences: [
      after === ""
        ? "The cloud provider makes no more snapshots of the whole server."
        : "More time passes between two snapshots of the whole server.",
      "It can be undone by setting the frequency from before; snapshots that were not made can't be made later.",
    ],
    facts: [
      { name: "Snapshot interval before", values: [inHours(before)] },
      { name: "Snapshot interval after", values: [inHours(after)] },
    ],
    target: { snapshot_frequency: before },
  };
}

const setSnapshotFrequency = defineAskingTool({
  name: "set_snapshot_frequency",
  title: "Snapshot frequency",
  toolset: "server_config",
  effect: "destructive",
  idempotent: true,
  description:
    "Sets how often the cloud provider makes a snapshot of a whole server, on amazon and gce alone, or stops " +
    "it. Fewer or none asks first.",
  input: () =>
    z.strictObject({
      ...serverInput,
      enabled: z.boolean().describe("false stops snapshots."),
      hours: z.int().min(1).max(10_000).optional().describe("Hours between two; needed unless enabled is false: 24"),
    }).superRefine(({ enabled, hours }, context) => {
      if (enabled === (hours !== undefined)) return;
      const message = enabled ? "is needed where enabled is true" : "must be left out where enabled is false";
      context.addIssue({ code: "custom", path: ["hours"], message });
    }),
  output: () => z.looseObject({ ...serverOutput, ...changesOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const { cloud } = facts.server;
    if (cloud !== "" && !PROVIDERS.has(cloud)) {
      throw new ToolError("validation_failed", "Cloudways sets no snapshots at the cloud provider of this server.", {
        hint:
          "Nothing was done. Snapshots are for servers on amazon and gce; backups are set by update_backup_schedule.",
        done: "nothing",
      });
    }
    const before = frequencyOf(facts.server);
    const wanted = { snapshot_frequency: input.enabled ? String(input.hours) : "" };
    const [change] = changesOf(WHAT, NAMES, before, wanted);
    return { ...facts, before, change };
  },
  question: (facts) =>
    facts.change !== undefined && isFewer(facts.change) ? snapshotQuestion(facts, facts.change) : undefined,
  handler: async (_input, { account }, { server, before, change }) => {
    const made = await changeValues({
      what: WHAT,
      before,
      changes: change === undefined ? [] : [change],
      read: async () => frequencyOf(await account.currentServer(server.id)),
      write: () =>
        account.write({
          operation: "server_snapshot_frequency_update",
          method: "POST",
          path: path`/server/manage/snapshotFrequency`,
          form: { server_id: server.id, snapshot_frequency: change?.after },
          reply: doneReply,
        }),
    });
    return { ...namesOfServer(server), ...made };
  },
  undo: {
    state: ({ before }) => ({ "Hours between snapshots": before.snapshot_frequency }),
    about: onServer,
    reverse: (_before, { server, before: { snapshot_frequency: hours } }, input) => ({
      after: { "Hours between snapshots": input.enabled ? String(input.hours) : "" },
      arguments: hours === null ? undefined : {
        server_id: server.id,
        ...(hours === "" ? { enabled: false } : { enabled: true, hours: Number(hours) }),
      },
    }),
  },
});

/** The tools of this file. */
export const snapshotsTools: readonly Tool[] = [setSnapshotFrequency];
