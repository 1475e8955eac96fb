import { shortCustomerId } from "../identity/customer_id.ts";
import { within } from "../async/within.ts";
import { AuditUnavailableError } from "./record.ts";
import type { ChainSigner } from "./chain.ts";
import type { StampedEntry } from "./entry.ts";
import { LineWriteError } from "../telemetry/line_writer.ts";
import type { Logger } from "../telemetry/log.ts";

/** The message of the log lines that hold audit records; the record itself is their field of the same name. */
export const AUDIT_MESSAGE = "audit";

/** What {@linkcode ProcessAuditLog} needs. */
export interface ProcessAuditLogOptions {
  signer: ChainSigner;
  /** Where the lines go. */
  log: Pick<Logger, "verbatim">;
  /** Told when lines can't be written (with the reason) and when they can be again. */
  onStateChange?: (works: boolean, error?: unknown) => void;
  /** Told of each try that failed. */
  onFailed?: () => void;
  /** Told of each record that was lost because too many wait. */
  onLost?: () => void;
  /** Milliseconds until lines that could not be written are tried again. Defaults to 1,000. */
  retryMs?: number;
}

/** A record that waits to be written. It is signed last, so that one that is given up leaves no hole in the chain. */
interface WaitingLine {
  customer: string | undefined;
  entry: StampedEntry;
  done: PromiseWithResolvers<void>;
  /** It is of use only if it is written in time. */
  isIntent: boolean;
}

/**
 * How many lines may wait before one of a kind is not taken. Intents are refused then, so outcomes are never more than
 * the calls in hand; refusals are folded before they come here.
 */
const ROOM: Readonly<Record<StampedEntry["event"], number>> = {
  refused: 1_000,
  asked: 1_000,
  intent: 2_000,
  decided: 5_000,
  outcome: 20_000,
};

/** How long the end of the process waits for a log that takes nothing. */
const CLOSE_MS = 3_000;

/**
 * The records of this process, one log line each, whatever the level: numbered from 1 and chained, under an id that no
 * other process has. The first one says that it is the first by having no `previous`.
 *
 * Lines wait in a queue of their own until the operating system has taken them. Where it refuses, intents are refused
 * and everything else is tried again.
 */
export class ProcessAuditLog {
  readonly #options: ProcessAuditLogOptions;
  readonly #process = crypto.getRandomValues(new Uint8Array(8)).toHex();
  readonly #waiting = new Set<WaitingLine>();
  #sequence = 0;
  #previous: string | null = null;
  #writing: Promise<void> | undefined;
  #inHand: WaitingLine | undefined;
  #missing = 0;
  #works = true;
  #tryNow = () => {};
  #isClosed = false;

  constructor(options: ProcessAuditLogOptions) {
    this.#options = options;
  }

  /**
   * Writes one record, after those that came before it.
   *
   * @param signal For an intent: ends the wait. Any other record waits for as long as it takes.
   * @returns Once the record is written out, or counted as lost because too many wait.
   * @throws {AuditUnavailableError} For an intent that is not written.
   */
  async write(customer: string | undefined, entry: StampedEntry, signal?: AbortSignal): Promise<void> {
    const isIntent = signal !== undefined;
    if (this.#isClosed || this.#waiting.size >= ROOM[entry.event]) {
      if (isIntent) throw new AuditUnavailableError("Too many audit records wait to be written.");
      return this.#lose(entry);
    }
    const line: WaitingLine = { customer, entry, done: Promise.withResolvers(), isIntent };
    const giveUp = () => this.#giveUp(line);
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(line);
    if (isIntent) this.#tryNow();
    if (signal?.aborted) giveUp();
    this.#writing ??= this.#writeAll();
    try {
      await line.done.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Takes nothing more, and waits for what is there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#writing !== undefined) await within(CLOSE_MS, this.#writing, () => {});
    this.#waiting.clear();
    this.#tryNow();
  }

  async #writeAll(): Promise<void> {
    while (true) {
      const [line] = this.#waiting;
      this.#inHand = line;
      if (line === undefined) break;
      try {
        await this.#writeGap(line.entry.time);
        await this.#sign(line.customer, line.entry);
        this.#changeState(true);
        this.#settle(line);
      } catch (error) {
        await this.#failed(line, error);
      }
    }
    this.#writing = undefined;
  }

  /** An intent is refused at once; everything else waits until it is tried again. */
  async #failed(line: WaitingLine, error: unknown): Promise<void> {
    this.#changeState(false, error);
    this.#options.onFailed?.();
    if (!line.isIntent && error instanceof LineWriteError && error.isWhole) this.#settle(line);
    for (const waiting of this.#waiting) if (waiting.isIntent) this.#settle(waiting, error);
    this.#inHand = undefined;
    if (this.#waiting.size > 0) await this.#pause();
  }

  #settle(line: WaitingLine, error?: unknown): void {
    this.#waiting.delete(line);
    if (error === undefined) line.done.resolve();
    else line.done.reject(new AuditUnavailableError("The audit record can't be written.", { cause: error }));
  }

  /** One that is being written may be there in the end; nobody relies on it any more. */
  #giveUp(line: WaitingLine): void {
    line.done.reject(new AuditUnavailableError("The audit record could not be written in time."));
    if (line !== this.#inHand) this.#waiting.delete(line);
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
      // A line that is all there has its place in the chain; of any other the next one takes the number.
      if (error instanceof LineWriteError && error.isWhole) this.#advance(sequence, signed.mac);
      throw error;
    }
    this.#advance(sequence, signed.mac);
  }

  #advance(sequence: number, mac: string): void {
    this.#sequence = sequence;
    this.#previous = mac;
  }

  #lose({ count = 1 }: StampedEntry): void {
    this.#missing += count;
    this.#options.onLost?.();
  }

  #changeState(works: boolean, error?: unknown): void {
    if (this.#works === works) return;
    this.#works = works;
    this.#options.onStateChange?.(works, error);
  }

  /** Until the next try. An intent that comes meanwhile brings it forward: it is written or refused at once. */
  async #pause(): Promise<void> {
    const early = Promise.withResolvers<void>();
    this.#tryNow = early.resolve;
    await within(this.#options.retryMs ?? 1_000, early.promise, () => {});
    this.#tryNow = () => {};
  }
}
