/** Lists the add-ons. */
import * as z from "zod";
import { noInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { type Addon, readAddons } from "./offers.ts";

function addonView({ id, label, vendor, binding, packages, status }: Addon) {
  return {
    id,
    label,
    vendor,
    for_one: binding,
    packages: packages.map(({ id_package, package_name, package_price, period }) => ({
      id: id_package,
      name: package_name,
      price_usd: package_price,
      per: period,
    })),
    ...(status !== undefined && { status }),
  };
}

const listAddons = defineTool({
  name: "list_addons",
  title: "Add-ons",
  toolset: "addons",
  effect: "read",
  // The list is the same for every account.
  accountWide: false,
  description:
    "Lists the add-ons that Cloudways offers, with their packages and prices in US dollars. Which ones the " +
    "account pays for is in no known answer of the API: the Cloudways console shows it.",
  input: noInput,
  output: () => z.looseObject({ addons: records }),
  handler: async (_input, { account }) => ({ addons: (await readAddons(account)).map(addonView) }),
});

/** The tools of this file. */
export const listTools: readonly Tool[] = [listAddons];
