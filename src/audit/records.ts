/** The stored form of a customer's records: sealed, numbered and chained. */
import * as z from "zod";
import type { Box } from "../crypto/box.ts";
import type { ListEntry, ListHead, NewEntry, StoreKey } from "../store/store.ts";
import { readJson } from "../text/read_json.ts";
import type { JsonValue } from "../text/clean.ts";
import type { AuditRecord } from "./record.ts";
import { type ChainLink, chainLink, type ChainSigner } from "./chain.ts";
import type { StampedEntry } from "./entry.ts";

/** Marks a gap: records are missing here. */
export type GapEntry = {
  time: string;
  event: "gap";
  missing: number;
};

/** A record that was read, the signature of the one before it, and the mark of the yes that it used. */
export interface OpenedRecord {
  record: AuditRecord;
  previous: string | null;
  mark: string | undefined;
}

/**
 * The lists of a customer. `done`: intents, outcomes and decisions. `refused`: all entries that changed nothing, so that
 * no number of them pushes out records of `done`.
 */
export type AuditListName = "done" | "refused";

/** Both lists. */
export const AUDIT_LISTS: readonly AuditListName[] = ["done", "refused"];

/** A value from `JSON.parse`, kept as it is: zod's own schema drops a member named `__proto__`. */
const keptJson = z.custom<JsonValue>((value) => value !== undefined);

/** A record from `JSON.parse`, kept as it is, because the signature covers that. */
const signedRecord = z.custom<object & ChainLink>((value) => chainLink.safeParse(value).success);

const place = { customer: z.string(), number: z.int().positive(), time: z.string() };

const storedRecord = z.discriminatedUnion("event", [
  z.object({ ...place, event: z.literal("gap"), missing: z.int().positive() }),
  z.object({
    ...place,
    event: z.enum([
      "intent",
      "outcome",
      "asked",
      "decided",
      "revealed",
      "connected",
      "disconnected",
      "refused",
    ]),
    tool: z.string(),
    target: keptJson,
    arguments: keptJson,
    approval: z.enum(["not_needed", "elicitation", "page", "confirm_off"]).nullable(),
    outcome: z.string().nullable(),
    operation_id: z.string().nullable(),
    request_id: z.string(),
    steps: keptJson.exactOptional(),
    client: z.string().nullable().transform((client) => client ?? undefined),
    connection: z.string().exactOptional(),
    bound_to: z.string().exactOptional(),
    undoes: z.string().exactOptional(),
    mark: z.string().exactOptional(),
    count: z.int().positive().exactOptional(),
  }),
]);

/** The store key of a customer's list. */
export function auditKey(customer: string, list: AuditListName = "done"): StoreKey {
  return { purpose: list === "done" ? "audit" : "audit_refused", customer };
}

/** Writes and reads single records. */
export class AuditRecords {
  readonly #box: Box;
  readonly #signer: ChainSigner;

  constructor({ box, signer }: { box: Box; signer: ChainSigner }) {
    this.#box = box;
    this.#signer = signer;
  }

  /** Signs and seals an entry as the next record after `after`, the newest one of its list. */
  async seal(key: StoreKey, entry: StampedEntry | GapEntry, after: ListHead | undefined): Promise<NewEntry> {
    const record = { customer: key.customer, number: (after?.number ?? 0) + 1, ...entry };
    const signed = await this.#signer.sign("customer", record, after?.mark ?? null);
    return { mark: signed.mac, value: await this.#box.seal(JSON.stringify(signed), key) };
  }

  /** Opens and checks a record; undefined unless exactly this record was written in this place. */
  async open(key: StoreKey, entry: ListEntry): Promise<OpenedRecord | undefined> {
    const text = await this.#box.open(entry.value, key);
    const signed = text === undefined ? undefined : readJson(text, signedRecord);
    if (signed?.mac !== entry.mark) return undefined;
    const { data } = storedRecord.safeParse(signed);
    if (data === undefined || data.number !== entry.number || data.customer !== key.customer) return undefined;
    if (await this.#signer.check("customer", signed) !== "genuine") return undefined;
    const { previous } = signed;
    if (data.event === "gap") return { record: withoutCustomer(data), previous, mark: undefined };
    const { mark, ...record } = withoutCustomer(data);
    return { record, previous, mark };
  }
}

function withoutCustomer<T extends { customer: string }>({ customer: _, ...record }: T): Omit<T, "customer"> {
  return record;
}
