/** From what was found on servers and applications to their verdicts, worst first. */
import { SEVERITIES, type Severity } from "../../../config/health_thresholds.ts";
import type { AppRecord, ServerRecord } from "../../../cloudways/models.ts";
import { type Checked, type Finding, together, unknown } from "./finding.ts";
import { FINDING_KINDS } from "./kinds.ts";
import type { ServerHealth } from "./listing.ts";

/** How a server or an application is. `unknown`: nothing was found, but something could not be looked at. */
export const VERDICTS = [...SEVERITIES, "unknown", "ok"] as const;
/** One of {@linkcode VERDICTS}. */
export type Verdict = typeof VERDICTS[number];

/** An application with its verdict; its findings are worst first. */
export interface JudgedApp {
  app: AppRecord;
  verdict: Verdict;
  checked: Checked;
}

/** A server with its verdict; findings and applications are worst first. */
export interface JudgedServer {
  server: ServerRecord;
  verdict: Verdict;
  checked: Checked;
  apps: JudgedApp[];
}

/** The verdict that follows from findings and gaps. */
export function verdictOf({ findings, gaps }: Checked): Verdict {
  const worst = SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity));
  return worst ?? (gaps.length > 0 ? "unknown" : "ok");
}

/** Judges servers and their applications. Worst first, and equal ones by their ids. */
export function judgedServers(all: readonly ServerHealth[]): JudgedServer[] {
  const judged = all.map(({ server, checked, apps }) => {
    const verdict = verdictOf(checked);
    const judgedApps = apps.map(({ app, checked: own }) => {
      const whole = verdict === "urgent" ? together([own, ON_URGENT_SERVER]) : own;
      return { app, verdict: verdictOf(whole), checked: worstFirst(whole) };
    });
    const one = {
      server,
      verdict,
      checked: worstFirst(checked),
      apps: judgedApps.sort(byVerdict(({ app }) => app.id)),
    };
    return { one, badness: badness(one) };
  });
  return judged.sort((a, b) => b.badness - a.badness || a.one.server.id - b.one.server.id).map(({ one }) => one);
}

/** An application is not called well while its server isn't. */
const ON_URGENT_SERVER = unknown("status", "server_urgent", "Its server has an urgent finding.");

const KINDS = Object.keys(FINDING_KINDS);

function worstFirst(checked: Checked): Checked {
  const { findings, gaps } = checked;
  if (findings.length < 2) return checked;
  const order = ({ severity, kind }: Finding) => SEVERITIES.indexOf(severity) * KINDS.length + KINDS.indexOf(kind);
  return { findings: findings.toSorted((a, b) => order(a) - order(b)), gaps };
}

function byVerdict<T extends { verdict: Verdict }>(idOf: (one: T) => number) {
  return (a: T, b: T) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || idOf(a) - idOf(b);
}

/** How much each finding counts for the order of servers: urgent ones always before others. */
const WEIGHTS: Readonly<Record<Severity, number>> = { urgent: 10_000, attention: 1 };

function badness({ checked, apps }: Pick<JudgedServer, "checked" | "apps">): number {
  const weigh = ({ findings }: Checked) => findings.reduce((sum, { severity }) => sum + WEIGHTS[severity], 0);
  return apps.reduce((sum, app) => sum + weigh(app.checked), weigh(checked));
}

/** How many there are of each verdict. */
export function countOf(verdicts: readonly Verdict[]): Record<Verdict, number> {
  const of = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length;
  return { ok: of("ok"), attention: of("attention"), urgent: of("urgent"), unknown: of("unknown") };
}
