/** What is asked before an add-on of the account is ordered, changed or cancelled. */
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { type Addon, type AddonPackage, boundAddon, nameOf, priceList, priceOf } from "./offers.ts";

/** An add-on, and the package that is chosen, if it has packages. */
export interface Order {
  addon: Addon;
  chosen: AddonPackage | undefined;
}

/** The end of a headline: what it costs follows as a fact, where Cloudways says so. */
function bills(price: string | undefined): string {
  return price === undefined ? "Cloudways will bill this; the price is not known here." : "Cloudways will bill this.";
}

function orderFacts({ addon, chosen }: Order, price: string | undefined): QuestionFact[] {
  return [
    ...(price === undefined ? [] : [{ name: "Price", values: [price], isFirst: true } as const]),
    { name: "Add-on", values: [nameOf(addon, chosen)], isFirst: true },
  ];
}

function boundOrder({ addon, chosen }: Order) {
  return { ...boundAddon(addon), package: chosen?.id_package ?? null };
}

/** The question before an add-on is ordered. */
export function orderQuestion(order: Order): Question {
  const price = order.chosen && priceOf(order.chosen);
  return {
    headline: `Order add-on ${order.addon.id} for this Cloudways account: ${bills(price)}`,
    subject: { kind: "account" },
    consequences: [
      "It is billed to the account until it is cancelled.",
      "Cloudways' support staff complete some orders; what they find may change the price.",
      "It can be undone by cancelling the add-on; what was billed until then is not known to come back.",
    ],
    facts: orderFacts(order, price),
    target: boundOrder(order),
  };
}

/** The question before an add-on gets another package. */
export function changeQuestion(order: Order): Question {
  const { addon } = order;
  const price = order.chosen && priceOf(order.chosen);
  return {
    headline: `Move add-on ${addon.id} of this Cloudways account to another package: ${bills(price)}`,
    subject: { kind: "account" },
    consequences: [
      "The account pays the new price until it is changed again; a smaller package may stop what goes beyond it.",
      "Cloudways doesn't tell here which package the account has now.",
      "It can be undone by moving it back to its present package, if Cloudways still offers that.",
    ],
    facts: [...orderFacts(order, price), { name: "Packages of this add-on", values: priceList(addon) }],
    target: boundOrder(order),
  };
}

/** The question before an add-on is cancelled. */
export function cancelQuestion({ addon }: Pick<Order, "addon">): Question {
  return {
    headline: `Cancel add-on ${addon.id} of this Cloudways account, which Cloudways bills.`,
    subject: { kind: "account" },
    consequences: [
      "What runs through it stops, on every server: with an e-mail add-on the sites send no mail, with a DNS add-on " +
      "domains may no longer be found.",
      "It can be undone only by ordering it again, at the price of then; its settings may be lost.",
    ],
    facts: [
      { name: "Add-on", values: [addon.label], isFirst: true },
      { name: "Packages of this add-on", values: priceList(addon) },
    ],
    target: boundAddon(addon),
  };
}
