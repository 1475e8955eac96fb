/** When the backups of a server are made, and how long they are kept. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { doneReply, type ServerRecord, statedFlag, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { BACKUP_FREQUENCIES } from "../../cloudways/reference_data.ts";
import { serverInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { nullIfRefused, onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { labelOf, SCHEDULE_NAMES, type ScheduleName, scheduleQuestion } from "./schedule_question.ts";
import { argumentsBack, stateAfter, stateOf } from "./values_back.ts";
import { changesOf, changesOutput, changeValues, wholeOf } from "../define/values_change.ts";

const WHAT = "backup schedule";

/** Cloudways' text; null where there is none, or an empty one. */
const filledText = statedText.transform((text) => text === "" ? null : text).catch(null);

/** Older documents write the flag as yes and no. */
const yesOrNo = z.preprocess((value) => value === "yes" ? true : value === "no" ? false : value, statedFlag);

const schedule = z.looseObject({
  backup_frequency: filledText,
  backup_retention: filledText,
  backup_time: filledText,
  local_backups: yesOrNo.transform((flag) => flag === null ? null : String(flag)),
});

type Schedule = Readonly<Record<ScheduleName, string | null>>;

function scheduleOf(server: ServerRecord): Schedule {
  const { backup_frequency, backup_retention, backup_time, local_backups } = schedule.parse(server);
  return { backup_frequency, backup_retention, backup_time, local_backups };
}

const scheduleInputs = {
  backup_frequency: z.string().regex(/^[a-z0-9]{1,10}$/i, "must be an id such as 1h").optional()
    .describe("A value of list_setting_values, kind backup_frequencies: 1h"),
  backup_retention: z.int().min(1).max(10_000).optional().describe("How long to keep backups, most likely in days: 14"),
  backup_time: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM, such as 03:00").optional()
    .describe("Start, HH:MM, most likely UTC: 03:00"),
  local_backups: z.boolean().optional().describe("Also keep copies on the server's own disk."),
};

/** What each frequency is called; empty where Cloudways doesn't show them. */
async function frequencyLabels(account: CloudwaysAccount): Promise<ReadonlyMap<string, string>> {
  const { operation, path, reply } = BACKUP_FREQUENCIES;
  const list = await account.read({ operation, path, reply }).catch((error) => nullIfRefused(error));
  return new Map(list?.frequencies.map(({ id, label }) => [id, label]));
}

const updateBackupSchedule = defineAskingTool({
  name: "update_backup_schedule",
  title: "Backup schedule",
  toolset: "server_config",
  effect: "destructive",
  idempotent: true,
  description:
    "Sets when and how often the backups of a server are made, how long they are kept, and whether copies stay on " +
    "the server. What is not named stays. A person has to approve it. To back up now use backup_server.",
  input: () =>
    z.strictObject({ ...serverInput, ...scheduleInputs })
      .refine((input) => SCHEDULE_NAMES.some((name) => input[name] !== undefined), {
        path: ["backup_frequency"],
        error: "or backup_retention, backup_time or local_backups is needed",
      }),
  output: () => z.looseObject({ ...serverOutput, ...changesOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const labels = await frequencyLabels(context.account);
    const { backup_frequency } = input;
    if (backup_frequency !== undefined) {
      requireKnown(backup_frequency, {
        argument: "backup_frequency",
        what: "backup frequency",
        known: [...labels.keys()],
      });
    }
    const before = scheduleOf(facts.server);
    const wanted = Object.fromEntries(SCHEDULE_NAMES.map((name) => [name, input[name]?.toString()]));
    const whole = wholeOf(WHAT, SCHEDULE_NAMES, before, wanted);
    const changes = changesOf(WHAT, SCHEDULE_NAMES, before, wanted);
    return { ...facts, before, whole, changes, labels };
  },
  question: (facts) => scheduleQuestion(facts, facts),
  handler: async (_input, { account }, { server, before, whole, changes }) => {
    const made = await changeValues({
      what: WHAT,
      before,
      changes,
      read: async () => scheduleOf(await account.currentServer(server.id)),
      // All four are always sent: nothing goes back to a default because it was left out.
      write: () =>
        account.write({
          operation: "server_backup_settings_update",
          method: "POST",
          path: path`/server/manage/backupSettings`,
          form: { server_id: server.id, ...whole },
          reply: doneReply,
        }),
    });
    return { ...namesOfServer(server), ...made };
  },
  undo: {
    state: ({ before }) => stateOf(before, SCHEDULE_NAMES, labelOf),
    about: onServer,
    reverse: (_before, { server, changes }) => ({
      after: stateAfter(changes, labelOf),
      arguments: argumentsBack(changes, inputValue, { server_id: server.id }),
    }),
  },
});

function inputValue(name: ScheduleName, sent: string): unknown {
  if (name === "local_backups") return sent === "true";
  return name === "backup_retention" ? Number(sent) : sent;
}

/** The tools of this file. */
export const scheduleTools: readonly Tool[] = [updateBackupSchedule];
