import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { ShownQuestion } from "./question.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Purpose } from "../store/purposes.ts";
import type { StoreKey } from "../store/store.ts";

/** How long most questions stay open and their yes can be used, in a form or on a page; counted from asking. */
export const OPEN_MS = 10 * 60_000;

/** How long any question stays open at most. */
export const MAX_OPEN_MS = 30 * 60_000;

/** How long the page shows the outcome of a question; counted from its end. */
const SHOWN_MS = 10 * 60_000;

const serverSchema = z.object({ id: z.number(), label: z.string(), ip: z.string() });
const appSchema = z.object({
  id: z.number(),
  label: z.string(),
  domains: z.array(z.string()),
  lastBackup: z.string().nullable(),
});
/** What a call affects, as the store keeps it. */
export const subjectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("server"), server: serverSchema, apps: z.array(appSchema).nullable() }),
  z.object({ kind: z.literal("app"), server: serverSchema, app: appSchema }),
  z.object({ kind: z.literal("domain"), domain: z.string() }),
  z.object({ kind: z.literal("account") }),
]);

const callQuestionSchema = z.object({
  headline: z.string(),
  subject: subjectSchema,
  consequences: z.array(z.string()),
  losesData: z.literal(true).exactOptional(),
  typed: z.string().exactOptional(),
  facts: z.array(z.object({ name: z.string(), values: z.array(z.string()) })).default([]),
});

const questionSchema = callQuestionSchema.extend({
  steps: z.array(z.object({
    tool: z.string(),
    question: callQuestionSchema,
    arguments: z.record(z.string(), z.json()),
  })).exactOptional(),
});

const recordSchema = z.object({
  /** SHA-256 of the id in the address. The store keeps the approval under it. */
  hash: z.string(),
  customer: z.string(),
  /** What the caller is bound to besides; absent for a caller of the whole account. */
  boundTo: z.string().exactOptional(),
  fingerprint: z.string(),
  /** The digest under which a no is remembered. */
  no: z.string(),
  tool: z.string(),
  question: questionSchema,
  arguments: z.record(z.string(), z.json()),
  email: z.string().exactOptional(),
  client: z.string().exactOptional(),
  /** HMAC of the approval code that the page asks for. */
  codeDigest: z.string().regex(/^[0-9a-f]{64}$/).exactOptional(),
  /** What a passphrase's HMAC is bound to. */
  codeScope: z.string().exactOptional(),
  /** The connection whose call it is. */
  connection: z.string().exactOptional(),
  /** The name of the program that was let in, as it registered itself. */
  connectionClient: z.string().exactOptional(),
  /** When that connection ends; ISO 8601, null for no end. */
  connectionEndsAt: z.string().nullable().exactOptional(),
  /** The name of the slot that an open approval holds. */
  place: z.string(),
  /** When the question closes and its yes expires, in milliseconds since the epoch. */
  endsAt: z.number(),
});

/** The stored part of an approval. Its page is made from it. */
export type ApprovalRecord = z.output<typeof recordSchema>;

/** The part of a question that its page shows. The rest is only needed for the fingerprint and is not kept. */
export function keptQuestion(question: ShownQuestion): ApprovalRecord["question"] {
  return questionSchema.parse(question);
}

const outcomeSchema = z.enum(["used", "denied", "withdrawn", "no_taken_back"]);

/** How an approval ended. An approval that nobody decided in time has no outcome. */
export type Outcome = z.output<typeof outcomeSchema>;

/** A yes: the approval that gave it, and when it expires, in milliseconds since the epoch. */
const yesSchema = z.object({ hash: z.string(), endsAt: z.number() });

const openSchema = z.literal("open");

/** When a question closes and its yes expires, in milliseconds since the epoch. */
export function endOfQuestion({ openUntil }: { openUntil?: number | undefined }, now: number): number {
  return openUntil === undefined ? now + OPEN_MS : Math.min(openUntil, now + MAX_OPEN_MS);
}

/**
 * Approvals in the store. Every entry is sealed. An entry that can't be opened, or was moved to another key, counts as
 * absent.
 */
export class ApprovalRecords {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;

  constructor(sealed: SealedStore, clock: Clock) {
    this.#sealed = sealed;
    this.#clock = clock;
  }

  /** Writes an approval that waits for a decision. The address is written last, so nobody finds half an approval. */
  async open(record: ApprovalRecord): Promise<void> {
    const shownMs = this.#remainingMs(record, SHOWN_MS);
    await this.#sealed.write(detailsKey(record), record, shownMs);
    await this.#sealed.write(openKey(record), "open", this.#remainingMs(record));
    await this.#sealed.write(addressKey(record.hash), record.customer, shownMs);
  }

  /** The approval behind an address, open or ended. */
  async find(hash: string): Promise<ApprovalRecord | undefined> {
    const customer = await this.#sealed.read(addressKey(hash), z.string());
    return customer === undefined ? undefined : await this.findOf(customer, hash);
  }

  /** An approval of a known customer. */
  async findOf(customer: string, hash: string): Promise<ApprovalRecord | undefined> {
    return await this.#sealed.read(detailsKey({ customer, hash }), recordSchema);
  }

  /** Whether nobody has decided yet. */
  async isOpen(record: Pick<ApprovalRecord, "customer" | "hash">): Promise<boolean> {
    return await this.#sealed.read(openKey(record), openSchema) !== undefined;
  }

  /** Takes the open mark, and with it the right to decide. Only one request on any replica gets it. */
  async close(record: ApprovalRecord): Promise<boolean> {
    return await this.#sealed.take(openKey(record), openSchema) !== undefined;
  }

  /** The id of the newest approval for a call. */
  async idFor(customer: string, fingerprint: string): Promise<string | undefined> {
    return await this.#sealed.read(callKey(customer, fingerprint), z.string());
  }

  /** Makes an id the current one of its call. */
  async setIdFor(record: ApprovalRecord, id: string): Promise<void> {
    await this.#sealed.write(callKey(record.customer, record.fingerprint), id, this.#remainingMs(record));
  }

  /** Makes an id the current one of its call, unless the call has one. */
  async setFirstIdFor(record: ApprovalRecord, id: string): Promise<boolean> {
    const key = callKey(record.customer, record.fingerprint);
    return await this.#sealed.writeIfAbsent(key, id, this.#remainingMs(record));
  }

  /** Forgets the id of a call, unless another one has replaced it. */
  async forgetIdFor(customer: string, fingerprint: string, id: string): Promise<void> {
    await this.#sealed.deleteIfEquals(callKey(customer, fingerprint), id);
  }

  /** Writes a yes that lasts until the question would close. */
  async writeYes(record: ApprovalRecord): Promise<void> {
    await this.#sealed.write(yesKey(record), yesOf(record), this.#remainingMs(record));
  }

  /** Whether this approval has an unused yes. */
  async hasYes(record: ApprovalRecord): Promise<boolean> {
    const yes = await this.#sealed.read(yesKey(record), yesSchema);
    return yes?.hash === record.hash && yes.endsAt === record.endsAt;
  }

  /** Removes the yes of this approval. False if there is none left. */
  async dropYes(record: ApprovalRecord): Promise<boolean> {
    return await this.#sealed.deleteIfEquals(yesKey(record), yesOf(record));
  }

  /** Takes the yes to a call, and returns the hash of the approval that gave it. */
  async takeYes(customer: string, fingerprint: string): Promise<string | undefined> {
    const yes = await this.#sealed.take(yesKey({ customer, fingerprint }), yesSchema);
    return yes !== undefined && this.#clock.now() < yes.endsAt ? yes.hash : undefined;
  }

  /** Sets the outcome that the page shows. */
  async setOutcome(record: ApprovalRecord, outcome: Outcome): Promise<void> {
    await this.#sealed.write(outcomeKey(record), outcome, this.#remainingMs(record, SHOWN_MS));
  }

  /** How the approval ended; undefined while it has no outcome. */
  async outcome(record: ApprovalRecord): Promise<Outcome | undefined> {
    return await this.#sealed.read(outcomeKey(record), outcomeSchema);
  }

  /** Milliseconds until the question closes, or until `afterMs` later. */
  #remainingMs({ endsAt }: ApprovalRecord, afterMs = 0): number {
    return Math.max(1, endsAt + afterMs - this.#clock.now());
  }
}

function yesOf(record: ApprovalRecord): z.output<typeof yesSchema> {
  return { hash: record.hash, endsAt: record.endsAt };
}

function addressKey(hash: string): StoreKey {
  return { purpose: "approval_address", customer: "shared", name: hash };
}

function detailsKey(record: Pick<ApprovalRecord, "customer" | "hash">): StoreKey {
  return hashKey("approval", record);
}

function openKey(record: Pick<ApprovalRecord, "customer" | "hash">): StoreKey {
  return hashKey("approval_open", record);
}

function outcomeKey(record: ApprovalRecord): StoreKey {
  return hashKey("approval_outcome", record);
}

function hashKey(purpose: Purpose, { customer, hash }: Pick<ApprovalRecord, "customer" | "hash">): StoreKey {
  return { purpose, customer, name: hash };
}

/** Under the same purpose as the details. The prefix keeps the name apart from every hash. */
function callKey(customer: string, fingerprint: string): StoreKey {
  return { purpose: "approval", customer, name: `call-${fingerprint}` };
}

function yesKey({ customer, fingerprint }: Pick<ApprovalRecord, "customer" | "fingerprint">): StoreKey {
  return { purpose: "approval_yes", customer, name: fingerprint };
}
