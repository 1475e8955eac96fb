/** Causes in the traffic: who asks for what, and what fails. */
import { call, type Cause, type CauseKind, type Evidence } from "./causes.ts";
import { type Facts, readAt } from "./facts.ts";
import { rounded } from "./graph_lines.ts";
import { loadEvidence } from "./onset.ts";
import { isoOf } from "./span.ts";
import { byFigure, COUNTS, figureOf, isCut, type Row, sumOf } from "./table_rows.ts";
import { THRESHOLDS } from "./thresholds.ts";

const TRAFFIC_TOOL = "get_app_analytics_traffic";

/** The causes in the traffic. */
export function trafficCauses(facts: Facts): Cause[] {
  return [
    ...heavy(facts, "addresses", {
      kind: "one_address",
      cause: "Much of the traffic comes from one address.",
      percent: THRESHOLDS.addressPercent,
      perMinute: THRESHOLDS.addressPerMinute,
      would_confirm: "The address is no office, monitoring or payment service of the user's: ask them.",
      resource: "top_ips",
    }),
    ...heavy(facts, "bots", {
      kind: "bot",
      cause: "Much of the traffic comes from one bot.",
      percent: THRESHOLDS.botPercent,
      perMinute: THRESHOLDS.botPerMinute,
      would_confirm: "The site is as fast as before once the bot is slowed down or kept out.",
      resource: "top_bots",
    }),
    ...heavy(facts, "paths", {
      kind: "busy_path",
      cause: "Much of the traffic asks for a path that runs the code of the site each time.",
      percent: THRESHOLDS.pathPercent,
      perMinute: THRESHOLDS.pathPerMinute,
      would_confirm: "Few addresses ask for it, such as somebody who tries passwords.",
      resource: "top_urls",
      only: UNCACHED,
    }),
    ...serverErrors(facts),
  ];
}

/** Paths of WordPress that run its code at each request: no cache answers for them. */
const UNCACHED = /\/(?:wp-login\.php|xmlrpc\.php|wp-cron\.php|wp-admin\/admin-ajax\.php)(?:$|[?#])/;

interface Heavy {
  kind: CauseKind;
  cause: string;
  percent: number;
  perMinute: number;
  would_confirm: string;
  resource: string;
  only?: RegExp;
}

/** One row that stands for much of the traffic, if there is one. */
function heavy(facts: Facts, part: "addresses" | "bots" | "paths", rule: Heavy): Cause[] {
  const { span, found: { app } } = facts;
  const rows = facts[part] ?? [];
  const [top] = byFigure(rows.filter(({ label }) => rule.only?.test(label) ?? true), COUNTS);
  if (top === undefined) return [];
  const count = figureOf(top, COUNTS);
  const share = shareOf(count, facts, rows);
  if (share < rule.percent || count / span.reportMinutes < rule.perMinute) return [];
  const at = readAt(facts, part);
  const load = loadEvidence(facts);
  const evidence: [Evidence, ...Evidence[]] = [
    {
      figure: `requests in ${span.report}`,
      about: top.label,
      value: count,
      unit: "requests",
      at,
      source: TRAFFIC_TOOL,
    },
    {
      figure: "its share of all requests",
      value: rounded(share),
      unit: "percent",
      threshold: rule.percent,
      at,
      source: TRAFFIC_TOOL,
    },
    ...load,
  ];
  return [{
    kind: rule.kind,
    cause: rule.cause,
    confidence: load.length > 0 ? "likely" : "possible",
    evidence,
    would_confirm: rule.would_confirm,
    next_step: call("get_app_traffic_details", { app_id: app.id, ...spanOfTraffic(facts), ...rowOf(rule, top) }),
  }];
}

/** The time that the traffic reports are about. */
function spanOfTraffic({ span }: Facts) {
  return { from: isoOf(span.now - span.reportMinutes * 60_000), until: isoOf(span.now) };
}

function rowOf({ resource }: Heavy, { label }: Row) {
  return isCut(label) ? { resource } : { resource, rows: [label] };
}

/** The share of all requests, in percent. Reports that list only the top of them give fewer than there were. */
function shareOf(count: number, { statuses = [] }: Facts, rows: readonly Row[]): number {
  const all = Math.max(sumOf(statuses), sumOf(rows));
  return all === 0 ? 0 : 100 * count / all;
}

function serverErrors(facts: Facts): Cause[] {
  const { statuses = [], span, found: { app } } = facts;
  const failed = byFigure(statuses.filter(({ label }) => /^5\d\d$/.test(label)), COUNTS);
  const [top] = failed;
  const count = sumOf(failed);
  const share = shareOf(count, facts, []);
  if (top === undefined || count < THRESHOLDS.errorCount || share < THRESHOLDS.errorPercent) return [];
  const at = readAt(facts, "statuses");
  return [{
    kind: "server_errors",
    cause: "Many answers of the site are errors of the server.",
    confidence: "likely",
    evidence: [
      {
        figure: "share of answers with a status from 500 on",
        value: rounded(share),
        unit: "percent",
        threshold: THRESHOLDS.errorPercent,
        at,
        source: TRAFFIC_TOOL,
      },
      ...failed.slice(0, 2).map((row): Evidence => ({
        figure: `answers in ${span.report} with this status`,
        about: row.label,
        value: figureOf(row, COUNTS),
        unit: "answers",
        at,
        source: TRAFFIC_TOOL,
      })),
    ],
    would_confirm: "The error log of the site names the failing code.",
    next_step: call("get_app_traffic_details", {
      app_id: app.id,
      ...spanOfTraffic(facts),
      resource: "top_statuses",
      rows: [top.label],
    }),
  }];
}
