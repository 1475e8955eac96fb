/**
 * Making a change as it was planned: what is there is compared with what the change was planned for just before it is
 * written, and read back afterwards.
 */
import { sayingOf } from "../../cloudways/replies.ts";
import { type ErrorCode, ToolError, type ToolErrorOptions } from "../../errors.ts";

/** A change of something that Cloudways only replaces as a whole. */
export interface PlannedChange<T, W> {
  /** In words of ours, after "the": `list`. */
  what: string;
  before: T;
  wanted: T;
  read: () => Promise<T>;
  /** Reads it after the change, where that is not the same as `read`. */
  readBack?: () => Promise<T>;
  /** Sends the change, once. */
  write: () => Promise<W>;
  /** Whether two states are the same as far as the change goes. */
  isSame: (a: T, b: T) => boolean;
  /** Whether what is found is what was wanted, where that is not `isSame`. */
  becomes?: (wanted: T, found: T) => boolean;
  /** A state as an error shows it. */
  show?: (state: T) => unknown;
  /** The change may take its time: whether it has ended, so that it can be read back. */
  hasEnded?: (written: W) => boolean;
  /**
   * Set where Cloudways may answer with an error of its own to a change that it makes: then it is read back too, and
   * this stands for its answer.
   */
  afterError?: W;
}

/** What was written, and what is there now; null where the change still runs. */
export interface MadeChange<T, W> {
  written: W;
  found: T | null;
}

/** Failures that leave open whether the change was made. */
const UNCLEAR: ReadonlySet<ErrorCode> = new Set(["upstream_error", "upstream_timeout", "upstream_unreachable"]);

/**
 * Makes the change.
 *
 * @throws {ToolError} Where something else changed it meanwhile, and where it does not become what was asked for.
 */
export async function makeChange<T, W>(change: PlannedChange<T, W>): Promise<MadeChange<T, W>> {
  const { what, before, wanted, read, isSame, readBack = read, becomes = isSame, hasEnded = () => true } = change;
  const show = change.show ?? ((state: T): unknown => state);
  const now = await read();
  if (!isSame(before, now)) throw changedMeanwhile(what, show(before), show(now));
  const { written, failed } = await send(change);
  if (failed === undefined && !hasEnded(written)) return { written, found: null };
  const found = await readBack().catch((error) => {
    throw failed ?? (error instanceof ToolError ? notReadBack(what, error, show(before), show(wanted)) : error);
  });
  if (becomes(wanted, found)) return { written, found };
  if (failed !== undefined && isSame(before, found)) throw failed;
  throw notAsWritten(what, { before: show(before), wanted: show(wanted), found: show(found) });
}

/** Sends the change; a failure comes back with what stands for the answer, where the change may have been made. */
async function send<T, W>({ write, afterError }: PlannedChange<T, W>): Promise<{ written: W; failed?: ToolError }> {
  try {
    return { written: await write() };
  } catch (error) {
    if (afterError === undefined || !isUnclear(error)) throw error;
    return { written: afterError, failed: error };
  }
}

function isUnclear(error: unknown): error is ToolError {
  return error instanceof ToolError && UNCLEAR.has(error.code) && error.done !== "nothing";
}

/** The refusal of a change that changes nothing: what it asks for is so already. */
export class NothingToChange extends ToolError {
  constructor(subject: string, options: Pick<ToolErrorOptions, "hint" | "details">) {
    super("validation_failed", `Nothing would change: the ${subject} already as asked for.`, {
      ...options,
      done: "nothing",
    });
  }
}

/** The refusal of a change of one thing that is already as asked for. */
export function nothingToChange(what: string, present: unknown): ToolError {
  return new NothingToChange(`${what} is`, {
    hint: `Nothing was written. Look at details for the ${what} as it is.`,
    details: { present },
  });
}

function changedMeanwhile(what: string, before: unknown, now: unknown): ToolError {
  return new ToolError("upstream_error", `Somebody else changed the ${what} in between. Nothing was written.`, {
    hint: `Look at the ${what} as it is now, and call again if the change is still wanted.`,
    done: "nothing",
    details: { before, now },
  });
}

function notReadBack(what: string, error: ToolError, before: unknown, written: unknown): ToolError {
  return new ToolError("upstream_error", `The ${what} was written, but could not be read back: ${error.message}`, {
    hint: `Look at the ${what} before you change anything again.`,
    done: "unknown",
    details: { ...sayingOf(error), before, written },
  });
}

function notAsWritten(what: string, states: { before: unknown; wanted: unknown; found: unknown }): ToolError {
  return new ToolError("upstream_error", `Cloudways accepted the ${what}, but holds a different one.`, {
    hint:
      `Tell the user, and compare what is in details before you change anything again. Don't send the same once more.`,
    details: states,
  });
}
