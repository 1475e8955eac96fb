/** Refuses unknown values, and lists the known ones. */
import { ToolError } from "../../errors.ts";

/** Most values that an error lists. */
const MAX_LISTED = 50;

/** An argument that must be one of the known values. */
export interface KnownValues {
  argument: string;
  /** What one value is, in our own words: `service of this server`. */
  what: string;
  /** Every known value, as Cloudways writes it. */
  known: readonly string[];
}

/**
 * Checks that a value is known. If the list is empty, every value passes: Cloudways may just not have listed them.
 *
 * @throws {ToolError} `invalid_arguments`, with the known values.
 */
export function requireKnown(value: string, values: KnownValues): void {
  if (values.known.length > 0 && !values.known.includes(value)) throw notKnown(values);
}

/** The error for an unknown value. Cloudways' names are only in the details, not in the message. */
export function notKnown({ argument, what, known }: KnownValues): ToolError {
  const problem = `is no ${what}`;
  const left = known.length - MAX_LISTED;
  return new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. Call again with one of details.known, exactly as it stands there.",
    details: {
      problems: [{ argument, problem }],
      known: known.slice(0, MAX_LISTED),
      ...(left > 0 && { known_left_out: left }),
    },
    done: "nothing",
  });
}
