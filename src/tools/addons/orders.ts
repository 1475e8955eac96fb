/** Ordering, changing and cancelling add-ons of the account. Cloudways bills them. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseObject, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { notKnown } from "../define/known_values.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { type Addon, addonId, addonOutput, type AddonPackage, findAddon, namesOfAddon } from "./offers.ts";
import { cancelQuestion, changeQuestion, orderQuestion } from "./order_questions.ts";

const packageId = z.int().min(1);

/** What Cloudways calls the states of an order. */
const STATES: Readonly<Record<string, string>> = { 0: "inactive", 1: "active", 2: "requested" };

const orderReply = looseObject({
  error: z.never().optional(),
  message: looseText,
  sub: looseObject({ status: looseText }).catch({ status: "" }),
});

const orderOutput = {
  ...addonOutput,
  status: z.enum(["active", "requested", "inactive", "not told"]),
  message: z.string(),
  cloudways_message: z.string().optional(),
};
const packageOutput = { package_id: z.number().nullable(), package_name: z.string().nullable() };

const MESSAGES = {
  active: "The add-on is active.",
  requested: "The add-on was requested; Cloudways' support completes it.",
  inactive: "The add-on is inactive.",
  "not told": "Cloudways took the request, but doesn't tell the state of the add-on. Ask the user to look in the " +
    "Cloudways console before anything is ordered once more.",
} as const;

type OrderState = keyof typeof MESSAGES;

function isState(state: string | undefined): state is OrderState {
  return state !== undefined && state in MESSAGES;
}

type OrderOperation = "addon_activate" | "addon_upgrade" | "addon_deactivate";

const PATHS = {
  addon_activate: path`/addon/activate`,
  addon_upgrade: path`/addon/upgrade`,
  addon_deactivate: path`/addon/deactivate`,
};

/** Sends an order, once. */
async function send(account: CloudwaysAccount, operation: OrderOperation, addon: Addon, chosen?: AddonPackage) {
  const { message: said, sub } = await account.write({
    operation,
    method: "POST",
    path: PATHS[operation],
    form: { addon_id: addon.id, package_id: chosen?.id_package },
    reply: orderReply,
  });
  const state = STATES[sub.status];
  const status: OrderState = isState(state) ? state : "not told";
  return {
    ...namesOfAddon(addon),
    status,
    message: MESSAGES[status],
    ...(said !== "" && { cloudways_message: said }),
  };
}

function packageNames(chosen: AddonPackage | undefined) {
  return { package_id: chosen?.id_package ?? null, package_name: chosen?.package_name ?? null };
}

/** @throws {ToolError} `invalid_arguments` with the add-on's packages, where it is none of them or one is missing. */
function choose({ packages }: Addon, id: number | undefined): AddonPackage | undefined {
  const chosen = packages.find(({ id_package }) => id_package === id);
  if (chosen !== undefined || (id === undefined && packages.length === 0)) return chosen;
  if (packages.length === 0) {
    throw new ToolError("invalid_arguments", "package_id: this add-on has no packages.", {
      hint: "Nothing was done, and nobody was asked. Call again without package_id.",
      done: "nothing",
    });
  }
  const known = packages.map(({ id_package }) => String(id_package));
  throw notKnown({ argument: "package_id", what: "package of this add-on", known });
}

const activateAddon = defineAskingTool({
  name: "activate_addon",
  title: "Order an add-on",
  toolset: "addons",
  effect: "destructive",
  undo: { instead: "deactivate_addon cancels it; what was billed until then is not known to come back." },
  description:
    "Orders an add-on for the account, such as DNS, outgoing e-mail (SMTP) or priority support. Cloudways bills " +
    "it. Support staff complete some orders (status requested). A person has to approve it.",
  input: () =>
    z.strictObject({
      addon_id: addonId,
      package_id: packageId.optional().describe("Package of list_addons; needed where the add-on has packages."),
    }),
  output: () => z.looseObject({ ...orderOutput, ...packageOutput }),
  facts: async ({ addon_id, package_id }, { account }) => {
    const addon = await findAddon(account, addon_id);
    return { addon, chosen: choose(addon, package_id) };
  },
  question: orderQuestion,
  handler: async (_input, { account }, { addon, chosen }) => ({
    ...await send(account, "addon_activate", addon, chosen),
    ...packageNames(chosen),
  }),
});

const changeAddonPackage = defineAskingTool({
  name: "change_addon_package",
  title: "Change an add-on's package",
  toolset: "addons",
  effect: "destructive",
  undo: { instead: "change_addon_package to the former package, which Cloudways does not tell." },
  idempotent: true,
  description:
    "Moves an add-on that the account has to another package at another price. Cloudways bills it. A person " +
    "has to approve it.",
  input: () =>
    z.strictObject({ addon_id: addonId, package_id: packageId.describe("The new package, from list_addons.") }),
  output: () => z.looseObject({ ...orderOutput, ...packageOutput }),
  facts: async ({ addon_id, package_id }, { account }) => {
    const addon = await findAddon(account, addon_id);
    return { addon, chosen: choose(addon, package_id) };
  },
  question: changeQuestion,
  handler: async (_input, { account }, { addon, chosen }) => ({
    ...await send(account, "addon_upgrade", addon, chosen),
    ...packageNames(chosen),
  }),
});

const deactivateAddon = defineAskingTool({
  name: "deactivate_addon",
  title: "Cancel an add-on",
  toolset: "addons",
  effect: "destructive",
  undo: { instead: "activate_addon orders it again, at the price of then; its settings may be lost." },
  idempotent: true,
  description:
    "Cancels an add-on of the account, on all servers; what runs through it stops. A person has to approve it.",
  input: () => z.strictObject({ addon_id: addonId }),
  output: () => z.looseObject(orderOutput),
  facts: async ({ addon_id }, { account }) => ({ addon: await findAddon(account, addon_id) }),
  question: cancelQuestion,
  handler: (_input, { account }, { addon }) => send(account, "addon_deactivate", addon),
});

/** The tools of this file. */
export const ordersTools: readonly Tool[] = [activateAddon, changeAddonPackage, deactivateAddon];
