/** The add-ons that Cloudways offers, with their packages and prices. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, listReply, looseList, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { JsonValue } from "../../text/clean.ts";
import { notKnown } from "../define/known_values.ts";

const packageRecord = z.looseObject({
  id_package: idNumber,
  package_name: looseText,
  period: looseText,
  /** A decimal number of US dollars. */
  package_price: looseText,
});

const addonRecord = z.looseObject({
  id: idNumber,
  label: looseText,
  vendor: looseText,
  binding: looseText,
  packages: looseList(packageRecord),
  /** No known answer has it, though Cloudways' own assistant is said to show it. */
  status: z.unknown().optional(),
});

/** A package of an add-on. */
export type AddonPackage = z.output<typeof packageRecord>;

/** An add-on that Cloudways offers. */
export type Addon = z.output<typeof addonRecord>;

/** The input that names an add-on. */
export const addonId = z.int().min(1).meta(declare({ role: "target" })).describe("Id from list_addons.");

/** Output schema: the add-on that an answer is about. */
export const addonOutput = { addon_id: z.number(), addon_label: z.string() };

/** The members of {@linkcode addonOutput}. */
export function namesOfAddon({ id, label }: Addon): z.output<z.ZodObject<typeof addonOutput>> {
  return { addon_id: id, addon_label: label };
}

/** Reads every add-on. The list is the same for every account, so a caller who is bound to some servers sees it too. */
export function readAddons(account: CloudwaysAccount): Promise<Addon[]> {
  return account.read({
    operation: "addon_list",
    path: path`/addon`,
    reply: listReply("addons", addonRecord),
    wholeAccount: true,
  });
}

/** @throws {ToolError} `invalid_arguments`, with the known ids. */
export async function findAddon(account: CloudwaysAccount, id: number): Promise<Addon> {
  const addons = await readAddons(account);
  const found = addons.find((addon) => addon.id === id);
  if (found !== undefined) return found;
  throw notKnown({ argument: "addon_id", what: "add-on of Cloudways", known: addons.map(({ id }) => String(id)) });
}

/** A price as a person reads it; undefined where Cloudways gives none. */
export function priceOf({ package_price, period }: AddonPackage): string | undefined {
  if (package_price === "") return undefined;
  return `${package_price} US dollars per ${period === "" ? "period not told" : period}`;
}

/** An add-on with one of its packages, or alone. */
export function nameOf({ label }: Addon, chosen: AddonPackage | undefined): string {
  return chosen === undefined ? label : `${label}: ${chosen.package_name}`;
}

/** Each package with its price, as a person reads it. */
export function priceList({ packages }: Addon): string[] {
  return packages.map((one) => `${one.package_name}: ${priceOf(one) ?? "price not told"}`);
}

/** What of an add-on a yes is bound to. */
export function boundAddon(addon: Addon): Record<string, JsonValue> {
  const { id, label } = addon;
  return { addon: { id, label, prices: addon.packages.map((one) => [one.id_package, priceOf(one) ?? null]) } };
}
