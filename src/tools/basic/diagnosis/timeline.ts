/** What happened around the beginning of the trouble, in the order of time. */
import { isoTime } from "../../../cloudways/models.ts";
import type { AlertRecord } from "../../define/alert_list.ts";
import type { Facts } from "./facts.ts";
import { GRAPH_TOOL, type Onset, restartsNow } from "./onset.ts";
import { isoOf } from "./span.ts";
import { cut } from "./table_rows.ts";
import { MINUTES } from "./thresholds.ts";

/** Most events of a timeline; the newest are kept. */
const MAX_EVENTS = 8;

type Event = {
  /** ISO 8601. */
  at: string;
  event: string;
  /** What it is about, in the words of the account. */
  about?: string;
  source: string;
};

/** What happened from shortly before the trouble on, oldest first. */
export function timelineOf(facts: Facts, onset: Onset | null): Event[] {
  const from = Math.min(onset?.at ?? facts.span.from, facts.span.from) - MINUTES.timeline * 60_000;
  return [...eventsOf(facts), ...began(onset)]
    .filter(({ at }) => Date.parse(at) >= from)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(-MAX_EVENTS);
}

function began(onset: Onset | null): Event[] {
  if (onset === null) return [];
  return [{ at: isoOf(onset.at), event: `the trouble began: ${onset.figure}`, source: onset.source }];
}

function eventsOf(facts: Facts): Event[] {
  const { deployments = [], backups = [], changes = [] } = facts;
  return [
    ...deployments.flatMap(({ deployed_at, branch }) =>
      deployed_at === null
        ? []
        : [{ at: deployed_at, event: "deployment", about: cut(branch), source: "get_git_deployment_history" }]
    ),
    ...backups.map((at) => ({ at: isoOf(at), event: "restore point made", source: "get_app_restore_points" })),
    ...changes.map(({ at, tool }) => ({ at: isoOf(at), event: `change: ${tool}`, source: "get_audit_log" })),
    ...restartsNow(facts).map(({ at }) => ({ at: isoOf(at), event: "automatic restart", source: GRAPH_TOOL })),
    ...alertsOf(facts).flatMap((alert) => {
      const at = timeOf(alert);
      const about = cut(alert.details?.subject ?? "");
      return at === null ? [] : [{ at, event: "alert reported", about, source: "get_alerts" }];
    }),
  ];
}

/** The alerts about this application, or about its server as a whole. They don't say whether the trouble is over. */
export function alertsOf({ alerts = [], found: { app, server } }: Facts): AlertRecord[] {
  return alerts.filter(({ app_id = null, server_id }) => app_id === null ? server_id === server.id : app_id === app.id);
}

/** When an alert came; null if Cloudways doesn't say it in a form that is known. */
function timeOf({ created_at }: AlertRecord): string | null {
  const at = isoTime(created_at);
  return at === null || Number.isNaN(Date.parse(at)) ? null : isoOf(Date.parse(at));
}
