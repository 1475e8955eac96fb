/**
 * From which figures on a health check calls something a problem. The one table of them: configuration, tools and
 * documentation read it.
 */
import { listParts, readBy, type Reader } from "./values.ts";

/** How bad a finding is; the worse one comes first. */
export const SEVERITIES = ["urgent", "attention"] as const;
/** One of {@linkcode SEVERITIES}. */
export type Severity = typeof SEVERITIES[number];

interface Measure {
  /** The unit of the figure. */
  unit: string;
  /** Which side of a threshold is bad: the figures below it, or those from it on. */
  bad: "below" | "from";
  /** The defaults; null where there is no such threshold. */
  attention: number | null;
  urgent: number | null;
  /** For the documentation. */
  meaning: string;
}

/** The figures that have thresholds. */
export const HEALTH_MEASURES = {
  disk_free_gb: {
    unit: "GB",
    bad: "below",
    attention: 5,
    urgent: 2,
    meaning: "Free disk of a server.",
  },
  free_memory_mb: {
    unit: "MB",
    bad: "below",
    attention: 100,
    urgent: 50,
    meaning: "Free memory of a server.",
  },
  idle_cpu_percent: {
    unit: "percent",
    bad: "below",
    attention: 20,
    urgent: 10,
    meaning: "Share of the CPU of a server that is not used.",
  },
  backup_age_hours: {
    unit: "hours",
    bad: "from",
    attention: 48,
    urgent: 168,
    meaning: "Age of the newest backup of an application.",
  },
  pending_updates_count: {
    unit: "updates",
    bad: "from",
    attention: 5,
    urgent: null,
    meaning: "Updates of WordPress, its plugins and themes that wait for an application.",
  },
  vulnerability_cvss_score: {
    unit: "CVSS score",
    bad: "from",
    attention: 0,
    urgent: 7,
    meaning: "Highest score of the known vulnerabilities of an application.",
  },
} as const satisfies Record<string, Measure>;

/** One of {@linkcode HEALTH_MEASURES}. */
export type HealthMeasure = keyof typeof HEALTH_MEASURES;

/** A figure's thresholds; null where there is no such threshold. */
export type Levels = Readonly<Record<Severity, number | null>>;

/** The thresholds that count, with what the operator changed. */
export type HealthThresholds = Readonly<Record<HealthMeasure, Levels>>;

const MEASURE_NAMES = Object.keys(HEALTH_MEASURES).filter(isMeasure);

/** The thresholds where the operator changed none. */
export const DEFAULT_HEALTH_THRESHOLDS: HealthThresholds = thresholdsWith(() => undefined);

/** The threshold that a figure has crossed, the worst one first. */
export interface Crossed {
  severity: Severity;
  threshold: number;
}

/** Which threshold a figure has crossed; undefined for none. */
export function crossed(measure: HealthMeasure, figure: number, thresholds: HealthThresholds): Crossed | undefined {
  for (const severity of SEVERITIES) {
    const threshold = thresholds[measure][severity];
    if (threshold !== null && isBad(measure, figure, threshold)) return { severity, threshold };
  }
  return undefined;
}

/** Whether a figure is on the bad side of a threshold. */
export function isBad(measure: HealthMeasure, figure: number, threshold: number): boolean {
  return HEALTH_MEASURES[measure].bad === "below" ? figure < threshold : figure >= threshold;
}

/** Reads changes such as `disk_free_gb.urgent=1,idle_cpu_percent.attention=off`; the others keep their defaults. */
export const healthThresholds: Reader<HealthThresholds> = readBy((text) => {
  const changes = new Map<string, number | null>();
  for (const part of listParts(text)) {
    const { name, value } = readChange(part);
    if (changes.has(name)) throw new Error(`gives ${name} twice`);
    changes.set(name, value);
  }
  const thresholds = thresholdsWith((name) => changes.get(name));
  for (const measure of MEASURE_NAMES) requireOrder(measure, thresholds[measure]);
  return thresholds;
});

/** A threshold that is not negative, of at most six digits before the point and two after it. */
const NUMBER = /^\d{1,6}(?:\.\d{1,2})?$/;

function readChange(part: string): { name: string; value: number | null } {
  const [name = "", value = "", ...more] = part.split("=").map((text) => text.trim());
  const [measure = "", severity = "", ...deeper] = name.split(".");
  const isKnown = isMeasure(measure) && SEVERITIES.some((known) => known === severity) && deeper.length === 0;
  if (!isKnown) {
    throw new Error(`must name thresholds as NAME.attention or NAME.urgent; the names are ${MEASURE_NAMES.join(", ")}`);
  }
  if (more.length > 0 || (value !== "off" && !NUMBER.test(value))) {
    throw new Error(`must give ${name} a number from 0 to 999999, or off`);
  }
  return { name, value: value === "off" ? null : Number(value) };
}

/** @throws Where something would be urgent before it needs attention. */
function requireOrder(measure: HealthMeasure, { attention, urgent }: Levels): void {
  if (attention === null || urgent === null || attention === urgent) return;
  if (isBad(measure, urgent, attention)) return;
  const wrongly = HEALTH_MEASURES[measure].bad === "below" ? "above" : "below";
  throw new Error(`must not put the urgent threshold of ${measure} ${wrongly} the one for attention`);
}

function thresholdsWith(changeOf: (name: string) => number | null | undefined): HealthThresholds {
  const levels = (measure: HealthMeasure): Levels => {
    const level = (severity: Severity) => {
      const change = changeOf(`${measure}.${severity}`);
      return change === undefined ? HEALTH_MEASURES[measure][severity] : change;
    };
    return { attention: level("attention"), urgent: level("urgent") };
  };
  return {
    disk_free_gb: levels("disk_free_gb"),
    free_memory_mb: levels("free_memory_mb"),
    idle_cpu_percent: levels("idle_cpu_percent"),
    backup_age_hours: levels("backup_age_hours"),
    pending_updates_count: levels("pending_updates_count"),
    vulnerability_cvss_score: levels("vulnerability_cvss_score"),
  };
}

function isMeasure(name: string): name is HealthMeasure {
  return Object.hasOwn(HEALTH_MEASURES, name);
}
