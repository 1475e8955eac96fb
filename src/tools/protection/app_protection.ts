/** Malware protection of one application: what it says, ordering and cancelling it. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { appInput } from "../define/inputs.ts";
import { readProtectedApps } from "../define/protected_apps.ts";
import { type AppFacts, appFacts, inWords, nullIfRefused, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { readSuite, writeSuite } from "./suite.ts";

const getAppProtection = defineTool({
  name: "get_app_protection",
  title: "Protection of an application",
  toolset: "protection",
  effect: "read",
  description: "Shows whether malware protection is on for an application (status), with its incidents and events; " +
    `null: Cloudways refuses to tell. ${AS_IT_CAME}`,
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, ...replyOutput }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const { app, server } = found;
    const status = await readSuite(account, server, {
      operation: "security_suite_app_status_get",
      path: path`/app/security/${app.id}/status`,
    });
    const [incidents, events] = await Promise.all([
      readSuite(account, server, {
        operation: "security_suite_app_incidents_list",
        path: path`/app/security/${app.id}/incidents`,
      }).catch(nullIfRefused),
      readSuite(account, server, {
        operation: "security_suite_app_events_list",
        path: path`/app/security/${app.id}/events`,
      }).catch(nullIfRefused),
    ]);
    return { ...namesOf(found), reply: { status, incidents, events } };
  },
});

/** Whether protection is bought for an application; null where Cloudways doesn't say. */
async function readBought(account: CloudwaysAccount, { app, server }: FoundApp): Promise<boolean | null> {
  const listed = await readProtectedApps(account, server.id, { label: app.label, limit: 100 }).catch(nullIfRefused);
  return listed?.apps.find(({ id }) => id === app.id)?.isProtected ?? null;
}

/** A question about what Cloudways bills. */
function moneyQuestion(facts: AppFacts & { isBought: boolean | null }, enabled: boolean): Question {
  const { id } = facts.app;
  return {
    headline: enabled
      ? `Order malware protection for application ${id}: Cloudways will bill this; the price is not known here.`
      : `Cancel malware protection of application ${id}: this changes what Cloudways bills, and protection ends.`,
    ...onApp(facts),
    consequences: enabled
      ? [
        "Cloudways looks for malware in the application from then on, and may clean files or put them in quarantine.",
        "It can be undone by cancelling it. Whether money is paid back then is not documented.",
      ]
      : [
        "Cloudways no longer looks for malware in the application, and no longer removes it.",
        "Whether money is paid back is not documented.",
        "It can be undone by ordering it again, at a price that is not known here.",
      ],
    facts: [{ name: "Malware protection now", values: [inWords(facts.isBought, ["ordered", "not ordered"])] }],
    target: { is_bought: facts.isBought },
  };
}

const setAppProtection = defineAskingTool({
  name: "set_app_protection",
  title: "Switch malware protection",
  toolset: "protection",
  effect: "destructive",
  undo: { instead: "Call it again the other way; Cloudways may bill that." },
  description:
    "Orders or cancels malware protection (Imunify360) for an application. Cloudways bills it; no price is " +
    `known here. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...appInput,
      enabled: z.boolean().describe("true orders it, false cancels it."),
    }),
  output: () => z.looseObject({ ...appOutput, enabled: z.boolean(), ...replyOutput }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    // Cancelling sends the label, which must be the real one.
    if (!input.enabled) refuseHidden("label of the application", [facts.app.label]);
    return { ...facts, isBought: await readBought(context.account, facts) };
  },
  question: (facts, { enabled }) => moneyQuestion(facts, enabled),
  handler: async ({ enabled }, { account }, found) => {
    const { id, label } = found.app;
    const reply = await writeSuite(
      account,
      enabled
        ? {
          operation: "security_suite_app_activate",
          method: "POST",
          path: path`/app/security/${id}/activate`,
          form: idsOf(found),
        }
        : {
          operation: "security_suite_app_deactivate",
          method: "PATCH",
          path: path`/app/security/${id}/deactivate`,
          form: { ...idsOf(found), app_name: label },
        },
    );
    return { ...namesOf(found), enabled, reply };
  },
});

/** The tools of this file. */
export const appProtectionTools: readonly Tool[] = [getAppProtection, setAppProtection];
