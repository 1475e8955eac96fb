import type { Clock } from "../clock.ts";
import type { Box } from "../crypto/box.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { Store } from "../store/store.ts";
import type { AuditEntry, AuditPage, AuditTrail } from "./audit.ts";
import { ChainSigner } from "./audit_chain.ts";
import { stamp } from "./audit_entry.ts";
import { CustomerAuditLists } from "./audit_lists.ts";
import { ProcessAuditLog } from "./audit_log.ts";
import { AuditRecords } from "./audit_records.ts";
import type { Logger } from "./log.ts";

/** What {@linkcode ChainedAuditTrail} needs. */
export interface ChainedAuditTrailOptions {
  store: Store;
  box: Box;
  ring: KeyRing;
  clock: Clock;
  log: Logger;
  /** Whether Cloudways has accepted the credentials behind this customer id; nothing is kept of others. */
  isAccepted: (customer: string) => Promise<boolean>;
}

/** The record in two chains: every record in the log of this process, and each customer's own in the store. */
export class ChainedAuditTrail implements AuditTrail {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lines: ProcessAuditLog;
  readonly #lists: CustomerAuditLists;

  constructor({ store, box, ring, clock, log, isAccepted }: ChainedAuditTrailOptions) {
    const signer = new ChainSigner(ring);
    this.#clock = clock;
    this.#log = log;
    this.#lines = new ProcessAuditLog({ signer, log });
    this.#lists = new CustomerAuditLists({ store, records: new AuditRecords({ box, signer }), log, isAccepted });
  }

  async record(entry: AuditEntry): Promise<void> {
    try {
      const stamped = stamp(entry, this.#clock.now());
      const { customer } = entry;
      await this.#lines.write(customer, stamped);
      if (customer !== undefined) await this.#lists.append(customer, stamped);
    } catch (error) {
      this.#log.error("audit record lost", { error });
    }
  }

  read(customer: string, options: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    return this.#lists.read(customer, options);
  }
}
