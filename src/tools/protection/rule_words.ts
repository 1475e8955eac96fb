/** What rules about visitors' addresses mean, in words for people. */
import { wideRanges } from "../../cloudways/address_lists.ts";
import { count } from "../define/questions.ts";

/** The two lists of rules. */
export const LISTS = ["allow", "block"] as const;
/** One of {@linkcode LISTS}. */
export type RuleList = typeof LISTS[number];

/** What happens to addresses of a list. */
export interface RuleChange {
  list: RuleList;
  isAdded: boolean;
  ips: readonly string[];
}

/** What is done. `where` follows it: `for application 1`. */
export function ruleHeadline({ list, isAdded, ips }: RuleChange, where: string): string {
  const addresses = count(ips.length, "address", "addresses");
  if (!isAdded) return `Take ${addresses} off the ${list} list ${where}.`;
  return list === "block"
    ? `Block visitors from ${addresses} ${where}.`
    : `Let ${addresses} past the protection ${where}.`;
}

/** What it means. `sites` is what is behind the rules: `the site`. */
export function ruleConsequences({ list, isAdded, ips }: RuleChange, sites: string): string[] {
  const wide = wideRanges(ips);
  const everybody = wide.filter(({ all }) => all).length;
  return [
    MEANINGS[list][isAdded ? "added" : "removed"](sites),
    ...(everybody > 0 ? [`This means everybody: /0 stands among them ${count(everybody, "time")}.`] : []),
    ...(wide.length > everybody
      ? [`Among them ${count(wide.length - everybody, "wide range")}: many addresses each.`]
      : []),
    isAdded
      ? "It can be undone by taking them off the list again."
      : "It can be undone by adding them to the list again, without what else was set, such as how long a rule lasts.",
  ];
}

const MEANINGS: Readonly<Record<RuleList, Record<"added" | "removed", (sites: string) => string>>> = {
  block: {
    added: (sites) =>
      `Anyone who comes from there no longer reaches ${sites}: customers, services such as payments, and everybody in an ` +
      "office behind that address, your own too.",
    removed: (sites) => `Anyone who comes from there reaches ${sites} again, attackers too.`,
  },
  allow: {
    added: (sites) => `This opens a door: anyone who comes from there reaches ${sites} unchecked, attackers too.`,
    removed: (sites) => `Anyone who comes from there is checked like everybody else, and may be kept from ${sites}.`,
  },
};
