/** Who owns the files of an application, and the redirection to HTTPS. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { switchedBack } from "../define/put_back.ts";
import { appFacts, appFactsIf, nullIfNotRead, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { httpsOffQuestion, httpsOnQuestion, masterUserQuestion } from "./setting_questions.ts";

const resetAppFilePermissions = defineAskingTool({
  name: "reset_app_file_permissions",
  title: "Reset file permissions",
  toolset: "apps",
  effect: "destructive",
  undo: { none: "permissions that were set by hand can't be read" },
  idempotent: true,
  description: "Sets owner and modes of all files of an application to Cloudways' defaults. Use it when uploads, " +
    "updates or deployments fail for lack of permission. master_user asks first.",
  input: () =>
    z.strictObject({
      ...appInput,
      ownership: z.enum(["sys_user", "master_user"])
        .describe("Who shall own the files: the application's own user or the server's."),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, ownership: z.string() }),
  // That the application's own user owns its files is how every application begins.
  facts: (input, context) => appFactsIf(input.ownership !== "sys_user", input, context),
  question: (facts, { ownership }) => ownership === "sys_user" ? undefined : masterUserQuestion(facts),
  handler: async ({ ownership, ...input }, context, found) => {
    const fields = { ownership };
    const work = { operation: "app_reset_permissions", path: path`/app/manage/reset_permissions`, fields };
    return { ...await startOnApp(found, input, context, work), ownership };
  },
});

const settingsReply = z.looseObject({ enforce_https: statedFlag });

/** Whether visitors are redirected to HTTPS; null where it is not told. */
async function readHttps(account: CloudwaysAccount, found: FoundApp): Promise<boolean | null> {
  const { enforce_https } = await account.read({
    operation: "app_settings_get",
    path: path`/app/get_settings_value`,
    reply: settingsReply,
    query: idsOf(found),
  });
  return enforce_https;
}

const enforceAppHttps = defineAskingTool({
  name: "enforce_app_https",
  title: "Redirect to HTTPS",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description: "Turns the redirection of an application's visitors from HTTP to HTTPS on or off. Off asks first, and " +
    "so does on unless a certificate is known for every domain.",
  input: () =>
    z.strictObject({
      ...appInput,
      enabled: z.boolean().describe("true redirects every visitor."),
      ...waitInput,
    }),
  formerly: { status: { name: "enabled", values: { enable: true, disable: false } } },
  output: () => z.looseObject({ ...appOutput, ...startedOutput, enforce_https: z.boolean() }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    return { ...facts, isOn: await readHttps(context.account, facts).catch(nullIfNotRead) };
  },
  question: (facts, { enabled }) => enabled ? httpsOnQuestion(facts) : httpsOffQuestion(facts),
  handler: async ({ enabled, ...input }, context, found) => {
    const fields = { status: enabled ? "enable" : "disable" };
    const work = { operation: "app_enforce_https_update", path: path`/app/manage/enforce_https`, fields };
    return { ...await startOnApp(found, input, context, work), enforce_https: enabled };
  },
  undo: {
    state: ({ isOn }) => ({ "Redirection to HTTPS": isOn }),
    about: onApp,
    reverse: switchedBack("Redirection to HTTPS"),
  },
});

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [resetAppFilePermissions, enforceAppHttps];
