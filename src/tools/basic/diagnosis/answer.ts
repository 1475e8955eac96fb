/** The answer of a diagnosis. */
import { domainOf } from "../../../cloudways/models.ts";
import { namesOf } from "../../define/targets.ts";
import { call, type Cause, type NextStep, ranked } from "./causes.ts";
import { codeCauses } from "./code_causes.ts";
import { deliveryCauses } from "./delivery_causes.ts";
import { eventCauses } from "./event_causes.ts";
import type { Facts } from "./facts.ts";
import { figuresOf } from "./figures.ts";
import type { Gathered } from "./gather.ts";
import { type Onset, onsetOf } from "./onset.ts";
import { serverCauses } from "./server_causes.ts";
import { shortened } from "./shortened.ts";
import { isoOf } from "./span.ts";
import { timelineOf } from "./timeline.ts";
import { trafficCauses } from "./traffic_causes.ts";

/** Most causes of an answer. */
const MAX_CAUSES = 6;
/** Most evidence of one cause. */
const MAX_EVIDENCE = 4;

/** Every cause that the facts speak for, the surest first. */
export function causesOf(facts: Facts, onset: Onset | null = onsetOf(facts)): Cause[] {
  return ranked([
    ...serverCauses(facts),
    ...eventCauses(facts, onset),
    ...trafficCauses(facts),
    ...codeCauses(facts),
    ...deliveryCauses(facts),
  ]);
}

/** The answer. It never says that something is fine that was not looked at. */
export function answerOf({ facts, notLookedAt, requests }: Gathered) {
  const { found, span } = facts;
  const onset = onsetOf(facts);
  const causes = causesOf(facts, onset);
  const answer = {
    ...namesOf(found),
    domain: domainOf(found.app),
    checked_at: isoOf(span.now),
    summary: summaryOf(causes, notLookedAt.length),
    causes: causes.slice(0, MAX_CAUSES).map((cause) => ({ ...cause, evidence: cause.evidence.slice(0, MAX_EVIDENCE) })),
    ...(causes.length > MAX_CAUSES && { causes_left_out: causes.slice(MAX_CAUSES).map(({ kind }) => kind) }),
    compared: {
      from: isoOf(span.from),
      from_was_given: span.since !== null,
      ...(onset !== null && { began_at: isoOf(onset.at), known_by: onset.figure }),
      graphs: span.graph,
      reports: span.report,
    },
    timeline: timelineOf(facts, onset),
    figures: figuresOf(facts),
    looked_at: inOrder(facts.readAt),
    not_looked_at: notLookedAt.toSorted((a, b) => compareNames(a.part, b.part)),
    ...(causes.length === 0 && { look_next: lookNext(facts) }),
    request_count: requests + 1,
  };
  return shortened(answer);
}

/** By name, so that the same facts give the same answer whichever reply comes first. */
function inOrder(readAt: Facts["readAt"]): Facts["readAt"] {
  return Object.fromEntries(Object.entries(readAt).sort(([a], [b]) => compareNames(a, b)));
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function summaryOf(causes: readonly Cause[], missing: number): string {
  const left = missing === 0 ? "" : ` ${missing} ${missing === 1 ? "part was" : "parts were"} not looked at.`;
  const [first, ...more] = causes;
  if (first === undefined) return `Nothing in what was looked at stands out.${left}`;
  const found = more.length === 0 ? "One possible cause" : `${more.length + 1} possible causes, the surest first`;
  return `${found} (${first.confidence}): ${first.cause}${left}`;
}

/** What may still explain the trouble. */
function lookNext({ found: { app, server }, span }: Facts): NextStep[] {
  return [
    call("get_server_analytics", { server_id: server.id }),
    call("get_app_analytics_php", { app_id: app.id, duration: span.report, resource: "url_durations" }),
    // Malware is not looked for, so that the requests are enough for what is.
    call("list_protected_apps", { server_id: server.id, infected_only: true }),
  ];
}
