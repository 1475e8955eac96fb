import type { Secrets } from "../text/redaction/hider.ts";
import type { JsonValue } from "../text/clean.ts";
import { Folder } from "./folder.ts";
import type { LogFields, Logger } from "./log.ts";

/** What {@linkcode FoldedLog} needs. */
export interface FoldedLogOptions {
  /** Gets the summary lines. */
  log: Logger;
  /** A clock in milliseconds that never goes back. Defaults to the time since the start of the process. */
  now?: () => number;
}

type Level = "info" | "warn" | "error";

/** A line as its summary shows it: without the fields in which lines of one kind differ. */
interface Line {
  level: Level;
  message: string;
  fields: LogFields;
}

/** Most pairs of kind and address counted apart within a minute; beyond that all other addresses count as one. */
const MAX_FOLDS = 200;

/** Lines of one kind written within a minute. Errors of the program differ by request, so more of them are written. */
const MOST_WRITTEN: Readonly<Record<Level, number>> = { info: 1, warn: 1, error: 20 };

/** The fields that define a kind. Each has few values, whatever a caller sends. */
const KIND_FIELDS = ["method", "route", "operation", "status", "outcome", "limited_by"];

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
    return new FoldingLogger(this, { address, isKnown }, log, {});
  }

  /** Whether to write a line: it is one of the first of its kind. Any other is counted. */
  isWritten(level: Level, message: string, address: string, fields: LogFields): boolean {
    this.#folder.endDue();
    const kind: LogFields = {};
    let key = message;
    for (const name of KIND_FIELDS) {
      if (!(name in fields)) continue;
      kind[name] = fields[name];
      key += ` ${name}=${fields[name]}`;
    }
    const own = `${key} ${address}`;
    const hasRoom = this.#folder.has(own) || this.#folder.size < MAX_FOLDS;
    const from = hasRoom ? address : "several addresses";
    const line = { level, message, fields: { ...kind, from } };
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

/** Where lines come from. */
interface Source {
  address: string;
  isKnown: () => boolean;
}

/** Writes the first line of each kind to the logger that it wraps. It adds its fields to a line only then. */
class FoldingLogger implements Logger {
  readonly #folded: FoldedLog;
  readonly #source: Source;
  readonly #log: Logger;
  readonly #fields: LogFields;

  constructor(folded: FoldedLog, source: Source, log: Logger, fields: LogFields) {
    this.#folded = folded;
    this.#source = source;
    this.#log = log;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, { ...this.#fields, ...fields });
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  verbatim(message: string, fields: Readonly<Record<string, JsonValue>>): Promise<void> {
    return this.#log.verbatim(message, fields);
  }

  get linesLost(): number {
    return this.#log.linesLost;
  }

  with(fields: LogFields): Logger {
    return new FoldingLogger(this.#folded, this.#source, this.#log, { ...this.#fields, ...fields });
  }

  withSecrets(secrets: Secrets): Logger {
    return new FoldingLogger(this.#folded, this.#source, this.#log.withSecrets(secrets), this.#fields);
  }

  #write(level: Level, message: string, fields?: LogFields): void {
    const { address, isKnown } = this.#source;
    const all = { ...this.#fields, ...fields };
    if (isKnown()) return this.#log[level](message, all);
    if (!this.#folded.isWritten(level, message, address, all)) return;
    this.#log[level](message, { ...all, from: address });
  }
}
