/** Refuses a value that is not one of those there are, and says which there are. */
import { ToolError } from "../../errors.ts";

/** Most values that a refusal lists. */
const MAX_LISTED = 50;

/** The argument that names one of the values, and what they are called. */
export interface KnownValues {
  argument: string;
  /** One of them, in words of ours: `service of this server`. */
  what: string;
  /** Every value there is, as Cloudways gives it. */
  known: readonly string[];
}

/**
 * Lets one of the known values pass. Where none is known, any passes: an empty list is no proof that there are none.
 *
 * @throws {ToolError} `invalid_arguments`, with the values there are.
 */
export function requireKnown(value: string, values: KnownValues): void {
  if (values.known.length > 0 && !values.known.includes(value)) throw notKnown(values);
}

/** The refusal of a value that is none of these. What Cloudways calls them stands in the details alone. */
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
