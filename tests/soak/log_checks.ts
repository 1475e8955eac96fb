/** Invariants of the replicas' logs. */
import * as z from "zod";
import { ACCOUNTS } from "../support/customers.ts";
import { type ProgramEnv, run } from "../support/process.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import type { Ledger } from "./ledger.ts";
import type { ArrivedWrite } from "./upstream_checks.ts";

/** What the checks found, for the report. */
export interface LogFigures {
  lines: number;
  auditRecords: number;
  /** How many lines of WARN and above there are, by their message. */
  complaints: ReadonlyMap<string, number>;
}

/** Warnings that the faults of a run explain. */
const EXPLAINED = /^cloudways does not answer|^redis is away/;
const STORE_ERROR = "StoreError";

/** The warning about a gap in a customer's chain. */
const RECORDS_MISSING = "audit records were changed or are missing";

const logLine = z.looseObject({
  level: z.string(),
  message: z.string(),
  error: z.looseObject({ name: z.string() }).optional().catch(undefined),
});

/** Checks the logs, and notes every breach. */
export async function checkLogs(
  logs: readonly string[],
  { sandbox, ledger, writes, env }: {
    sandbox: Sandbox;
    ledger: Ledger;
    writes: readonly ArrivedWrite[];
    env: ProgramEnv;
  },
): Promise<LogFigures> {
  const whole = logs.join("");
  const lines = whole.split("\n").filter((line) => line !== "");
  checkSecrets(whole, sandbox, ledger);
  const auditLines = lines.filter((line) => line.includes('"message":"audit"'));
  await checkAudit(auditLines, ledger, env);
  const recorded = new Set(auditLines.flatMap((line) => line.match(/soak-\d+-\d+-\d+/g) ?? []));
  for (const { label } of writes) if (!recorded.has(label)) ledger.breach("audit", `${label} is not on record`);
  return { lines: lines.length, auditRecords: auditLines.length, complaints: complaintsIn(lines, ledger) };
}

function checkSecrets(whole: string, sandbox: Sandbox, ledger: Ledger): void {
  const tokens = sandbox.requests.flatMap(({ authorization }) => authorization?.replace("Bearer ", "") ?? []);
  const given = ACCOUNTS.flatMap(({ apiKey, canary, accessTokens }) => [
    apiKey,
    canary,
    ...accessTokens.map(({ token }) => token),
  ]);
  for (const secret of new Set([...given, ...tokens, "not_real", "NobodyNotReal"])) {
    const at = whole.indexOf(secret);
    if (at >= 0) ledger.breach("logs", `a secret: ${whole.slice(Math.max(0, at - 200), at + 60)}`);
  }
}

async function checkAudit(lines: readonly string[], ledger: Ledger, env: ProgramEnv): Promise<void> {
  const input = lines.join("\n") + "\n";
  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "verify-audit"], { env, input });
  if (code !== 0) ledger.breach("audit", `verify-audit says:\n${stdout}${stderr}`);
}

/** Counts warnings and errors; an error that no fault explains is a breach. */
function complaintsIn(lines: readonly string[], ledger: Ledger): Map<string, number> {
  const complaints = new Map<string, number>();
  for (const line of lines) {
    if (!/"level":"(WARN|ERROR|FATAL)/i.test(line)) {
      if (!line.startsWith("{")) ledger.breach("logs", `not a log line: ${line}`);
      continue;
    }
    const { level, message, error } = logLine.parse(JSON.parse(line));
    const name = `${level} ${message}`;
    complaints.set(name, (complaints.get(name) ?? 0) + 1);
    if (message === RECORDS_MISSING) ledger.breach("audit", line);
    if (level === "WARNING") continue;
    if (!EXPLAINED.test(message) && error?.name !== STORE_ERROR) ledger.breach("logs", line);
  }
  return complaints;
}
