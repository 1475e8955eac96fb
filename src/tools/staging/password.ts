/** A new password for the prompt in front of a staging application. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { appFactsIf, onApp } from "../define/questions.ts";
import { passwordOutput, SEEN_BY, show } from "../define/secrets.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, startUndocumented, undocumentedOutput } from "../define/undocumented.ts";
import { requireStaging } from "./pairs.ts";

const userName = z.string().regex(/^\w[\w.-]{0,31}$/, "must be a name of letters, digits, dot, dash or underscore");

const resetStagingPassword = defineAskingTool({
  name: "reset_staging_password",
  title: "New staging password",
  toolset: "staging",
  effect: "destructive",
  undo: { none: "the former password can't be read" },
  description:
    "Makes a new password for the prompt in front of a staging application and shows it to the person once. " +
    "The old user name and password stop working. Asks first only where you are to see it (show: answer). " +
    AS_IT_CAME,
  input: () =>
    z.strictObject({
      ...appInput,
      user_name: userName.default("staging").describe("User name of the prompt; the present one can't be read."),
      show,
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...undocumentedOutput, ...passwordOutput, user_name: z.string() }),
  showsSecrets: (input) => input.show,
  facts: async (input, context) => requireStaging(await appFactsIf(input.show === "answer", input, context)),
  question(facts, { show }) {
    if (show === "page") return undefined;
    return {
      headline: `Set a new password for staging application ${facts.app.id} and show it to the assistant.`,
      ...onApp(facts),
      consequences: [
        SEEN_BY.answer,
        "The present user name and password of the prompt stop working.",
        "It can't be undone: the present ones can't be read. New ones can be set at any time.",
      ],
    };
  },
  handler: async ({ user_name, show, ...input }, context, found) => {
    const made = { ...onApp(found), name: "Password of the staging prompt", user: user_name, show };
    const { reply: started, answer } = await context.secrets.setPassword(
      made,
      (password) =>
        startUndocumented(found, input, context, {
          operation: "staging_htaccess_update",
          path: path`/staging/htaccessUpdate`,
          fields: { username: user_name, password },
        }),
    );
    return { ...started, user_name, ...answer };
  },
});

/** The tools of this file. */
export const passwordTools: readonly Tool[] = [resetStagingPassword];
