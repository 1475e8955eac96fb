/** What was found on one server or application, and what could not be looked at. */
import type { Severity } from "../../../config/health_thresholds.ts";
import type { NotReadReason } from "../../define/wide_reading.ts";
import type { FindingKind } from "./kinds.ts";

/** One thing that is wrong, with its evidence. Members without a value are left out. */
export interface Finding {
  severity: Severity;
  kind: FindingKind;
  /** What was measured, its unit, and the threshold that it crossed. */
  figure?: number;
  unit?: string;
  threshold?: number;
  /** When it crossed that threshold, where the source says it. */
  since?: string;
  measured_at?: string;
  /** Cloudways' words. */
  status?: string;
  platform?: string;
  service?: string;
  state?: string;
  domains?: string[];
  /** How many domains are not shown. */
  more_domains_count?: number;
  newest_backup_at?: string;
  core?: boolean;
  plugins_count?: number;
  themes_count?: number;
  components?: string[];
  /** How many components are not shown. */
  more_components_count?: number;
  /** The day of the data, as Cloudways writes it. */
  data_of?: string;
  /** Whether malware protection is ordered; left out where Cloudways doesn't say. */
  is_protected?: boolean;
  /** The arguments that the acting tool takes, as far as they are known. */
  arguments: Readonly<Record<string, unknown>>;
  /** Arguments of that tool which the person has to give. */
  needs?: readonly string[];
}

/** What is looked at. */
export type Check =
  | "status"
  | "apps"
  | "certificate"
  | "services"
  | "disk"
  | "memory"
  | "cpu"
  | "updates"
  | "vulnerabilities"
  | "malware"
  | "backups";

/**
 * Why something is not known: it was not read, the newest figure is too old, there is no figure, Cloudways doesn't tell
 * it, the application has a certificate of the customer's own, of which no record says what it covers, or its server has
 * an urgent finding.
 */
export type GapReason = NotReadReason | "stale" | "no_figure" | "not_told" | "own_certificate" | "server_urgent";

/** Something that is not known. */
export interface Gap {
  check: Check;
  reason: GapReason;
  /** For the model. */
  message: string;
}

/** What one check gave. Without findings and gaps, all is well as far as it looked. */
export interface Checked {
  findings: readonly Finding[];
  gaps: readonly Gap[];
}

/** The result of a check that found nothing. */
export const NOTHING: Checked = { findings: [], gaps: [] };

/** The result of a check that found one thing; nothing for undefined. */
export function found(finding: Finding | undefined): Checked {
  return finding === undefined ? NOTHING : { findings: [finding], gaps: [] };
}

/** The result of a check that could not be made. */
export function unknown(check: Check, reason: GapReason, message: string): Checked {
  return { findings: [], gaps: [{ check, reason, message }] };
}

/** All results together. */
export function together(all: readonly Checked[]): Checked {
  const some = all.filter(({ findings, gaps }) => findings.length + gaps.length > 0);
  if (some.length < 2) return some[0] ?? NOTHING;
  return { findings: some.flatMap(({ findings }) => findings), gaps: some.flatMap(({ gaps }) => gaps) };
}

/** The most names that a finding shows. */
const MAX_NAMES = 5;

/** The first names, and how many there are more, each under its member. */
export function shownNames<K extends "domains" | "components">(member: K, names: readonly string[]) {
  const more = names.length - MAX_NAMES;
  return { [member]: names.slice(0, MAX_NAMES), ...(more > 0 ? { [`more_${member}_count`]: more } : {}) };
}
