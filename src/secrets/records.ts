import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { OPEN_MS, subjectSchema } from "../confirm/approval_records.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";

/** How long a page exists, counted from the last change of its state. After the secret has expired, it only says so. */
const SHOWN_MS = 2 * OPEN_MS;

/** How long a secret is kept before it can be opened: longer than any call takes. */
const WAITING_MS = OPEN_MS;

/**
 * The state of a secret. `waiting`: its change was not sent yet, so it can't be opened. `ready`: it can be opened.
 * `unconfirmed`: it can be opened, but nobody knows whether the change was made. `shown`: it was opened.
 */
const STATES = ["waiting", "ready", "unconfirmed", "shown"] as const;

const recordSchema = z.object({
  /** SHA-256 of the id in the address. The store keeps the secret under it. */
  hash: z.string(),
  /** All 64 hex digits of the customer id. */
  customer: z.string(),
  /** What the caller is bound to besides; absent for a caller of the whole account. */
  boundTo: z.string().exactOptional(),
  tool: z.string(),
  /** As the client names itself. */
  client: z.string().exactOptional(),
  /** What the secrets belong to. */
  subject: subjectSchema,
  /** What each secret is, in our own words, and the name of the user that signs in with it. */
  items: z.array(z.object({ name: z.string(), user: z.string().exactOptional() })),
  /** HMAC of the approval code that the page asks for. */
  codeDigest: z.string().regex(/^[0-9a-f]{64}$/).exactOptional(),
  /** What a passphrase's HMAC is bound to. */
  codeScope: z.string().exactOptional(),
  /** The connection whose call it is. */
  connection: z.string().exactOptional(),
  /** The name of the slot that it holds until it is opened. */
  place: z.string(),
  state: z.enum(STATES),
  /** When it was made or read; milliseconds since the epoch. */
  madeAt: z.number(),
  /** When its state began; milliseconds since the epoch. */
  since: z.number(),
});

/** What is stored about secrets, apart from the secrets. Their page shows it before they are opened. */
export type SecretRecord = z.output<typeof recordSchema>;

/** The secrets themselves, in the order of the record's items. */
const valuesSchema = z.array(z.string());

/** The address of a page where a person sees secrets, once. */
export interface SecretAddress {
  url: string;
  /** When the page expires, in milliseconds since the epoch. */
  endsAt: number;
}

/** When a secret expires; milliseconds since the epoch. */
export function endOf({ since }: SecretRecord): number {
  return since + OPEN_MS;
}

/**
 * Secrets in the store. Every entry is sealed. An entry that can't be opened, or was moved to another key, counts as
 * absent. The values are in an entry of their own, which can be taken once.
 */
export class SecretRecords {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;

  constructor(sealed: SealedStore, clock: Clock) {
    this.#sealed = sealed;
    this.#clock = clock;
  }

  /** Keeps secrets. The address is written last, so that nobody finds half a page. */
  async add(record: SecretRecord, values: readonly string[]): Promise<void> {
    await this.#writeValues(record, values);
    await this.#sealed.write(detailsKey(record), record, SHOWN_MS);
    await this.#sealed.write(addressKey(record), record.customer, SHOWN_MS);
  }

  /** Lets a person open the secrets from now on. Their time starts again. */
  async arm(record: SecretRecord, state: "ready" | "unconfirmed", values: readonly string[]): Promise<SecretRecord> {
    const armed = { ...record, state, since: this.#clock.now() };
    await this.add(armed, values);
    return armed;
  }

  /** Removes secrets that are not in use. The values go first. */
  async remove(record: SecretRecord): Promise<void> {
    await this.#sealed.take(valuesKey(record), valuesSchema);
    await this.#sealed.take(addressKey(record), z.string());
    await this.#sealed.take(detailsKey(record), recordSchema);
  }

  /** The record of the secrets behind an address; undefined after they have expired. */
  async find(hash: string): Promise<SecretRecord | undefined> {
    const customer = await this.#sealed.read(addressKey({ hash }), z.string());
    if (customer === undefined) return undefined;
    return await this.#sealed.read(detailsKey({ customer, hash }), recordSchema);
  }

  /** Takes the secrets. Only one request on any replica gets them. */
  async take(record: SecretRecord): Promise<readonly string[] | undefined> {
    return await this.#sealed.take(valuesKey(record), valuesSchema);
  }

  /** Notes for the page that the secrets were shown. */
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
