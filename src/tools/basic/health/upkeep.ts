/** Backups, updates and vulnerabilities of an application. */
import { crossed, HEALTH_MEASURES, type HealthThresholds } from "../../../config/health_thresholds.ts";
import { type AppRecord, isoTime } from "../../../cloudways/models.ts";
import { momentOf } from "../../../cloudways/restore_points.ts";
import type { PendingUpdates } from "../../define/pending_updates.ts";
import type { readVulnerabilities } from "../../define/vulnerabilities.ts";
import { type Checked, found, NOTHING, shownNames, unknown } from "./finding.ts";

const HOUR = 3600_000;

/** By what an application's upkeep is judged. */
export interface UpkeepJudging {
  app: AppRecord;
  thresholds: HealthThresholds;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

/** Judges the age of the newest restore point. */
export function backupsOf(points: readonly string[], { app, thresholds, now }: UpkeepJudging): Checked {
  if (points.length === 0) return withoutBackup({ app, thresholds, now });
  const newest = newestMoment(points);
  if (newest === undefined) return unknown("backups", "not_told", "The names of its restore points are no times.");
  const hours = Math.floor((now - newest) / HOUR);
  const over = crossed("backup_age_hours", hours, thresholds);
  if (over === undefined) return NOTHING;
  return found({
    severity: over.severity,
    kind: "backup_old",
    figure: hours,
    unit: HEALTH_MEASURES.backup_age_hours.unit,
    threshold: over.threshold,
    newest_backup_at: new Date(newest).toISOString(),
    arguments: { app_id: app.id },
  });
}

/** When the newest of the points that are times was made, in milliseconds since the Unix epoch. */
export function newestMoment(points: readonly string[]): number | undefined {
  const moments = points.flatMap((point) => momentOf(point) ?? []);
  return moments.length === 0 ? undefined : Math.max(...moments);
}

/** A new application has not had time for a backup yet. */
function withoutBackup({ app, thresholds, now }: UpkeepJudging): Checked {
  const created = Date.parse(isoTime(app.created_at) ?? "");
  const isNew = !Number.isNaN(created) && crossed("backup_age_hours", (now - created) / HOUR, thresholds) === undefined;
  if (isNew) return NOTHING;
  return found({ severity: "urgent", kind: "backup_missing", arguments: { app_id: app.id } });
}

/** Judges how many updates of a WordPress application wait, by its row in their list. */
export function updatesOf(
  row: PendingUpdates | undefined,
  { app, thresholds }: Omit<UpkeepJudging, "now">,
): Checked {
  if (row === undefined) return unknown("updates", "not_told", "Cloudways does not list it.");
  const [plugins, themes] = [row.plugins.require, row.theme.require];
  if (plugins === null || themes === null) return unknown("updates", "not_told", "Cloudways gives no count.");
  const core = row.core !== "" && row.core !== "no";
  const figure = plugins + themes + (core ? 1 : 0);
  const over = crossed("pending_updates_count", figure, thresholds);
  if (over === undefined) return NOTHING;
  return found({
    severity: over.severity,
    kind: "updates_pending",
    figure,
    unit: HEALTH_MEASURES.pending_updates_count.unit,
    threshold: over.threshold,
    core,
    plugins_count: plugins,
    themes_count: themes,
    arguments: { app_id: app.id },
  });
}

type Vulnerabilities = Awaited<ReturnType<typeof readVulnerabilities>>;

/** Judges the known vulnerabilities by the highest of their scores. */
export function vulnerabilitiesOf(
  { vulnerable, data_of }: Vulnerabilities,
  { app, thresholds }: Omit<UpkeepJudging, "now">,
): Checked {
  if (vulnerable.length === 0) {
    return data_of === null ? unknown("vulnerabilities", "not_told", "Cloudways has not looked for any yet.") : NOTHING;
  }
  const scores = vulnerable.flatMap(({ vulnerabilities }) => vulnerabilities.flatMap((one) => one.cvss_score ?? []));
  const figure = scores.length === 0 ? undefined : Math.max(...scores);
  const over = figure === undefined ? undefined : crossed("vulnerability_cvss_score", figure, thresholds);
  if (figure !== undefined && over === undefined) return NOTHING;
  return found({
    severity: over?.severity ?? "attention",
    kind: "vulnerable",
    ...(figure === undefined ? {} : { figure, unit: HEALTH_MEASURES.vulnerability_cvss_score.unit }),
    ...(over === undefined ? {} : { threshold: over.threshold }),
    ...shownNames("components", vulnerable.map(({ name, version }) => `${name} ${version}`.trim())),
    ...(data_of === null ? {} : { data_of }),
    arguments: { app_id: app.id },
  });
}
