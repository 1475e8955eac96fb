import { Folder } from "./folder.ts";
import type { Gate, GatedLevel, LogFields, Logger } from "./log.ts";

/** What {@linkcode FoldedLog} needs. */
export interface FoldedLogOptions {
  /** Gets the summary lines. */
  log: Logger;
  /** A clock in milliseconds that never goes back. Defaults to the time since the start of the process. */
  now?: () => number;
}

/** A line as its summary shows it: without the fields in which lines of one kind differ. */
interface Line {
  level: GatedLevel;
  message: string;
  fields: LogFields;
}

/** Most pairs of kind and address counted apart within a minute; beyond that all other addresses count as one. */
const MAX_FOLDS = 200;

/** Lines of one kind written within a minute. Errors of the program differ by request, so more of them are written. */
const MOST_WRITTEN: Readonly<Record<GatedLevel, number>> = { info: 1, warn: 1, error: 20 };

/** The fields that define a kind. Each has few values, whatever a caller sends. */
const KIND_FIELDS = ["method", "route", "operation", "status", "outcome", "limited_by"].map((name) => ({
  name,
  label: ` ${name}=`,
}));

/**
 * Keeps strangers from filling the log. Within a minute it writes the first line of each kind from each address, and
 * counts the others; a summary line then gives their number. It does not touch DEBUG lines, which are for people who
 * look for a fault.
 */
export class FoldedLog {
  readonly #folder: Folder<Line>;

  constructor({ log, now = () => performance.now() }: FoldedLogOptions) {
    this.#folder = new Folder({
      now,
      onFolded: ({ newest: { level, message, fields }, count, milliseconds }) =>
        log[level](message, { ...fields, repeated: count, within_seconds: Math.round(milliseconds / 1000) }),
    });
  }

  /**
   * A logger for a caller at this address.
   *
   * @param isKnown Whether the caller is no stranger any more; its lines are then written unchanged.
   */
  of(address: string, log: Logger, isKnown: () => boolean = () => false): Logger {
    return log.through(new FoldingGate(this, address, isKnown));
  }

  /** Whether to write a line: it is one of the first of its kind. Any other is counted. */
  isWritten(level: GatedLevel, message: string, address: string, fields: LogFields): boolean {
    let key = message;
    for (const { name, label } of KIND_FIELDS) {
      const value = fields[name];
      if (value !== undefined || name in fields) key += label + value;
    }
    const own = `${key} ${address}`;
    // All lines of a kind have the same summary. So it is made only for the first ones.
    if (this.#folder.add(own)) return false;
    if (this.#folder.has(own)) return true;
    const hasRoom = this.#folder.size < MAX_FOLDS;
    const line = { level, message, fields: { ...kindOf(fields), from: hasRoom ? address : "several addresses" } };
    return this.#folder.letsThrough(hasRoom ? own : key, line, MOST_WRITTEN[level]);
  }

  /** Writes the summaries of all kinds whose minute is over. */
  sumUpWhenDue(): void {
    this.#folder.endDue();
  }

  /** Writes all summaries, and begins again. */
  sumUp(): void {
    this.#folder.endAll();
  }
}

/** The fields that define a line's kind. */
function kindOf(fields: LogFields): LogFields {
  const names = KIND_FIELDS.map(({ name }) => name).filter((name) => name in fields);
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/** Lets the first line of each kind from one address through. */
class FoldingGate implements Gate {
  readonly from: string;
  readonly isOpen: () => boolean;
  readonly #folded: FoldedLog;

  constructor(folded: FoldedLog, from: string, isOpen: () => boolean) {
    this.#folded = folded;
    this.from = from;
    this.isOpen = isOpen;
  }

  passes(level: GatedLevel, message: string, fields: LogFields): boolean {
    return this.#folded.isWritten(level, message, this.from, fields);
  }
}
