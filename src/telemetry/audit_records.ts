/** The records of one customer as they stand in the store: sealed, numbered and chained. */
import { z } from "zod";
import type { Box } from "../crypto/box.ts";
import type { ListEntry, ListHead, NewEntry, StoreKey } from "../store/store.ts";
import type { JsonValue } from "../text.ts";
import type { AuditRecord } from "./audit.ts";
import { type ChainLink, chainLink, type ChainSigner } from "./audit_chain.ts";
import type { StampedEntry } from "./audit_entry.ts";

/** Stands where records are missing. */
export type GapEntry = {
  time: string;
  event: "gap";
  missing: number;
};

/** A record that was read, and the signature of the one before it. */
export interface OpenedRecord {
  record: AuditRecord;
  previous: string | null;
}

/** Part of what `JSON.parse` gave, kept as it is: to zod's own schema a member named `__proto__` is no member. */
const keptJson = z.custom<JsonValue>((value) => value !== undefined);

const place = { customer: z.string(), number: z.int().positive(), time: z.string() };

const storedRecord = z.discriminatedUnion("event", [
  z.object({ ...place, event: z.literal("gap"), missing: z.int().positive() }),
  z.object({
    ...place,
    event: z.enum(["intent", "outcome", "asked", "refused"]),
    tool: z.string(),
    target: keptJson,
    arguments: keptJson,
    approval: z.enum(["not_needed", "elicitation", "page", "confirm_off"]).nullable(),
    outcome: z.string().nullable(),
    operation_id: z.string().nullable(),
    request_id: z.string(),
    client: z.string().nullable().transform((client) => client ?? undefined),
  }),
]);

/** Where a customer's records are. */
export function auditKey(customer: string): StoreKey {
  return { purpose: "audit", customer };
}

/** Writes and reads single records. */
export class AuditRecords {
  readonly #box: Box;
  readonly #signer: ChainSigner;

  constructor({ box, signer }: { box: Box; signer: ChainSigner }) {
    this.#box = box;
    this.#signer = signer;
  }

  /** The record as it follows the newest one. */
  async seal(customer: string, entry: StampedEntry | GapEntry, after: ListHead | undefined): Promise<NewEntry> {
    const record = { customer, number: (after?.number ?? 0) + 1, ...entry };
    const signed = await this.#signer.sign("customer", record, after?.mark ?? null);
    return { mark: signed.mac, value: await this.#box.seal(JSON.stringify(signed), auditKey(customer)) };
  }

  /** The record, or undefined for whatever is not exactly what was written in this place. */
  async open(customer: string, entry: ListEntry): Promise<OpenedRecord | undefined> {
    const text = await this.#box.open(entry.value, auditKey(customer));
    const signed: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isSigned(signed) || signed.mac !== entry.mark) return undefined;
    const { data } = storedRecord.safeParse(signed);
    if (data === undefined || data.number !== entry.number || data.customer !== customer) return undefined;
    if (await this.#signer.check("customer", signed) !== "genuine") return undefined;
    const { customer: _, ...record } = data;
    return { record, previous: signed.previous };
  }
}

function isSigned(value: unknown): value is object & ChainLink {
  return chainLink.safeParse(value).success;
}
