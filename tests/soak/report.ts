/** A soak's figures as a table for people. */
import { percentile } from "./figures.ts";
import { INVARIANTS, type Ledger } from "./ledger.ts";
import type { MemoryFigure } from "./memory.ts";
import type { SoakReport } from "./run.ts";

type Row = readonly [what: string, figures: string];

/** The figures and the breaches. */
export function reportText(report: SoakReport): string {
  const { options: { seconds, seed, callers }, ledger } = report;
  const title = `Soak of ${seconds} s, seed ${seed}, ${callers} callers, two replicas, one Redis`;
  const verdict = ledger.breaches.size === 0
    ? "Every invariant held."
    : `BROKEN with seed ${seed}:\n${breachesOf(ledger)}`;
  return `${title}\n\n${table([...callRows(report), ...troubleRows(report), ...processRows(report)])}\n\n${verdict}\n`;
}

function table(rows: readonly Row[]): string {
  return ["| what | figures |", "| --- | --- |", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}

function callRows({ options, ledger }: SoakReport): Row[] {
  const { latencies } = ledger;
  const times = [0.5, 0.95, 0.99, 1].map((share) => Math.round(percentile(latencies, share)));
  const kinds = [...ledger.outcomes].toSorted(([a], [b]) => a < b ? -1 : 1);
  return [
    ["calls", `${ledger.calls} (${(ledger.calls / options.seconds).toFixed(1)} a second)`],
    ...kinds.map(([kind, outcomes]): Row => [`… ${kind}`, counts(outcomes)]),
    ["answers, ms: p50, p95, p99, longest", times.join(", ")],
  ];
}

function troubleRows({ ledger, upstream }: SoakReport): Row[] {
  const { refusedConnections, turnedAway, recoveries } = ledger;
  const { calm, troubled } = upstream.bucket;
  const times = [0.5, 1].map((share) => Math.round(percentile(recoveries, share)));
  return [
    ["faults", counts(ledger.faults)],
    ["while a replica restarted", `${refusedConnections} connections refused, ${turnedAway} calls turned away`],
    ["ready after Redis' return, ms: p50, longest", `${times.join(", ")} (${recoveries.length} times)`],
    ["calls that failed since Redis was slow without a fault", String(ledger.slowRedis.length)],
    ["requests at Cloudways", `${upstream.requests}, of them ${upstream.signIns} sign-ins`],
    ["writes with a label", `${upstream.writes.length}, of them ${asking(upstream.writes)} after a yes`],
    ["fullest bucket", `${calm.level.toFixed(0)} of ${calm.allowed}`],
    ["… while Redis was away or flushed", `${troubled.level.toFixed(0)} of ${troubled.allowed}`],
  ];
}

function processRows({ memory, files, logs }: SoakReport): Row[] {
  return [
    ...memory.map(({ name, seconds, resident, heap, judged }): Row => [
      `${name}, ${Math.round(seconds)} s${judged ? "" : ", too short to judge"}`,
      `resident ${change(resident)}; heap ${change(heap)}`,
    ]),
    ...files.map(({ name, before, after }): Row => [
      `open files of ${name}`,
      before === undefined || after === undefined ? "known on Linux alone" : `${before} before, ${after} after`,
    ]),
    ["log lines", `${logs.lines}, of them ${logs.auditRecords} audit records`],
    ["… of WARN and above", counts(logs.complaints)],
  ];
}

function asking(writes: SoakReport["upstream"]["writes"]): number {
  return writes.filter(({ asks }) => asks).length;
}

function change({ earlyMb, lateMb, slopeMbPerMinute }: MemoryFigure): string {
  return `${earlyMb.toFixed(1)} → ${lateMb.toFixed(1)} MB (${slopeMbPerMinute.toFixed(2)} MB a minute)`;
}

function counts(of: ReadonlyMap<string, number>): string {
  const sorted = [...of].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

function breachesOf({ breaches }: Ledger): string {
  return [...breaches].map(([invariant, { count, examples }]) =>
    [`- NOT: ${INVARIANTS[invariant]} (${count} times)`, ...examples.map((example) => `    ${example}`)].join("\n")
  ).join("\n");
}
