/**
 * Writes log lines to standard error. No line holds a secret, and no field can start a new line. Uses the records and
 * formatters of LogTape, but not its process-wide configuration.
 */
import {
  getAnsiColorFormatter,
  getTextFormatter,
  type LogLevel as TapeLevel,
  type LogRecord,
  type TextFormatter,
  type TextFormatterOptions,
} from "@logtape/logtape";
import { within } from "../async/within.ts";
import type { LogFormat, LogLevel } from "../config.ts";
import { hiderOf, SecretHider, type Secrets } from "../text/redaction/hider.ts";
import type { JsonValue } from "../text/clean.ts";
import { safeText, safeValue } from "../text/safe.ts";
import type { Opened } from "../text/walk.ts";
import { FieldChain } from "./field_chain.ts";
import { formatJson, JsonLines } from "./json_lines.ts";
import { type Level, LEVELS } from "./levels.ts";
import { LineBuffer } from "./line_buffer.ts";
import { type ByteSink, LineWriter } from "./line_writer.ts";
import type { LogCopy } from "./log_copy.ts";
import { isCount, USUAL_FIELDS } from "./usual_fields.ts";

/** Facts beside a message. Errors may be among them, at any depth. */
export type LogFields = Record<string, unknown>;

/** Writes log lines. No method but `verbatim` throws, whatever the fields hold and wherever the lines go. */
export interface Logger {
  /** For people who look for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** Ordinary work. */
  info(message: string, fields?: LogFields): void;
  /** Something went wrong, and the program handled it. */
  warn(message: string, fields?: LogFields): void;
  /** Something went wrong, and a person has to act. */
  error(message: string, fields?: LogFields): void;
  /**
   * Writes a line at any level and exactly as given, because it is signed: nothing is cleaned, hidden or cut. The line
   * waits in no buffer, so that other lines can't displace it.
   *
   * @returns Once the operating system has taken the line.
   * @throws {LineWriteError} Where it has not taken all of it. No other method throws or waits.
   */
  verbatim(message: string, fields: Readonly<Record<string, JsonValue>>): Promise<void>;
  /** How many lines were lost since the start because they could not be written. */
  readonly linesLost: number;
  /** A logger that adds these fields to every line; later ones win. */
  with(fields: LogFields): Logger;
  /** A logger that also hides these texts wherever they occur, such as the caller's own credentials. */
  withSecrets(secrets: Secrets): Logger;
  /** A logger whose lines have to pass this gate, except DEBUG and verbatim ones. It replaces a gate before it. */
  through(gate: Gate): Logger;
}

/** Says which lines are written. */
export interface Gate {
  /** Whether every line passes as it is. */
  isOpen(): boolean;
  /**
   * Whether a line passes. One that does gets the field `from`.
   *
   * @param fields Those of the line, and those of its logger that were added behind the gate.
   */
  passes(level: GatedLevel, message: string, fields: LogFields): boolean;
  /** Where lines come from. */
  readonly from: string;
}

/** The levels of lines that have to pass a gate. */
export type GatedLevel = "info" | "warn" | "error";

/** How {@linkcode createLogger} writes. */
export interface LoggerOptions {
  /** Lines below this level are not written. */
  level: LogLevel;
  /** `console` for people, `json` for one object a line. */
  format: LogFormat;
  /** Gets each line at once, without a line break. Defaults to buffered writing to `sink`. */
  write?: (line: string) => void;
  /** Where lines go when there is no `write`. Defaults to standard error; stays open after disposal. */
  sink?: ByteSink;
  /** What the sink holds already may end with half a line. */
  isInsideLine?: boolean;
  /** Gets a copy of each line of the sink as JSON, except verbatim ones. */
  copy?: LogCopy | undefined;
}

/** A logger whose disposal writes out what is buffered. The loggers made from it share its buffer. */
export type RootLogger = Logger & AsyncDisposable;

/** Disposal gives up on a sink that takes nothing for this long, so that shutting down never hangs on a log. */
const DISPOSE_MS = 2000;

/** Bounds on one line; nobody reads longer ones. */
const BOUNDS = { text: 8192, items: 100, total: 65_536 };

/** Fields nested deeper than this are left out. */
const MAX_DEPTH = 12;

const GATED: Readonly<Record<GatedLevel, Level>> = { info: LEVELS.INFO, warn: LEVELS.WARNING, error: LEVELS.ERROR };

/** Makes the logger from which all others are derived. Without `write` one process needs only one. */
export function createLogger(options: LoggerOptions): RootLogger {
  return new DisposableLogger(options.write === undefined ? sinkOutput(options) : lineOutput(options, options.write));
}

/** Where records go, shared by a logger and those made from it. */
interface Output {
  /** Lines below it are not written. */
  readonly least: Level;
  /** How many lines were lost. */
  readonly lost: number;
  /** Puts lines together; undefined where lines have another format. */
  readonly lines: JsonLines | undefined;
  /** Writes a record, or buffers it until there is room. */
  add(record: LogRecord): void;
  /** The same for a line that is ready. */
  addLine(level: Level, line: string): void;
  /** Writes a line ahead of the buffered ones, and waits for that. */
  writeOut(record: LogRecord): Promise<void>;
  /** Writes out what is buffered and takes nothing more. */
  close(): Promise<void>;
}

/** A gate, and the fields that a logger had before it. */
interface PlacedGate {
  gate: Gate;
  fields: FieldChain;
}

class SafeLogger implements Logger {
  readonly #output: Output;
  readonly #hider: SecretHider;
  readonly #fields: FieldChain;
  readonly #placed: PlacedGate | undefined;

  constructor(output: Output, hider: SecretHider, fields: FieldChain, placed?: PlacedGate) {
    this.#output = output;
    this.#hider = hider;
    this.#fields = fields;
    this.#placed = placed;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write(LEVELS.DEBUG, message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  async verbatim(message: string, fields: Readonly<Record<string, JsonValue>>): Promise<void> {
    await this.#output.writeOut(record("info", message, { ...fields }));
  }

  get linesLost(): number {
    return this.#output.lost;
  }

  with(fields: LogFields): Logger {
    const all = new FieldChain(this.#fields, { ...fields });
    return new SafeLogger(this.#output, this.#hider, all, this.#placed);
  }

  withSecrets(secrets: Secrets): Logger {
    const [before, added] = [this.#hider.secrets, hiderOf(secrets)];
    const hider = before.length === 0 ? added : new SecretHider([...before, ...added.secrets]);
    return new SafeLogger(this.#output, hider, this.#fields, this.#placed);
  }

  through(gate: Gate): Logger {
    return new SafeLogger(this.#output, this.#hider, this.#fields, { gate, fields: this.#fields });
  }

  #log(level: GatedLevel, message: string, fields: LogFields | undefined): void {
    const placed = this.#placed;
    if (placed === undefined || placed.gate.isOpen()) return this.#write(GATED[level], message, fields);
    const { gate } = placed;
    const behind = this.#fields === placed.fields ? fields : { ...this.#fields.all(placed.fields), ...fields };
    if (gate.passes(level, message, behind ?? {})) this.#write(GATED[level], message, { ...fields, from: gate.from });
  }

  #write(level: Level, message: string, fields: LogFields | undefined): void {
    if (level.rank < this.#output.least.rank) return;
    try {
      const line = this.#line(level, message, fields);
      if (line === undefined) this.#output.add(this.#record(level, message, fields));
      else this.#output.addLine(level, line);
    } catch {
      // An output that fails must not stop the work that is logged.
    }
  }

  /** The line from ready parts; undefined if it has to go the long way. */
  #line(level: Level, message: string, fields: LogFields = {}): string | undefined {
    const { lines } = this.#output;
    if (lines === undefined) return undefined;
    try {
      const before = this.#fields.ready(lines, this.#hider);
      const all = before && lines.add(before, fields, this.#hider);
      return all && lines.line(level, message, all, this.#hider);
    } catch {
      // A getter threw.
      return undefined;
    }
  }

  /** Hides all secrets at once: fields may change later, and must not be kept until the line is written. */
  #record(level: Level, message: string, fields: LogFields | undefined): LogRecord {
    return record(level.name, this.#safe(message), this.#properties(fields));
  }

  #safe(text: string): string {
    return safeText(text, { secrets: this.#hider, maxLength: BOUNDS.text });
  }

  #properties(fields: LogFields | undefined): Record<string, unknown> {
    try {
      const all = { ...this.#fields.all(), ...fields };
      const usual = this.#usual(all);
      if (usual !== undefined) return usual;
      const safe = safeValue(all, BOUNDS, this.#hider, describe);
      return isObject(safe) ? safe : {};
    } catch {
      // A getter that throws costs the fields, not the line.
      return { fields: "unreadable" };
    }
  }

  /** The usual fields, made safe; undefined if there are others. A short way for the lines of every request. */
  #usual(fields: LogFields): LogFields | undefined {
    const safe: LogFields = {};
    for (const name of Object.keys(fields)) {
      const value = fields[name];
      if (!USUAL_FIELDS.has(name) || !this.#hider.leaves(name)) return undefined;
      if (typeof value === "string") safe[name] = this.#safe(value);
      else if (isCount(value)) safe[name] = value;
      else if (value !== undefined) return undefined;
    }
    return safe;
  }
}

class DisposableLogger extends SafeLogger implements AsyncDisposable {
  readonly #close: () => Promise<void>;

  constructor(output: Output) {
    super(output, new SecretHider([]), new FieldChain());
    this.#close = () => output.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

function lineOutput(options: LoggerOptions, write: (line: string) => void): Output {
  const format = formatter(options.format, false);
  const add = (record: LogRecord) => write(format(record));
  return {
    least: LEVELS[options.level],
    lost: 0,
    lines: linesOf(options.format),
    add,
    addLine: (_level, line) => write(line),
    writeOut: (record) => new Promise((resolve) => resolve(add(record))),
    close: () => Promise.resolve(),
  };
}

function sinkOutput({ level, format, sink = Deno.stderr, isInsideLine = false, copy }: LoggerOptions): Output {
  const formatLine = formatter(format, sink === Deno.stderr && Deno.stderr.isTerminal());
  const writer = new LineWriter(sink, { isInsideLine });
  const lossLine = (count: number) => formatLine(record("warning", "log lines were lost", { count }));
  const buffer = new LineBuffer({ writer, lossLine });
  return {
    least: LEVELS[level],
    get lost() {
      return buffer.lost;
    },
    lines: linesOf(format),
    add: (record) => {
      buffer.add(formatLine(record));
      copy?.(record.level, formatJson(record));
    },
    addLine: (level, line) => {
      buffer.add(line);
      copy?.(level.name, line);
    },
    writeOut: (record) => writer.write(`${formatLine(record)}\n`),
    close: () => within(DISPOSE_MS, buffer.close(), () => {}),
  };
}

function linesOf(format: LogFormat): JsonLines | undefined {
  return format === "json" ? new JsonLines() : undefined;
}

function record(level: TapeLevel, message: string, properties: Record<string, unknown>): LogRecord {
  return { category: [], level, message: [message], rawMessage: message, timestamp: Date.now(), properties };
}

function formatter(format: LoggerOptions["format"], colours: boolean): TextFormatter {
  if (format === "json") return formatJson;
  const options: TextFormatterOptions = {
    timestamp: "rfc3339",
    format: ({ timestamp, level, message, record }) => `${timestamp} ${level} ${message}${formatFields(record)}`,
  };
  const formatLine = colours ? getAnsiColorFormatter(options) : getTextFormatter(options);
  // These formatters end a line; here the writer does.
  return (record) => formatLine(record).slice(0, -1);
}

function formatFields(record: LogRecord): string {
  return Object.entries(record.properties).map(([name, value]) => ` ${bare(name)}=${bare(value)}`).join("");
}

/** Short words as they are, everything else as JSON, so that a value cannot look like another field. */
function bare(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Describes errors and bytes, which JSON would show as objects; cuts circular references and what is nested too deep.
 */
function describe(value: unknown, _place: unknown, outer: readonly object[]): Opened | undefined {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof URL) return undefined;
  if (ArrayBuffer.isView(value)) return { value: `${value.byteLength} bytes` };
  if (outer.includes(value)) return { value: "[circular]" };
  if (outer.length > MAX_DEPTH) return { value: "…" };
  return value instanceof Error ? { value: describeError(value) } : undefined;
}

/** The fields of an error that are not enumerable, and those that its class adds, such as a code. */
function describeError(error: Error): LogFields {
  const { name, message, stack, cause } = error;
  const errors: unknown = error instanceof AggregateError ? error.errors : undefined;
  return { name, message, stack, cause, errors, ...Object.fromEntries(Object.entries(error)) };
}
