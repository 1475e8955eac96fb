/** The automatic clean-up of a server's disk. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { doneReply, looseObject, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { type Cleanup, CLEANUP_WORDS, CLEANUPS } from "../define/disk_cleanup.ts";
import { serverInput } from "../define/inputs.ts";
import { onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { CLEANUP_SETTINGS, cleanupQuestion, type CleanupSetting, labelOf } from "./cleanup_question.ts";
import { argumentsBack, stateAfter, stateOf } from "./values_back.ts";
import { changesOf, changesOutput, changeValues, wholeOf } from "../define/values_change.ts";

const WHAT = "settings of the clean-up";

/** A switch, which is read in other words than it is written; null where it says neither. */
const yesOrNo = looseText.transform((text) => {
  if (/^(?:yes|enable)/i.test(text)) return "yes";
  return /^(?:no|disable)/i.test(text) ? "no" : null;
}).catch(null);

const settingsReply = z.looseObject({
  settings: looseObject({
    automate_cleanup: yesOrNo,
    remove_app_tmp: yesOrNo,
    remove_app_private_html: yesOrNo,
    rotate_system_log: yesOrNo,
    rotate_app_log: yesOrNo,
    remove_app_local_backup: yesOrNo,
  }).transform(({ automate_cleanup, ...cleanups }) => ({ enabled: automate_cleanup, ...cleanups })),
});

/** Each switch as yes or no; null where Cloudways doesn't say. */
async function readCleanup(account: CloudwaysAccount, serverId: number) {
  const { settings } = await account.read({
    operation: "server_disk_cleanup_settings_get",
    path: path`/server/disk`,
    reply: settingsReply,
    query: { server_id: serverId },
  });
  const { enabled, remove_app_tmp, remove_app_private_html, rotate_system_log, rotate_app_log } = settings;
  const { remove_app_local_backup } = settings;
  return {
    enabled,
    remove_app_tmp,
    remove_app_private_html,
    rotate_system_log,
    rotate_app_log,
    remove_app_local_backup,
  };
}

const stated = z.boolean().nullable();
const cleanup = (what: Cleanup) => z.boolean().optional().describe(CLEANUP_WORDS[what]);

const getDiskCleanupSettings = defineTool({
  name: "get_disk_cleanup_settings",
  title: "Disk cleanup settings",
  toolset: "server_config",
  effect: "read",
  description:
    "Shows whether the automatic disk cleanup of a server is on (enabled), and what it removes. To clean up " +
    "now use optimize_server_disk.",
  input: () => z.strictObject(serverInput),
  output: () =>
    z.looseObject({
      ...serverOutput,
      enabled: stated,
      remove_app_tmp: stated,
      remove_app_private_html: stated,
      rotate_system_log: stated,
      rotate_app_log: stated,
      remove_app_local_backup: stated,
    }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const values = await readCleanup(account, server.id);
    const flag = (name: CleanupSetting) => values[name] === null ? null : values[name] === "yes";
    return {
      ...namesOfServer(server),
      enabled: flag("enabled"),
      remove_app_tmp: flag("remove_app_tmp"),
      remove_app_private_html: flag("remove_app_private_html"),
      rotate_system_log: flag("rotate_system_log"),
      rotate_app_log: flag("rotate_app_log"),
      remove_app_local_backup: flag("remove_app_local_backup"),
    };
  },
});

const updateDiskCleanupSettings = defineAskingTool({
  name: "update_disk_cleanup_settings",
  title: "Change disk cleanup",
  toolset: "server_config",
  effect: "destructive",
  idempotent: true,
  description: "Switches the automatic disk cleanup of a server on or off and sets what it removes, again and again. " +
    "What is not named stays. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...serverInput,
      enabled: z.boolean().optional().describe("Whether Cloudways cleans up by itself."),
      remove_app_tmp: cleanup("remove_app_tmp"),
      remove_app_private_html: cleanup("remove_app_private_html"),
      rotate_system_log: cleanup("rotate_system_log"),
      rotate_app_log: cleanup("rotate_app_log"),
      remove_app_local_backup: cleanup("remove_app_local_backup"),
    }).refine((input) => CLEANUP_SETTINGS.some((name) => input[name] !== undefined), {
      path: ["enabled"],
      error: `or one of ${CLEANUPS.join(", ")} is needed`,
    }),
  output: () => z.looseObject({ ...serverOutput, ...changesOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const before = await readCleanup(context.account, facts.server.id);
    const wanted = Object.fromEntries(
      CLEANUP_SETTINGS.map((name) => [name, input[name] === undefined ? undefined : input[name] ? "yes" : "no"]),
    );
    const whole = wholeOf(WHAT, CLEANUP_SETTINGS, before, wanted);
    return { ...facts, before, whole, changes: changesOf(WHAT, CLEANUP_SETTINGS, before, wanted) };
  },
  question: (facts) => cleanupQuestion(facts, facts),
  handler: async (_input, { account }, { server, before, whole, changes }) => {
    const { enabled, ...cleanups } = whole;
    const made = await changeValues({
      what: WHAT,
      before,
      changes,
      read: () => readCleanup(account, server.id),
      // All six are always sent: Cloudways wants each.
      write: () =>
        account.write({
          operation: "server_disk_cleanup_settings_update",
          method: "PUT",
          path: path`/server/disk/${server.id}`,
          form: { automate_cleanup: enabled === "yes" ? "enable" : "disable", ...cleanups },
          reply: doneReply,
        }),
    });
    return { ...namesOfServer(server), ...made };
  },
  undo: {
    state: ({ before }) => stateOf(before, CLEANUP_SETTINGS, labelOf),
    about: onServer,
    reverse: (_before, { server, changes }) => ({
      after: stateAfter(changes, labelOf),
      arguments: argumentsBack(changes, (_name, sent) => sent === "yes", { server_id: server.id }),
    }),
  },
});

/** The tools of this file. */
export const cleanupTools: readonly Tool[] = [getDiskCleanupSettings, updateDiskCleanupSettings];
