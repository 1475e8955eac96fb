import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import type { ShownQuestion } from "./question.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Purpose } from "../store/purposes.ts";
import type { StoreKey } from "../store/store.ts";

/** How long a question stays open, wherever it is asked, and a yes can be used; counted from asking. */
export const OPEN_MS = 10 * 60_000;

/** How long the page shows what became of a question; counted from asking. */
const SHOWN_MS = 2 * OPEN_MS;

const serverSchema = z.object({ id: z.number(), label: z.string(), ip: z.string() });
const appSchema = z.object({
  id: z.number(),
  label: z.string(),
  domains: z.array(z.string()),
  lastBackup: z.string().nullable(),
});
/** What a call hits, as it is kept. */
export const subjectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("server"), server: serverSchema, apps: z.array(appSchema).nullable() }),
  z.object({ kind: z.literal("app"), server: serverSchema, app: appSchema }),
  z.object({ kind: z.literal("domain"), domain: z.string() }),
  z.object({ kind: z.literal("account") }),
]);

const questionSchema = z.object({
  headline: z.string(),
  subject: subjectSchema,
  consequences: z.array(z.string()),
  losesData: z.literal(true).exactOptional(),
  typed: z.string().exactOptional(),
  facts: z.array(z.object({ name: z.string(), values: z.array(z.string()) })).default([]),
});

const recordSchema = z.object({
  /** SHA-256 of the id in the address: what the store knows the approval by. */
  hash: z.string(),
  customer: z.string(),
  fingerprint: z.string(),
  /** What a no is remembered by. */
  no: z.string(),
  tool: z.string(),
  question: questionSchema,
  arguments: z.record(z.string(), z.json()),
  email: z.string().exactOptional(),
  client: z.string().exactOptional(),
  /** HMAC of the code that approving takes. */
  codeDigest: z.string().regex(/^[0-9a-f]{64}$/).exactOptional(),
  /** The name of the place that an open approval holds. */
  place: z.string(),
  /** Milliseconds since the epoch. */
  askedAt: z.number(),
});

/** What is kept of an approval, and what its page is made of. */
export type ApprovalRecord = z.output<typeof recordSchema>;

/** What is kept of a question: what its page shows. The rest has done its work in the fingerprint. */
export function keptQuestion(question: ShownQuestion): ApprovalRecord["question"] {
  return questionSchema.parse(question);
}

const outcomeSchema = z.enum(["used", "denied", "withdrawn", "no_taken_back"]);

/** How an approval ended; one that nobody decided in time has no outcome. */
export type Outcome = z.output<typeof outcomeSchema>;

/** A yes says which approval gave it, and until when it can be used, in milliseconds since the epoch. */
const yesSchema = z.object({ hash: z.string(), endsAt: z.number() });

const openSchema = z.literal("open");

/** When a question closes, and a yes to it ends. */
export function endOf({ askedAt }: ApprovalRecord): number {
  return askedAt + OPEN_MS;
}

/**
 * What the store holds of approvals. Every entry is sealed: one that does not open, or was moved to another place, counts
 * as absent.
 */
export class ApprovalRecords {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;

  constructor(sealed: SealedStore, clock: Clock) {
    this.#sealed = sealed;
    this.#clock = clock;
  }

  /** Writes an approval that waits for a decision. The address comes last: nobody finds half of one. */
  async open(record: ApprovalRecord): Promise<void> {
    const shownMs = this.#left(record, SHOWN_MS);
    await this.#sealed.write(detailsKey(record), record, shownMs);
    await this.#sealed.write(openKey(record), "open", this.#left(record, OPEN_MS));
    await this.#sealed.write(addressKey(record.hash), record.customer, shownMs);
  }

  /** The approval behind an address, whatever became of it. */
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

  /** Takes the right to decide: of all who try, on any replica, one gets it. */
  async close(record: ApprovalRecord): Promise<boolean> {
    return await this.#sealed.take(openKey(record), openSchema) !== undefined;
  }

  /** The id of the approval that a call was asked about last. */
  async idFor(customer: string, fingerprint: string): Promise<string | undefined> {
    return await this.#sealed.read(callKey(customer, fingerprint), z.string());
  }

  /** Makes an id the one for its call. */
  async setIdFor(record: ApprovalRecord, id: string): Promise<void> {
    await this.#sealed.write(callKey(record.customer, record.fingerprint), id, this.#left(record, OPEN_MS));
  }

  /** Makes an id the one for its call, unless the call has one. */
  async setFirstIdFor(record: ApprovalRecord, id: string): Promise<boolean> {
    const key = callKey(record.customer, record.fingerprint);
    return await this.#sealed.writeIfAbsent(key, id, this.#left(record, OPEN_MS));
  }

  /** Forgets the id for a call, unless it is another one by now. */
  async forgetIdFor(customer: string, fingerprint: string, id: string): Promise<void> {
    await this.#sealed.deleteIfEquals(callKey(customer, fingerprint), id);
  }

  /** Writes a yes for the rest of the time. */
  async writeYes(record: ApprovalRecord): Promise<void> {
    await this.#sealed.write(yesKey(record), yesOf(record), this.#left(record, OPEN_MS));
  }

  /** Whether the yes of this approval is there and unused. */
  async hasYes(record: ApprovalRecord): Promise<boolean> {
    const yes = await this.#sealed.read(yesKey(record), yesSchema);
    return yes?.hash === record.hash && yes.endsAt === endOf(record);
  }

  /** Takes back the yes of this approval. False where it is no longer there. */
  async dropYes(record: ApprovalRecord): Promise<boolean> {
    return await this.#sealed.deleteIfEquals(yesKey(record), yesOf(record));
  }

  /** Takes the yes to a call, and says which approval gave it. */
  async takeYes(customer: string, fingerprint: string): Promise<string | undefined> {
    const yes = await this.#sealed.take(yesKey({ customer, fingerprint }), yesSchema);
    return yes !== undefined && this.#clock.now() < yes.endsAt ? yes.hash : undefined;
  }

  /** Says on the page how it ended. */
  async setOutcome(record: ApprovalRecord, outcome: Outcome): Promise<void> {
    await this.#sealed.write(outcomeKey(record), outcome, this.#left(record, SHOWN_MS));
  }

  /** How it ended, if it has. */
  async outcome(record: ApprovalRecord): Promise<Outcome | undefined> {
    return await this.#sealed.read(outcomeKey(record), outcomeSchema);
  }

  #left({ askedAt }: ApprovalRecord, afterMs: number): number {
    return Math.max(1, askedAt + afterMs - this.#clock.now());
  }
}

function yesOf(record: ApprovalRecord): z.output<typeof yesSchema> {
  return { hash: record.hash, endsAt: endOf(record) };
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

/** Beside the details, under a name that no hash has. */
function callKey(customer: string, fingerprint: string): StoreKey {
  return { purpose: "approval", customer, name: `call-${fingerprint}` };
}

function yesKey({ customer, fingerprint }: Pick<ApprovalRecord, "customer" | "fingerprint">): StoreKey {
  return { purpose: "approval_yes", customer, name: fingerprint };
}
