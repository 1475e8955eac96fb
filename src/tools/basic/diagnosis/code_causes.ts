/** Causes in the code of the site and in its database. */
import { call, type Cause, type Evidence } from "./causes.ts";
import { type Facts, readAt } from "./facts.ts";
import { rounded } from "./graph_lines.ts";
import { loadEvidence } from "./onset.ts";
import { byFigure, COUNTS, figureOf, LONGEST_TIME, MEAN_TIME, type Row, sumOf, TAKEN } from "./table_rows.ts";
import { THRESHOLDS } from "./thresholds.ts";

const PHP_TOOL = "get_app_analytics_php";
const MYSQL_TOOL = "get_app_analytics_mysql";

/** The causes in the code and the database. */
export function codeCauses(facts: Facts): Cause[] {
  return [...slowPages(facts), ...slowQueries(facts), ...longQuery(facts), ...cronJobs(facts)];
}

/** A plugin in the path of a page. */
const PLUGIN = /\/wp-content\/plugins\/([\w.-]{1,60})|\/wp-json\/(?!wp\/)([\w.-]{1,60})/;

function pluginOf({ label }: Row): string | undefined {
  const [, folder, namespace] = PLUGIN.exec(label) ?? [];
  return folder ?? namespace;
}

/** One plugin where most slow pages are its pages; otherwise the page that is slow most often. */
function slowPages(facts: Facts): Cause[] {
  const rows = byFigure(facts.slow_pages ?? [], COUNTS);
  const total = sumOf(rows);
  const groups = Map.groupBy(rows, pluginOf);
  for (const [plugin, pages] of groups) {
    const count = sumOf(pages);
    const isMost = 100 * count >= THRESHOLDS.pluginPercent * total;
    if (plugin !== undefined && isMost && count >= THRESHOLDS.slowPageCount) {
      return [slow(facts, pages, "slow_plugin", `Most slow pages belong to one plugin: ${plugin}.`)];
    }
  }
  const often = rows.filter((row) => figureOf(row, COUNTS) >= THRESHOLDS.slowPageCount);
  return often.length === 0 ? [] : [slow(facts, often, "slow_page", "Pages of the site take long in PHP.")];
}

function slow(facts: Facts, pages: readonly Row[], kind: "slow_plugin" | "slow_page", cause: string): Cause {
  const { span, found: { app } } = facts;
  const [first, ...more] = pages.slice(0, 2).map((row) => pageEvidence(facts, row));
  if (first === undefined) throw new Error("a cause has evidence");
  return {
    kind,
    cause,
    confidence: "likely",
    evidence: [first, ...more, ...loadEvidence(facts)],
    would_confirm: kind === "slow_plugin"
      ? "On a staging copy, the pages are fast without the plugin."
      : "The same page is slow when it is opened now.",
    next_step: call(PHP_TOOL, { app_id: app.id, duration: span.report, resource: "url_durations" }),
  };
}

function pageEvidence(facts: Facts, row: Row): Evidence {
  const times = [["mean", MEAN_TIME], ["longest", LONGEST_TIME]] as const;
  const told = times.map(([word, column]) => [word, figureOf(row, column)] as const).filter(([, time]) => time > 0)
    .map(([word, time]) => `${word} time ${rounded(time)}`);
  return {
    figure: `slow in ${facts.span.report}${told.length > 0 ? `, as Cloudways gives it: ${told.join(", ")}` : ""}`,
    about: row.label,
    value: figureOf(row, COUNTS),
    unit: "times",
    threshold: THRESHOLDS.slowPageCount,
    at: readAt(facts, "slow_pages"),
    source: PHP_TOOL,
  };
}

function slowQueries(facts: Facts): Cause[] {
  const often = byFigure(facts.slow_queries ?? [], COUNTS)
    .filter((row) => figureOf(row, COUNTS) >= THRESHOLDS.slowQueryCount);
  const [first, ...more] = often.slice(0, 2).map((row): Evidence => ({
    figure: `slow in ${facts.span.report}, as Cloudways gives it: time ${rounded(figureOf(row, TAKEN))}`,
    about: row.label,
    value: figureOf(row, COUNTS),
    unit: "times",
    threshold: THRESHOLDS.slowQueryCount,
    at: readAt(facts, "slow_queries"),
    source: MYSQL_TOOL,
  }));
  if (first === undefined) return [];
  return [{
    kind: "slow_queries",
    cause: "The database answers the same query slowly again and again.",
    confidence: "likely",
    evidence: [first, ...more],
    would_confirm: "The table of the query is large, or has no index for it.",
    next_step: call("get_app_monitoring_summary", { app_id: facts.found.app.id }),
  }];
}

function longQuery(facts: Facts): Cause[] {
  const { span, found: { app } } = facts;
  const long = byFigure(facts.running_queries ?? [], TAKEN)
    .filter((row) => figureOf(row, TAKEN) >= THRESHOLDS.runningQueryTime);
  const [first, ...more] = long.slice(0, 2).map((row): Evidence => ({
    figure: "running time as Cloudways gives it",
    about: row.label,
    value: figureOf(row, TAKEN),
    unit: null,
    threshold: THRESHOLDS.runningQueryTime,
    at: readAt(facts, "running_queries"),
    source: MYSQL_TOOL,
  }));
  if (first === undefined) return [];
  return [{
    kind: "running_query",
    cause: "A query has been running for long. Others may wait for it.",
    confidence: "likely",
    evidence: [first, ...more],
    would_confirm: "It still runs when it is looked at once more.",
    next_step: call(MYSQL_TOOL, { app_id: app.id, duration: span.report, resource: "running_queries" }),
  }];
}

function cronJobs(facts: Facts): Cause[] {
  const [top] = byFigure(facts.cron ?? [], COUNTS);
  if (top === undefined || figureOf(top, COUNTS) < THRESHOLDS.cronRunCount) return [];
  return [{
    kind: "cron",
    cause: "A cron job of the site runs often.",
    confidence: "possible",
    evidence: [{
      figure: "runs, over a time that Cloudways does not say",
      about: top.label,
      value: figureOf(top, COUNTS),
      unit: "times",
      threshold: THRESHOLDS.cronRunCount,
      at: readAt(facts, "cron"),
      source: "get_app_cron_report",
    }, ...loadEvidence(facts)],
    would_confirm: "The site is slow at the minutes at which the job runs.",
    next_step: call("list_app_cron_jobs", { app_id: facts.found.app.id }),
  }];
}
