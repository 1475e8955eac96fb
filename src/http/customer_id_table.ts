import { hash } from "node:crypto";
import { type Credential, traitsOf } from "../identity/credential.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import { CustomerTable } from "../store/customer_table.ts";

/** Most ids of accepted customers that are kept. */
const MAX_CUSTOMERS = 10_000;

/**
 * Customer ids by credential: computing one takes fifty times as long as finding it here. A credential is known only by
 * its hash under a key that this process makes for itself, so that the table reveals none.
 */
export class CustomerIdTable {
  readonly #ids: Pick<CustomerIds, "of">;
  readonly #table: CustomerTable<{ id: string }>;
  readonly #key = crypto.getRandomValues(new Uint8Array(32)).toHex();

  /** @param options.isKnown Whether Cloudways has accepted the credentials of an id, as far as this process knows. */
  constructor(options: { ids: Pick<CustomerIds, "of">; isKnown: (id: string) => boolean }) {
    this.#ids = options.ids;
    this.#table = new CustomerTable({ isAccepted: (_hash, { id }) => options.isKnown(id), max: MAX_CUSTOMERS });
  }

  /** The same as `CustomerIds.of`. */
  async of(credential: Credential): Promise<string> {
    const key = hash("sha256", JSON.stringify([this.#key, credential.kind, ...traitsOf(credential).idParts]));
    const known = this.#table.get(key);
    if (known === undefined) return await this.#add(key, credential);
    // A stranger that has been accepted since moves to the part of the customers.
    return this.#table.getOrMake(key, () => known).id;
  }

  async #add(key: string, credential: Credential): Promise<string> {
    const id = await this.#ids.of(credential);
    this.#table.set(key, { id });
    return id;
  }
}
