import { shortCustomerId } from "../identity/customer_id.ts";
import { within } from "../async/within.ts";
import { AuditUnavailableError } from "./record.ts";
import type { ChainSigner } from "./chain.ts";
import type { StampedEntry } from "./entry.ts";
import { LineWriteError } from "../telemetry/line_writer.ts";
import type { Logger } from "../telemetry/log.ts";

/** The message of log lines that hold audit records. The field of the same name holds the record. */
export const AUDIT_MESSAGE = "audit";

/** What {@linkcode ProcessAuditLog} needs. */
export interface ProcessAuditLogOptions {
  signer: ChainSigner;
  /** Where the lines go. */
  log: Pick<Logger, "verbatim">;
  /** Called when lines can't be written (with the error), and when they can be again. */
  onStateChange?: (works: boolean, error?: unknown) => void;
  /** Called after each failed try. */
  onFailed?: () => void;
  /** Called for each record that is lost because too many wait. */
  onLost?: () => void;
  /** Milliseconds between two tries to write a line. Defaults to 1,000. */
  retryMs?: number;
}

/** A record that waits to be written. It is signed just before that, so that a cancelled one leaves no gap in the chain. */
interface WaitingLine {
  customer: string | undefined;
  entry: StampedEntry;
  done: PromiseWithResolvers<void>;
  /** An intent is useless unless it is written in time. */
  isIntent: boolean;
}

/**
 * How many lines may wait before lines of each kind are not taken. A full queue refuses intents, so there are never more
 * outcomes than calls under way. Refusals are folded before they come here.
 */
const MAX_WAITING: Readonly<Record<StampedEntry["event"], number>> = {
  refused: 1_000,
  asked: 1_000,
  intent: 2_000,
  decided: 5_000,
  revealed: 5_000,
  connected: 5_000,
  disconnected: 5_000,
  outcome: 20_000,
};

/** How long the end of the process waits for a blocked log. */
const CLOSE_MS = 3_000;

/**
 * The records of this process, one log line each, at every log level. They are numbered from 1 and chained, under an id
 * that no other process has. In the first record `previous` is null.
 *
 * Lines wait in their own queue until the operating system has taken them. If it reports an error, intents are refused and
 * all other records are tried again.
 */
export class ProcessAuditLog {
  readonly #options: ProcessAuditLogOptions;
  readonly #process = crypto.getRandomValues(new Uint8Array(8)).toHex();
  readonly #waiting = new Set<WaitingLine>();
  #sequence = 0;
  #previous: string | null = null;
  #writing: Promise<void> | undefined;
  #current: WaitingLine | undefined;
  #missing = 0;
  #works = true;
  #retryNow = () => {};
  #isClosed = false;

  constructor(options: ProcessAuditLogOptions) {
    this.#options = options;
  }

  /**
   * Writes one record, after those that came before it.
   *
   * @param signal Ends the wait. Given for intents only; any other record waits as long as it takes.
   * @returns Once the record is written, or counted as lost because too many wait.
   * @throws {AuditUnavailableError} If an intent is not written.
   */
  async write(customer: string | undefined, entry: StampedEntry, signal?: AbortSignal): Promise<void> {
    const isIntent = signal !== undefined;
    if (this.#isClosed || this.#waiting.size >= MAX_WAITING[entry.event]) {
      if (isIntent) throw new AuditUnavailableError("Too many audit records wait to be written.");
      return this.#countLost(entry);
    }
    const line: WaitingLine = { customer, entry, done: Promise.withResolvers(), isIntent };
    const giveUp = () => this.#giveUp(line);
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(line);
    if (isIntent) this.#retryNow();
    if (signal?.aborted) giveUp();
    this.#writing ??= this.#writeAll();
    try {
      await line.done.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Takes no more records, and waits for those in the queue. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#writing !== undefined) await within(CLOSE_MS, this.#writing, () => {});
    this.#waiting.clear();
    this.#retryNow();
  }

  async #writeAll(): Promise<void> {
    while (true) {
      const [line] = this.#waiting;
      this.#current = line;
      if (line === undefined) break;
      try {
        await this.#writeGap(line.entry.time);
        await this.#sign(line.customer, line.entry);
        this.#changeState(true);
        this.#settle(line);
      } catch (error) {
        await this.#afterFailure(line, error);
      }
    }
    this.#writing = undefined;
  }

  /** Refuses intents at once; all other records wait for the next try. */
  async #afterFailure(line: WaitingLine, error: unknown): Promise<void> {
    this.#changeState(false, error);
    this.#options.onFailed?.();
    if (!line.isIntent && error instanceof LineWriteError && error.isWhole) this.#settle(line);
    for (const waiting of this.#waiting) if (waiting.isIntent) this.#settle(waiting, error);
    this.#current = undefined;
    if (this.#waiting.size > 0) await this.#pause();
  }

  #settle(line: WaitingLine, error?: unknown): void {
    this.#waiting.delete(line);
    if (error === undefined) line.done.resolve();
    else line.done.reject(new AuditUnavailableError("The audit record can't be written.", { cause: error }));
  }

  /** A record that is being written may still get into the log. The call behind it is refused in any case. */
  #giveUp(line: WaitingLine): void {
    line.done.reject(new AuditUnavailableError("The audit record could not be written in time."));
    if (line !== this.#current) this.#waiting.delete(line);
  }

  async #writeGap(time: string): Promise<void> {
    const missing = this.#missing;
    if (missing === 0) return;
    try {
      await this.#sign(undefined, { time, event: "gap", missing });
    } catch (cause) {
      throw new Error("The gap can't be written.", { cause });
    }
    this.#missing -= missing;
  }

  async #sign(customer: string | undefined, entry: StampedEntry | { time: string; event: "gap"; missing: number }) {
    const { signer, log } = this.#options;
    const sequence = this.#sequence + 1;
    const owner = customer === undefined ? null : shortCustomerId(customer);
    const record = { process: this.#process, sequence, customer: owner, ...entry };
    const signed = await signer.sign("process", record, this.#previous);
    try {
      await log.verbatim(AUDIT_MESSAGE, { [AUDIT_MESSAGE]: { ...signed } });
    } catch (error) {
      // A complete line has its place in the chain. The number of an incomplete one goes to the next.
      if (error instanceof LineWriteError && error.isWhole) this.#advance(sequence, signed.mac);
      throw error;
    }
    this.#advance(sequence, signed.mac);
  }

  #advance(sequence: number, mac: string): void {
    this.#sequence = sequence;
    this.#previous = mac;
  }

  #countLost({ count = 1 }: StampedEntry): void {
    this.#missing += count;
    this.#options.onLost?.();
  }

  #changeState(works: boolean, error?: unknown): void {
    if (this.#works === works) return;
    this.#works = works;
    this.#options.onStateChange?.(works, error);
  }

  /** Waits for the next try. A new intent ends the wait, so that it is written or refused at once. */
  async #pause(): Promise<void> {
    const retry = Promise.withResolvers<void>();
    this.#retryNow = retry.resolve;
    await within(this.#options.retryMs ?? 1_000, retry.promise, () => {});
    this.#retryNow = () => {};
  }
}
