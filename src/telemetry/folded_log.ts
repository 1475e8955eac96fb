import type { Secrets } from "../text/redaction/hider.ts";
import type { JsonValue } from "../text/clean.ts";
import { Folder } from "./folder.ts";
import type { LogFields, Logger } from "./log.ts";

/** What {@linkcode FoldedLog} needs. */
export interface FoldedLogOptions {
  /** Gets the lines that sum up. */
  log: Logger;
  /** Milliseconds from any point, never less than before. Defaults to those since the start of the process. */
  now?: () => number;
}

type Level = "info" | "warn" | "error";

/** A line as it is summed up: without what tells it apart from others of its kind. */
interface Line {
  level: Level;
  message: string;
  fields: LogFields;
}

/** Kinds and addresses told apart within a minute; beyond that all other addresses count as one. */
const MAX_FOLDS = 200;

/** A mistake of the program is told apart by its request, not by its kind, so more of them are written. */
const MOST_WRITTEN: Readonly<Record<Level, number>> = { info: 1, warn: 1, error: 20 };

/** The fields that make a kind: of each there are few, whatever a caller sends. */
const KIND_FIELDS = ["method", "route", "operation", "status", "outcome", "limited_by"];

/**
 * Keeps strangers from filling the log: within a minute the first line of each kind from each address is written, the
 * others are counted, and one line says afterwards how many they were. Lines for people who look for a fault (DEBUG) are
 * left alone.
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
   * A logger for what somebody at this address does.
   *
   * @param isKnown Whether it is no stranger after all; its lines are written as they are then.
   */
  of(address: string, log: Logger, isKnown: () => boolean = () => false): Logger {
    return new FoldingLogger(this, { address, isKnown }, log, {});
  }

  /** Whether a line is to be written as it is: one of the first of its kind. Any other is counted. */
  isWritten(level: Level, message: string, address: string, fields: LogFields): boolean {
    this.#folder.endDue();
    const kind = Object.fromEntries(KIND_FIELDS.flatMap((name) => name in fields ? [[name, fields[name]]] : []));
    const key = JSON.stringify([message, kind]);
    const own = `${key} ${address}`;
    const hasRoom = this.#folder.has(own) || this.#folder.size < MAX_FOLDS;
    const from = hasRoom ? address : "several addresses";
    const line = { level, message, fields: { ...kind, from } };
    return this.#folder.letsThrough(hasRoom ? own : key, line, MOST_WRITTEN[level]);
  }

  /** Writes how many were counted of what began a minute ago or before. */
  sumUpWhenDue(): void {
    this.#folder.endDue();
  }

  /** Writes how many were counted, and begins again. */
  sumUp(): void {
    this.#folder.endAll();
  }
}

/** Where lines come from. */
interface Source {
  address: string;
  isKnown: () => boolean;
}

/** Writes the first line of each kind to the logger it stands for. */
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
    this.#log.debug(message, fields);
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
    return new FoldingLogger(this.#folded, this.#source, this.#log.with(fields), { ...this.#fields, ...fields });
  }

  withSecrets(secrets: Secrets): Logger {
    return new FoldingLogger(this.#folded, this.#source, this.#log.withSecrets(secrets), this.#fields);
  }

  #write(level: Level, message: string, fields: LogFields = {}): void {
    const { address, isKnown } = this.#source;
    if (isKnown()) return this.#log[level](message, fields);
    if (!this.#folded.isWritten(level, message, address, { ...this.#fields, ...fields })) return;
    this.#log[level](message, { ...fields, from: address });
  }
}
