import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import { OPEN_MS, subjectSchema } from "../confirm/approval_records.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";

/** How long a page says what became of its secret, once that can't be seen any more. */
const SHOWN_MS = 2 * OPEN_MS;

/** Longer than any call takes: until a secret can be opened, it is kept this long. */
const WAITING_MS = OPEN_MS;

/**
 * Where a secret is in its life. `waiting`: the change that it is for was not sent yet, so it can't be opened.
 * `ready`: it can be opened. `unconfirmed`: it can be, and nobody knows whether the change was made. `shown`: it was
 * opened.
 */
const STATES = ["waiting", "ready", "unconfirmed", "shown"] as const;

const recordSchema = z.object({
  /** SHA-256 of the id in the address: what the store knows the secret by. */
  hash: z.string(),
  /** All 64 hex digits of the customer id. */
  customer: z.string(),
  tool: z.string(),
  /** As the client names itself. */
  client: z.string().exactOptional(),
  /** What the secrets belong to. */
  subject: subjectSchema,
  /** What each is, in words of ours, and the user who signs in with it. */
  items: z.array(z.object({ name: z.string(), user: z.string().exactOptional() })),
  /** HMAC of the code that opening takes. */
  codeDigest: z.string().regex(/^[0-9a-f]{64}$/).exactOptional(),
  /** The name of the place that it holds until it is opened. */
  place: z.string(),
  state: z.enum(STATES),
  /** When it was made or read; milliseconds since the epoch. */
  madeAt: z.number(),
  /** When its state began; milliseconds since the epoch. */
  since: z.number(),
});

/** What is kept of secrets beside them, and what their page shows before they are opened. */
export type SecretRecord = z.output<typeof recordSchema>;

/** The secrets themselves, in the order of the record's items. */
const valuesSchema = z.array(z.string());

/** Where a person sees secrets, once. */
export interface SecretAddress {
  url: string;
  /** Until when, in milliseconds since the epoch. */
  endsAt: number;
}

/** When a secret can't be opened any more; milliseconds since the epoch. */
export function endOf({ since }: SecretRecord): number {
  return since + OPEN_MS;
}

/**
 * What the store holds of secrets. Every entry is sealed: one that does not open, or was moved to another place, counts
 * as absent. The values are an entry of their own, which is taken once.
 */
export class SecretRecords {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;

  constructor(sealed: SealedStore, clock: Clock) {
    this.#sealed = sealed;
    this.#clock = clock;
  }

  /** Keeps secrets. The address comes last: nobody finds half of one. */
  async add(record: SecretRecord, values: readonly string[]): Promise<void> {
    await this.#writeValues(record, values);
    await this.#sealed.write(detailsKey(record), record, SHOWN_MS);
    await this.#sealed.write(addressKey(record), record.customer, SHOWN_MS);
  }

  /** From now on the secrets can be opened, for their whole time. */
  async arm(record: SecretRecord, state: "ready" | "unconfirmed", values: readonly string[]): Promise<SecretRecord> {
    const armed = { ...record, state, since: this.#clock.now() };
    await this.add(armed, values);
    return armed;
  }

  /** Removes secrets that came to nothing. The values go first. */
  async remove(record: SecretRecord): Promise<void> {
    await this.#sealed.take(valuesKey(record), valuesSchema);
    await this.#sealed.take(addressKey(record), z.string());
    await this.#sealed.take(detailsKey(record), recordSchema);
  }

  /** What is known of the secrets behind an address; undefined once their time is over. */
  async find(hash: string): Promise<SecretRecord | undefined> {
    const customer = await this.#sealed.read(addressKey({ hash }), z.string());
    if (customer === undefined) return undefined;
    return await this.#sealed.read(detailsKey({ customer, hash }), recordSchema);
  }

  /** Takes the secrets: of all who try, on any replica, one gets them. */
  async take(record: SecretRecord): Promise<readonly string[] | undefined> {
    return await this.#sealed.take(valuesKey(record), valuesSchema);
  }

  /** Says on the page that the secrets were shown. */
  async setShown(record: SecretRecord): Promise<void> {
    await this.#sealed.write(detailsKey(record), { ...record, state: "shown", since: this.#clock.now() }, SHOWN_MS);
  }

  async #writeValues(record: SecretRecord, values: readonly string[]): Promise<void> {
    await this.#sealed.write(valuesKey(record), values, record.state === "waiting" ? WAITING_MS : OPEN_MS);
  }
}

function addressKey({ hash }: Pick<SecretRecord, "hash">): StoreKey {
  return { purpose: "secret_address", customer: "shared", name: hash };
}

function detailsKey({ customer, hash }: Pick<SecretRecord, "customer" | "hash">): StoreKey {
  return { purpose: "secret", customer, name: hash };
}

function valuesKey({ customer, hash }: Pick<SecretRecord, "customer" | "hash">): StoreKey {
  return { purpose: "secret_value", customer, name: hash };
}
