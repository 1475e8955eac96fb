import type { Secrets } from "../text/redaction/hider.ts";
import { safeValue } from "../text/safe.ts";
import type { JsonValue } from "../text/clean.ts";

/** Bounds on the arguments in a record. It says what was asked for, and need not hold all of it. */
const RECORDED = { text: 200, items: 20, total: 20_000 };

/** Arguments for the audit trail: cleaned, without secrets, cut. */
export function recordedArguments(args: Readonly<Record<string, unknown>>, secrets: Secrets): JsonValue {
  return safeValue(args, RECORDED, secrets);
}
