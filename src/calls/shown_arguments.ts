import type { DeclaredInputs } from "../confirm/declared_input.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import { HIDDEN } from "../text/redaction/patterns.ts";
import { safeValue } from "../text/safe.ts";
import type { JsonValue } from "../text/clean.ts";

/** Bounds on the arguments in a record. It says what was asked for, and need not hold all of it. */
const RECORDED = { text: 200, items: 20, total: 20_000 };

/** Arguments for the audit trail: cleaned, without secrets and without inputs that are declared secret, cut. */
export function recordedArguments(
  args: Readonly<Record<string, unknown>>,
  declared: DeclaredInputs,
  secrets: Secrets,
): JsonValue {
  const isGiven = (name: string) => Object.hasOwn(args, name) && args[name] !== "" && args[name] !== null;
  const hidden = [...declared].filter(([name, { secret }]) => secret && isGiven(name)).map(([name]) => [name, HIDDEN]);
  return safeValue({ ...args, ...Object.fromEntries(hidden) }, RECORDED, secrets);
}
