/** The figures that were looked at, short: what a person wants to see even if it explains nothing. */
import type { Facts } from "./facts.ts";
import { isFresh, type Line, meansOf, rounded } from "./graph_lines.ts";
import { isoOf } from "./span.ts";
import { byFigure, COUNTS, cut, figureOf, LONGEST_TIME, MEAN_TIME, type Row, sumOf, TAKEN } from "./table_rows.ts";
import { alertsOf } from "./timeline.ts";

/** Most rows of one table. */
const MAX_ROWS = 3;
/** Most services that are named. */
const MAX_SERVICES = 12;

const MEGABYTE = 1_000_000;

/** The figures by their subject. What was not read, or is not there, is left out. */
export function figuresOf(facts: Facts): Record<string, unknown> {
  const { services, varnish, deployments, backups, running_queries } = facts;
  const alerts = alertsOf(facts);
  return withoutAbsent({
    graphs: graphsOf(facts),
    services_not_running: services && notRunning(services),
    varnish: varnish && { application: varnish.varnish_app_enabled, server: varnish.varnish_enabled },
    traffic: trafficOf(facts),
    slow_pages: facts.slow_pages && topOf(facts.slow_pages, (row) => ({
      page: row.label,
      slow_count: figureOf(row, COUNTS),
      mean: figureOf(row, MEAN_TIME),
      longest: figureOf(row, LONGEST_TIME),
      unit: null,
    })),
    slow_queries: facts.slow_queries && topOf(facts.slow_queries, (row) => ({
      query: row.label,
      slow_count: figureOf(row, COUNTS),
      taken: figureOf(row, TAKEN),
      unit: null,
    })),
    running_queries_count: running_queries?.length,
    cron_jobs: facts.cron && topOf(facts.cron, (row) => ({ command: row.label, run_count: figureOf(row, COUNTS) })),
    last_deployment_at: deployments && (deployments[0]?.deployed_at ?? null),
    last_backup_at: backups && (backups[0] === undefined ? null : isoOf(backups[0])),
    alerts_count: facts.alerts && alerts.length,
  });
}

/** The services that don't run, with those that are not switched on: Cloudways stops them on purpose. */
function notRunning({ services, enabled }: NonNullable<Facts["services"]>): string[] {
  return Object.entries(services).filter(([, state]) => state !== "running").slice(0, MAX_SERVICES)
    .map(([name, state]) => cut(`${name}: ${state}${enabled[name] === false ? ", switched off" : ""}`));
}

const GRAPHS = [
  ["cpu", "idle CPU", "percent", 1],
  ["memory", "free memory", "MB", MEGABYTE],
  ["disk", "free disk", "GB", 1],
  ["database_disk", "free disk of the database", "GB", 1],
  ["restarts", "automatic restarts", null, 1],
] as const;

function graphsOf(facts: Facts): unknown[] {
  return GRAPHS.flatMap(([part, figure, unit, scale]) => {
    const line = facts[part];
    return line === undefined || line === null ? [] : [graphOf(line, facts, { figure, unit, scale })];
  });
}

interface Shown {
  figure: string;
  /** Null for a count, of which a mean says nothing. */
  unit: string | null;
  scale: number;
}

function graphOf(
  line: Line,
  { span }: Facts,
  { figure, unit, scale }: Shown,
) {
  const { recent, before } = meansOf(line, span);
  return {
    figure,
    unit,
    last: rounded(line.last.value / scale),
    ...(unit !== null && { mean: rounded(recent / scale) }),
    ...(unit !== null && before !== null && { mean_before: rounded(before / scale) }),
    last_at: isoOf(line.last.at),
    ...(!isFresh(line, span) && { is_old: true }),
  };
}

function trafficOf({ addresses, bots, paths, statuses, span }: Facts): Record<string, unknown> | undefined {
  const counted = (rows: Row[] | undefined) =>
    rows && topOf(rows, (row) => ({ name: row.label, request_count: figureOf(row, COUNTS) }));
  const tables = withoutAbsent({
    statuses: counted(statuses),
    addresses: counted(addresses),
    bots: counted(bots),
    paths: counted(paths),
  });
  if (Object.keys(tables).length === 0) return undefined;
  return { looked_back: span.report, ...(statuses && { request_count: sumOf(statuses) }), ...tables };
}

function topOf<T>(rows: readonly Row[], shown: (row: Row) => T): T[] {
  return byFigure(rows, COUNTS).slice(0, MAX_ROWS).map(shown);
}

function withoutAbsent(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
