/**
 * The question before a whitelist is changed: who gets in, who no longer does, and what the list is before and after.
 */
import { canonicalList, type ListPlan, policyWarnings, wideRanges } from "../../cloudways/address_lists.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { count, onServer, type ServerFacts } from "../define/questions.ts";

/** The services that each list gives access to. */
const REACHES = { ssh: "SSH and SFTP", mysql: "MySQL" } as const;

/** Names every change, and with it what stays. */
export function whitelistQuestion(facts: ServerFacts, plan: ListPlan): Question {
  const { added, removed } = plan.merged;
  const changes = [
    `${count(added.length, "entry", "entries")} added`,
    `${removed.length} removed`,
    ...(changesPolicy(plan) ? ["policy changed"] : []),
  ];
  return {
    headline: `Change who may reach server ${facts.server.id} by ${REACHES[plan.list]}: ${changes.join(", ")}.`,
    ...onServer(facts),
    consequences: consequencesOf(plan),
    facts: factsOf(plan),
    target: { list: plan.list, ips: canonicalList(plan.before.ips), policy: plan.before.policy },
  };
}

function changesPolicy({ change, before }: ListPlan): boolean {
  return change.policy !== undefined && change.policy !== before.policy;
}

function consequencesOf({ list, before, merged, policy }: ListPlan): string[] {
  const wide = wideRanges(merged.after);
  const everybody = wide.filter(({ all }) => all).length;
  const lines = [
    before.stated ? "" : "Cloudways doesn't tell the present list: whatever it holds is replaced.",
    merged.added.length > 0 ? `Anyone who connects from an added address can try to sign in by ${REACHES[list]}.` : "",
    merged.removed.length > 0 && policy !== "allow_all"
      ? "Anyone who connects from a removed address is locked out, unless another entry holds it."
      : "",
    everybody > 0 ? `The new list lets everybody in: /0 stands in it ${count(everybody, "time")}.` : "",
    wide.length > everybody ? `The new list holds ${count(wide.length - everybody, "wide range")}.` : "",
    policy === "block_all" ? "The policy block_all locks out every address that is not on the list." : "",
    ...policyWarnings(merged.after, policy),
    "It can be undone by changing the list back.",
  ];
  return lines.filter((line) => line !== "");
}

function factsOf({ before, merged, policy }: ListPlan): QuestionFact[] {
  const { after, added, removed } = merged;
  const wide = wideRanges(after).map(({ ip, size }) => `${ip}: ${size}`);
  return [
    { name: "Added", values: added },
    { name: "Removed", values: removed },
    ...(wide.length > 0 ? [{ name: "Wide ranges", values: wide }] : []),
    { name: "Before", values: before.stated ? before.ips : ["not told"] },
    { name: "After", values: after },
    { name: "Policy before", values: [before.policy ?? "not told"] },
    { name: "Policy after", values: [policy ?? "as before"] },
  ];
}
