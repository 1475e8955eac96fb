import { shortCustomerId } from "../crypto/customer_id.ts";
import { Semaphore } from "../semaphore.ts";
import type { ChainSigner } from "./audit_chain.ts";
import type { StampedEntry } from "./audit_entry.ts";
import type { Logger } from "./log.ts";

/** The message of the log lines that hold audit records; the record itself is their field of the same name. */
export const AUDIT_MESSAGE = "audit";

/**
 * The records of this process, one log line each, whatever the level: numbered from 1 and chained, under an id that no
 * other process has. The first one says that it is the first by having no `previous`.
 */
export class ProcessAuditLog {
  readonly #signer: ChainSigner;
  readonly #log: Logger;
  readonly #process = crypto.getRandomValues(new Uint8Array(8)).toHex();
  readonly #turn = new Semaphore(1);
  #sequence = 0;
  #previous: string | null = null;

  constructor({ signer, log }: { signer: ChainSigner; log: Logger }) {
    this.#signer = signer;
    this.#log = log;
  }

  /** Writes one record, after those that came before it. */
  async write(customer: string | undefined, entry: StampedEntry): Promise<void> {
    const release = await this.#turn.acquire();
    try {
      await this.#write(customer, entry);
    } finally {
      release();
    }
  }

  async #write(customer: string | undefined, entry: StampedEntry): Promise<void> {
    const sequence = this.#sequence + 1;
    const owner = customer === undefined ? null : shortCustomerId(customer);
    const record = { process: this.#process, sequence, customer: owner, ...entry };
    const signed = await this.#signer.sign("process", record, this.#previous);
    this.#sequence = sequence;
    this.#previous = signed.mac;
    this.#log.verbatim(AUDIT_MESSAGE, { [AUDIT_MESSAGE]: { ...signed } });
  }
}
