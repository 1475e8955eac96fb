/** Causes by time: what happened just before the trouble began. */
import { call, type Cause, type Evidence } from "./causes.ts";
import type { Facts } from "./facts.ts";
import { isJustBefore, type Onset, onsetEvidence } from "./onset.ts";
import { isoOf } from "./span.ts";
import { cut } from "./table_rows.ts";
import { MINUTES } from "./thresholds.ts";

/** The causes by time. */
export function eventCauses(facts: Facts, onset: Onset | null): Cause[] {
  return [...deployment(facts, onset), ...change(facts, onset), ...backup(facts, onset)];
}

/** Whether it was just before the trouble; where nobody knows when that began, whether it was lately. */
function mayHaveCaused(at: number, { span }: Facts, onset: Onset | null): boolean {
  return onset === null ? at >= span.from - MINUTES.before * 60_000 : isJustBefore(at, onset);
}

/** How sure a cause is that came just before the trouble, and the beginning of the trouble as evidence. */
function byTime(onset: Onset | null) {
  return onset === null
    ? { confidence: "possible", when: "lately; when the trouble began is not known", more: [] } as const
    : { confidence: "likely", when: "just before the trouble", more: [onsetEvidence(onset)] } as const;
}

function deployment(facts: Facts, onset: Onset | null): Cause[] {
  const deployed = (facts.deployments ?? []).find(({ deployed_at }) =>
    deployed_at !== null && mayHaveCaused(Date.parse(deployed_at), facts, onset)
  );
  if (deployed === undefined) return [];
  const { confidence, when, more } = byTime(onset);
  const failed = deployed.succeeded === false ? " It failed." : "";
  return [{
    kind: "deployment",
    cause: `A deployment came ${when}.${failed}`,
    confidence,
    evidence: [{
      figure: "deployment of the branch",
      value: cut(deployed.branch),
      unit: null,
      at: deployed.deployed_at,
      source: "get_git_deployment_history",
    }, ...more],
    would_confirm: "What the deployment changed is what is slow or fails now.",
    next_step: call("get_app_restore_points", { app_id: facts.found.app.id }),
  }];
}

function change(facts: Facts, onset: Onset | null): Cause[] {
  const { span } = facts;
  const [first, ...others] = (facts.changes ?? []).filter(({ at }) => mayHaveCaused(at, facts, onset))
    .map(({ tool, at }): Evidence => ({
      figure: "change made through this server",
      value: tool,
      unit: null,
      at: isoOf(at),
      source: "get_audit_log",
    }));
  if (first === undefined) return [];
  const { confidence, when, more } = byTime(onset);
  const since = isoOf((onset?.at ?? span.from) - MINUTES.before * 60_000);
  return [{
    kind: "change",
    cause: `A change of the application or its server came ${when}.`,
    confidence,
    evidence: [first, ...others.slice(0, 2), ...more],
    would_confirm: "The trouble ends once the change is taken back.",
    next_step: call("get_audit_log", { since }),
  }];
}

/** A backup can only be told from its time, so it counts only if it is known when the trouble began. */
function backup(facts: Facts, onset: Onset | null): Cause[] {
  if (onset === null) return [];
  const made = (facts.backups ?? []).find((at) => isJustBefore(at, onset));
  if (made === undefined) return [];
  return [{
    kind: "backup",
    cause: "A backup was made when the trouble began. It takes CPU and disk while it runs.",
    confidence: "possible",
    evidence: [
      { figure: "restore point made", unit: null, at: isoOf(made), source: "get_app_restore_points" },
      onsetEvidence(onset),
    ],
    would_confirm: "The site is slow at the same time on other days.",
    next_step: call("get_app_restore_points", { app_id: facts.found.app.id }),
  }];
}
