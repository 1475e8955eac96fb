/** What a cause is, and in which order causes are told. */

/**
 * How sure a cause is. `strong`: sites fail in this state. `likely`: it shows that the site itself is slow or fails, it
 * came just before the trouble, or it comes together with a shortage of CPU. `possible`: it stands out, and nothing else
 * speaks for it.
 */
export const CONFIDENCES = ["strong", "likely", "possible"] as const;

/** One of {@linkcode CONFIDENCES}. */
export type Confidence = typeof CONFIDENCES[number];

/** Every kind of cause; of two that are as sure, the one that stands first is told first. */
export const CAUSE_KINDS = [
  "server_not_running",
  "service_stopped",
  "disk_full",
  "memory_short",
  "restarts",
  "deployment",
  "change",
  "one_address",
  "bot",
  "busy_path",
  "slow_plugin",
  "slow_page",
  "slow_queries",
  "running_query",
  "server_errors",
  "cpu_short",
  "cron",
  "backup",
  "cache_off",
  "certificate",
] as const;

/** One of {@linkcode CAUSE_KINDS}. */
export type CauseKind = typeof CAUSE_KINDS[number];

/** A figure or an event that speaks for a cause. */
export type Evidence = {
  figure: string;
  /** What it is about, in the words of the account: a page, an address, a query. */
  about?: string;
  value?: string | number;
  unit: string | null;
  /** The figure from which on it counts. */
  threshold?: number;
  /** The same figure before the trouble. */
  before?: number;
  /** When it was measured, or happened; ISO 8601. */
  at: string | null;
  /** The tool that shows it. */
  source: string;
};

/** A call to make next. */
export type NextStep = {
  tool: string;
  arguments: Record<string, unknown>;
  /** Whether a person has to approve it. */
  asks: boolean;
};

/** A cause that figures speak for. */
export type Cause = {
  kind: CauseKind;
  /** For people. */
  cause: string;
  confidence: Confidence;
  /** At least one. */
  evidence: [Evidence, ...Evidence[]];
  would_confirm: string;
  next_step: NextStep;
};

/** A call that only reads, or that nobody has to approve. */
export function call(tool: string, args: Record<string, unknown>): NextStep {
  return { tool, arguments: args, asks: false };
}

/** Causes, the surest first. */
export function ranked(causes: readonly Cause[]): Cause[] {
  const rank = ({ confidence, kind }: Cause) =>
    CONFIDENCES.indexOf(confidence) * CAUSE_KINDS.length + CAUSE_KINDS.indexOf(kind);
  return causes.toSorted((a, b) => rank(a) - rank(b));
}
