/** The password prompt in front of a staging application, and the backup that a sync leaves behind. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { appFacts, appFactsIf, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, startUndocumented, undocumentedOutput } from "../define/undocumented.ts";
import { requireStaging } from "./pairs.ts";

const setStagingPasswordPrompt = defineAskingTool({
  name: "set_staging_password_prompt",
  title: "Password prompt of a staging application",
  toolset: "staging",
  effect: "destructive",
  undo: { instead: "Call it again the other way; Cloudways does not show how it was before." },
  idempotent: true,
  description: "Switches the password prompt in front of a staging application on or off. Off asks first: everybody " +
    "can see it then. Its user name and password can't be read.",
  input: () =>
    z.strictObject({
      ...appInput,
      enabled: z.boolean().describe("true asks visitors for a user name and password."),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, prompt_enabled: z.boolean() }),
  facts: async (input, context) => requireStaging(await appFactsIf(!input.enabled, input, context)),
  question(facts, { enabled }) {
    if (enabled) return undefined;
    return {
      headline: `Let everybody see staging application ${facts.app.id}: its password prompt is switched off.`,
      ...onApp(facts),
      consequences: [
        "Everybody who knows or finds its address can see the copy and what is on it; search engines may list it.",
        "It can be undone by switching the prompt on again.",
      ],
    };
  },
  handler: async ({ enabled, ...input }, context, found) => {
    const started = await startOnApp(found, input, context, {
      operation: "staging_auth_status_update",
      path: path`/staging/auth/status`,
      fields: { action: enabled ? "enable" : "disable" },
    });
    return { ...started, prompt_enabled: enabled };
  },
});

const deleteStagingBackup = defineAskingTool({
  name: "delete_staging_backup",
  title: "Delete a staging backup",
  toolset: "staging",
  effect: "destructive",
  undo: { none: "what is deleted is gone" },
  description: "Deletes the backup that was taken before a push or pull of a staging application. A person has to " +
    `approve it. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...undocumentedOutput }),
  facts: async (input, context) => requireStaging(await appFacts(input, context)),
  question: (facts) => ({
    headline: `Delete the backup that the last push or pull of staging application ${facts.app.id} left.`,
    ...onApp(facts),
    losesData: true,
    consequences: [
      "What that push or pull overwrote can't be brought back from it any more. Other backups stay.",
      "It can't be undone. Whether the backup is of the copy or of its live application is not documented.",
    ],
  }),
  handler: (input, context, found) =>
    startUndocumented(found, input, context, {
      operation: "staging_local_backup_delete",
      path: path`/staging/app/deleteBackup`,
    }),
});

/** The tools of this file. */
export const promptTools: readonly Tool[] = [setStagingPasswordPrompt, deleteStagingBackup];
