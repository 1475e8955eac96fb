import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import { within } from "../async/within.ts";
import type { Store } from "../store/store.ts";
import type { AuditEntry, AuditPage, AuditTrail, EndedMarks } from "./record.ts";
import { ChainSigner } from "./chain.ts";
import { isDoneOrDecided, stamp, type StampedEntry } from "./entry.ts";
import { CustomerAuditLists } from "./lists.ts";
import { ProcessAuditLog } from "./log.ts";
import { AuditRecords } from "./records.ts";
import { Folder } from "../telemetry/folder.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** What {@linkcode ChainedAuditTrail} needs. */
export interface ChainedAuditTrailOptions {
  store: Store;
  box: Box;
  ring: KeyRing;
  clock: Clock;
  /** Takes all log lines except the records. */
  log: Logger;
  /** Takes the records. Defaults to `log`. */
  lines?: Pick<Logger, "verbatim">;
  metrics?: Pick<Metrics, "auditLost" | "auditFailed" | "strangerRefused">;
  /** Whether Cloudways has accepted the credentials of this customer id. Calls of strangers are counted, not recorded. */
  isAccepted: (customer: string) => Promise<boolean>;
}

/** A refusal that may be folded with others of its kind. */
interface Refusal {
  customer: string;
  entry: StampedEntry;
}

/** How long an answer waits until the record of its call is written. After that, the record waits alone. */
const MAX_ANSWER_DELAY_MS = 1_000;

/**
 * Keeps records in two chains: all of them in the log of this process, and those of each customer in the store too.
 *
 * Entries that changed nothing are folded: the first of a kind is recorded by itself, those of the next minute as one
 * record with a count. Strangers' entries are only counted, in the log and the metrics.
 */
export class ChainedAuditTrail implements AuditTrail, EndedMarks, AsyncDisposable {
  readonly #options: ChainedAuditTrailOptions;
  readonly #lines: ProcessAuditLog;
  readonly #lists: CustomerAuditLists;
  readonly #refusals: Folder<Refusal>;
  readonly #strangers: Folder<string>;
  readonly #folded = new Set<Promise<void>>();

  constructor(options: ChainedAuditTrailOptions) {
    const { store, box, ring, clock, log, lines = log, metrics } = options;
    const signer = new ChainSigner(ring);
    this.#options = options;
    this.#lines = new ProcessAuditLog({
      signer,
      log: lines,
      onStateChange: (works, error) => {
        if (works) log.info("audit records can be written again");
        else log.error("audit records can't be written: changes are refused until they can", { error });
      },
      onFailed: () => metrics?.auditFailed(),
      onLost: () => metrics?.auditLost(),
    });
    this.#lists = new CustomerAuditLists({ store, records: new AuditRecords({ box, signer }), log });
    const folding = { now: () => clock.monotonic(), endsByItself: true };
    this.#refusals = new Folder({ ...folding, onFolded: ({ newest, count }) => this.#recordFolded(newest, count) });
    this.#strangers = new Folder({ ...folding, onFolded: ({ newest, count }) => this.#sayStrangers(newest, count) });
  }

  async intend(entry: AuditEntry, signal: AbortSignal): Promise<void> {
    const stamped = stamp(entry, this.#options.clock.now());
    const { customer } = entry;
    await this.#lines.write(customer, stamped, signal);
    // The log has the record. A store that does not answer in time leaves a gap, like one that is away.
    if (customer !== undefined) await untilAborted(this.#lists.append(customer, stamped), signal);
  }

  async record(entry: AuditEntry): Promise<void> {
    try {
      const { customer } = entry;
      const stamped = stamp(entry, this.#options.clock.now());
      if (isDoneOrDecided(stamped)) return await this.#keep(customer, stamped);
      if (customer === undefined) return this.#countStranger(stamped);
      const kind = kindOf(customer, stamped);
      if (this.#refusals.add(kind, { customer, entry: stamped })) return;
      if (!await this.#options.isAccepted(customer)) return this.#countStranger(stamped);
      // Another entry of this kind may have come meanwhile.
      if (this.#refusals.add(kind, { customer, entry: stamped })) return;
      this.#refusals.begin(kind, { customer, entry: stamped });
      await this.#keep(customer, stamped);
    } catch (error) {
      this.#options.log.error("audit record lost", { error });
    }
  }

  read(customer: string, options: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    return this.#lists.read(customer, options);
  }

  hasMark(customer: string, mark: string, since: number): Promise<boolean> {
    return this.#lists.hasMark(customer, mark, since);
  }

  /** Writes folded records, and all that still wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#refusals.endAll();
    this.#strangers.endAll();
    await Promise.allSettled(this.#folded);
    await this.#lines.close();
  }

  async #keep(customer: string | undefined, entry: StampedEntry): Promise<void> {
    const written = this.#lines.write(customer, entry);
    await within(MAX_ANSWER_DELAY_MS, written, () => {});
    if (customer !== undefined) await this.#lists.append(customer, entry);
  }

  #recordFolded({ customer, entry }: Refusal, count: number): void {
    // The folded entries had different arguments.
    const folded = count === 1 ? entry : { ...entry, arguments: null, count };
    const kept = this.#keep(customer, folded).catch((error) => {
      this.#options.log.error("audit record lost", { error });
    }).finally(() => this.#folded.delete(kept));
    this.#folded.add(kept);
  }

  #countStranger({ outcome }: StampedEntry): void {
    const kind = outcome ?? "asked";
    this.#options.metrics?.strangerRefused(kind);
    if (this.#strangers.letsThrough(kind, kind)) this.#sayStrangers(kind, 1);
  }

  #sayStrangers(outcome: string, count: number): void {
    this.#options.log.info("calls were refused to callers that Cloudways never accepted", { outcome, count });
  }
}

/** The kind under which entries fold. Questions and people's answers also differ by target; mistakes do not. */
function kindOf(customer: string, { event, tool, outcome, target, bound_to }: StampedEntry): string {
  const isAboutTarget = event !== "refused" || outcome === "confirmation_declined";
  // Not the bound itself: callers choose it, and must not get a kind for each.
  const scope = bound_to === undefined ? [] : ["bound"];
  return [customer, event, tool, outcome, isAboutTarget ? JSON.stringify(target) : "", ...scope].join(" ");
}

/** Waits for work until the signal aborts; then the work goes on alone. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
