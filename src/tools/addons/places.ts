/** Add-ons of one server, and add-ons that are requested for one application. */
import * as z from "zod";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { SecretText } from "../../text/secret_text.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { anyReply } from "../define/outputs.ts";
import { appFacts, countApps, onApp, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { appOutput, idsOf, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";
import { type Addon, addonId, addonOutput, boundAddon, findAddon, namesOfAddon, priceList } from "./offers.ts";

/** The mail service of an SMTP add-on. */
const MAIL_INPUT = {
  mode: z.enum(["enable", "update"]).optional().describe("SMTP: first set-up, or a later change."),
  provider: z.string().min(1).max(60).optional().describe("SMTP: Cloudways' key of the mail service."),
  host: domainName.optional().describe("SMTP: mail server, such as smtp.example.com"),
  port: z.int().min(1).max(65_535).optional().describe("SMTP: its port: 587"),
  smtp_user: z.string().min(1).max(254).optional().describe("SMTP: login."),
  password: z.string().min(1).max(256).meta(declare({ form: "spaced", secret: true })).optional()
    .describe("SMTP: password of that login. Only if the user gave it to you."),
};

const serverAddonInput = z.strictObject({
  ...serverInput,
  addon_id: addonId,
  enabled: z.boolean().describe("false switches it off."),
  ...MAIL_INPUT,
}).superRefine(({ enabled, mode, ...input }, context) => {
  const wrong = (argument: string, message: string) => context.addIssue({ code: "custom", path: [argument], message });
  const { provider, host, port, smtp_user, password } = input;
  const given = Object.entries({ mode, provider, host, port, smtp_user, password })
    .filter(([, value]) => value !== undefined).map(([name]) => name);
  const [first] = given;
  if (!enabled && first !== undefined) wrong(first, "must be left out where enabled is false");
  if (enabled && first !== undefined && mode === undefined) {
    wrong("mode", "is needed with what describes the mail service");
  }
});

type ServerAddonInput = z.output<typeof serverAddonInput>;

interface ServerAddonFacts extends ServerFacts {
  addon: Addon;
}

const OFF = [
  "What uses it on this server stops: with an e-mail add-on its sites may send no mail.",
  "It can be undone by switching it on again; the mail service has to be described again then.",
];
const ON = [
  "All its applications can use it from then on. With an e-mail add-on, their mail goes through this service, whose " +
  "operator can read it; what was set before is replaced and can't be read back.",
  "It can be undone by switching it off; mail that was sent until then stays sent.",
];

function serverAddonQuestion(facts: ServerAddonFacts, { enabled, host }: ServerAddonInput): Question {
  const { addon, server } = facts;
  const where = `server ${server.id} with ${countApps(facts)}`;
  const mail: QuestionFact[] = host === undefined ? [] : [{ name: "Mail goes to", values: [host], isFirst: true }];
  return {
    headline: enabled
      ? `Switch add-on ${addon.id} on for ${where}: Cloudways may bill this; the price for a server is not known here.`
      : `Switch add-on ${addon.id} off for ${where}; Cloudways may bill it all the same.`,
    ...onServer(facts),
    consequences: enabled ? ON : OFF,
    facts: [
      ...mail,
      { name: "Add-on", values: [addon.label], isFirst: true },
      { name: "Packages of this add-on", values: priceList(addon) },
    ],
    target: boundAddon(addon),
  };
}

const setServerAddon = defineAskingTool({
  name: "set_server_addon",
  title: "Add-on of a server",
  toolset: "addons",
  effect: "destructive",
  undo: { instead: "Call it again the other way; the mail service has to be described again." },
  description:
    "Switches an add-on on or off for one server, such as outgoing e-mail (SMTP) through a mail service. The " +
    "account must have the add-on (activate_addon). Cloudways may bill it. A person has to approve it.",
  input: () => serverAddonInput,
  output: () => z.looseObject({ ...serverOutput, ...addonOutput, enabled: z.boolean(), message: z.string() }),
  facts: async (input, context) => ({
    ...await serverFacts(input, context),
    addon: await findAddon(context.account, input.addon_id),
  }),
  question: serverAddonQuestion,
  handler: async ({ enabled, mode, provider, host, port, smtp_user, password }, { account }, { server, addon }) => {
    const ids = { server_id: server.id, addon_id: addon.id };
    const mail = { mode, provider, host, port, username: smtp_user };
    const secret = password === undefined ? {} : { password: new SecretText(password) };
    await account.write({
      ...(enabled
        ? {
          operation: "addon_activate_on_server",
          path: path`/addon/activateOnServer`,
          form: { ...ids, ...mail, ...secret },
        }
        : { operation: "addon_deactivate_on_server", path: path`/addon/deactivateOnServer`, form: ids }),
      method: "POST",
      reply: anyReply,
      mayBeEmpty: true,
    });
    const message = "Cloudways took the change. It can't be read back here: the Cloudways console shows the add-on.";
    return { ...namesOfServer(server), ...namesOfAddon(addon), enabled, message };
  },
});

const requestAppAddon = defineAskingTool({
  name: "request_app_addon",
  title: "Add-on of an application",
  toolset: "addons",
  effect: "destructive",
  undo: { none: "only Cloudways' support can call it off" },
  description:
    "Requests an add-on for one application, such as an application upgrade or migration. Support staff carry " +
    "it out; nothing changes at once. Cloudways may bill it. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      addon_id: addonId,
      version: z.string().min(1).max(40).optional().describe("Only for an application upgrade: the wanted version."),
    }),
  output: () => z.looseObject({ ...appOutput, ...addonOutput, message: z.string() }),
  facts: async (input, context) => ({
    ...await appFacts(input, context),
    addon: await findAddon(context.account, input.addon_id),
  }),
  question: ({ addon, ...facts }) => ({
    headline: `Request add-on ${addon.id} for application ${facts.app.id}: Cloudways may bill this` +
      (addon.packages.length === 0 ? "; the price is not known here." : ", at one of the prices below."),
    ...onApp(facts),
    consequences: [
      "Cloudways' support staff get the request and may change the live site; nothing changes at once.",
      "It can be called off only by asking Cloudways' support.",
    ],
    facts: [
      { name: "Add-on", values: [addon.label], isFirst: true },
      { name: "Packages of this add-on", values: priceList(addon) },
    ],
    target: boundAddon(addon),
  }),
  handler: async ({ version }, { account }, { addon, ...found }) => {
    await account.write({
      operation: "addon_request",
      method: "POST",
      path: path`/addon/request`,
      form: { ...idsOf(found), addon_id: addon.id, version },
      reply: anyReply,
      mayBeEmpty: true,
    });
    const message = "The request is with Cloudways' support, who answer the account's owner. Don't send it again.";
    return { ...namesOf(found), ...namesOfAddon(addon), message };
  },
});

/** The tools of this file. */
export const placesTools: readonly Tool[] = [setServerAddon, requestAppAddon];
