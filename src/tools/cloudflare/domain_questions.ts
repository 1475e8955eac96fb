/** What is asked before domains are put on Cloudflare, taken off it or moved. */
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { domainOf } from "../../cloudways/models.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import type { CloudflareDomain } from "../define/cloudflare_domains.ts";
import { count, onApp } from "../define/questions.ts";
import type { CloudflareFacts } from "./attached.ts";

/** The domain alone is shown with the first line; more stand below it. */
function domainFacts(names: readonly string[]): QuestionFact {
  return names.length === 1 ? { name: "Domain", values: names, isFirst: true } : { name: "Domains", values: names };
}

function stayFact(domains: readonly CloudflareDomain[], gone: readonly CloudflareDomain[]): QuestionFact {
  const stay = domains.filter((one) => !gone.includes(one)).map(({ domain }) => domain);
  return { name: "Stay on Cloudflare as they are", values: stay };
}

const nameOf = ({ domain }: CloudflareDomain) => domain;

/** The question before a domain is put on Cloudflare. */
export function additionQuestion({ domains, ...facts }: CloudflareFacts, domain: string): Question {
  const { cname, aliases, id } = facts.app;
  const isOwn = [cname ?? "", ...aliases ?? []].some((name) => name.toLowerCase() === domain);
  return {
    headline:
      `Put 1 domain of application ${id} on Cloudflare Enterprise: Cloudways bills it; the price is not known here.`,
    ...onApp(facts),
    consequences: [
      "Its owner has to publish TXT records in its DNS then, to prove that it is theirs.",
      ...(isOwn ? [] : ["It is not known to be a domain of this application."]),
      "It can be undone by taking the domain off again; what was billed until then stays billed.",
    ],
    facts: [domainFacts([domain]), { name: "On Cloudflare already", values: domains.map(nameOf) }],
  };
}

/** The question before domains are taken off Cloudflare. */
export function removalQuestion(
  { domains, ...facts }: CloudflareFacts,
  removed: readonly CloudflareDomain[],
): Question {
  return {
    headline: `Take ${count(removed.length, "domain")} of application ${facts.app.id} off Cloudflare Enterprise, ` +
      "which Cloudways bills.",
    ...onApp(facts),
    consequences: [
      "Their visitors no longer come through Cloudflare: its cache and its protection end for them.",
      "A domain whose DNS still points to Cloudflare stops working: change its DNS first.",
      "It can be undone by putting them on Cloudflare again, which is billed, and may need new TXT records.",
    ],
    facts: [domainFacts(removed.map(nameOf)), stayFact(domains, removed)],
    target: { removed: removed.map(nameOf).toSorted() },
  };
}

/** The question before domains are moved to another application. */
export function moveQuestion(
  { domains, ...facts }: CloudflareFacts,
  moved: readonly CloudflareDomain[],
  { app, server }: FoundApp,
): Question {
  return {
    headline: `Move ${count(moved.length, "domain")} on Cloudflare Enterprise, which Cloudways bills, from ` +
      `application ${facts.app.id} to application ${app.id}.`,
    ...onApp(facts),
    consequences: [
      "Visitors of these domains may get the site of the other application, or an error where it does not know them.",
      "Settings, statistics and cache at Cloudflare are then those of the other application.",
      "It can be undone by moving them back.",
    ],
    facts: [
      domainFacts(moved.map(nameOf)),
      { name: "To application", values: [app.label] },
      { name: "Its domain", values: [domainOf(app)].filter((name) => name !== "") },
      { name: "Its server", values: [`${server.id}: ${server.label}`] },
      stayFact(domains, moved),
    ],
    target: {
      moved: moved.map(nameOf).toSorted(),
      to: { id: app.id, label: app.label, domain: domainOf(app), server: { id: server.id, label: server.label } },
    },
  };
}
