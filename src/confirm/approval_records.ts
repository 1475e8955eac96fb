import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Purpose, StoreKey } from "../store/store.ts";

/** How long a question stays open, wherever it is asked, and a yes can be used; counted from asking. */
export const OPEN_MS = 10 * 60_000;

/** How long the page shows what became of a question; counted from asking. */
const SHOWN_MS = 2 * OPEN_MS;

const questionSchema = z.object({
  headline: z.string(),
  server: z.object({ id: z.number(), label: z.string(), ip: z.string() }),
  apps: z.array(z.object({
    id: z.number(),
    label: z.string(),
    domains: z.array(z.string()),
    lastBackup: z.string().nullable(),
  })).nullable(),
  consequences: z.array(z.string()),
  losesData: z.literal(true).exactOptional(),
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

/** The part of a question that the page shows. */
export type ShownQuestion = z.output<typeof questionSchema>;

/** How an approval ended; one that nobody decided in time has no outcome. */
const OUTCOMES = ["used", "denied", "withdrawn", "no_taken_back"] as const;
/** One of {@linkcode OUTCOMES}. */
export type Outcome = typeof OUTCOMES[number];

/** When a question closes, and a yes to it ends. */
export function endOf({ askedAt }: ApprovalRecord): number {
  return askedAt + OPEN_MS;
}

/**
 * What the store holds of approvals. Every entry is sealed, with the name of its key inside: one that was moved to
 * another place counts as absent, like one that does not open.
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
    await this.#write(detailsKey(record), JSON.stringify(record), shownMs);
    await this.#write(openKey(record), "open", this.#left(record, OPEN_MS));
    await this.#write(addressKey(record.hash), record.customer, shownMs);
  }

  /** The approval behind an address, whatever became of it. */
  async find(hash: string): Promise<ApprovalRecord | undefined> {
    const customer = await this.#read(addressKey(hash));
    return customer === undefined ? undefined : await this.findOf(customer, hash);
  }

  /** An approval of a known customer. */
  async findOf(customer: string, hash: string): Promise<ApprovalRecord | undefined> {
    const text = await this.#read(detailsKey({ customer, hash }));
    return text === undefined ? undefined : recordSchema.safeParse(JSON.parse(text)).data;
  }

  /** Whether nobody has decided yet. */
  async isOpen(record: Pick<ApprovalRecord, "customer" | "hash">): Promise<boolean> {
    return await this.#read(openKey(record)) !== undefined;
  }

  /** Takes the right to decide: of all who try, on any replica, one gets it. */
  async close(record: ApprovalRecord): Promise<boolean> {
    return await this.#take(openKey(record)) !== undefined;
  }

  /** The id of the approval that a call was asked about last. */
  async idFor(customer: string, fingerprint: string): Promise<string | undefined> {
    return await this.#read(callKey(customer, fingerprint));
  }

  /** Makes an id the one for its call. False where `ifAbsent` found another. */
  async setIdFor(record: ApprovalRecord, id: string, { ifAbsent }: { ifAbsent: boolean }): Promise<boolean> {
    const key = callKey(record.customer, record.fingerprint);
    return await this.#sealed.set(key, named(key, id), { ttlMs: this.#left(record, OPEN_MS), ifAbsent });
  }

  /** Forgets the id for a call, unless it is another one by now. */
  async forgetIdFor(customer: string, fingerprint: string, id: string): Promise<void> {
    const key = callKey(customer, fingerprint);
    await this.#sealed.deleteIfEquals(key, named(key, id));
  }

  /** Writes a yes for the rest of the time. */
  async writeYes(record: ApprovalRecord): Promise<void> {
    await this.#write(yesKey(record), yesText(record), this.#left(record, OPEN_MS));
  }

  /** Whether the yes of this approval is there and unused. */
  async hasYes(record: ApprovalRecord): Promise<boolean> {
    return await this.#read(yesKey(record)) === yesText(record);
  }

  /** Takes back the yes of this approval. False where it is no longer there. */
  async dropYes(record: ApprovalRecord): Promise<boolean> {
    const key = yesKey(record);
    return await this.#sealed.deleteIfEquals(key, named(key, yesText(record)));
  }

  /** Takes the yes to a call, and says which approval gave it. */
  async takeYes(customer: string, fingerprint: string): Promise<string | undefined> {
    const text = await this.#take(yesKey({ customer, fingerprint }));
    const [hash, endsAt] = text?.split(" ") ?? [];
    return this.#clock.now() < Number(endsAt) ? hash : undefined;
  }

  /** Says on the page how it ended. */
  async setOutcome(record: ApprovalRecord, outcome: Outcome): Promise<void> {
    await this.#write(outcomeKey(record), outcome, this.#left(record, SHOWN_MS));
  }

  /** How it ended, if it has. */
  async outcome(record: ApprovalRecord): Promise<Outcome | undefined> {
    const text = await this.#read(outcomeKey(record));
    return OUTCOMES.find((outcome) => outcome === text);
  }

  #left({ askedAt }: ApprovalRecord, afterMs: number): number {
    return Math.max(1, askedAt + afterMs - this.#clock.now());
  }

  async #write(key: NamedKey, text: string, ttlMs: number): Promise<void> {
    await this.#sealed.write(key, named(key, text), ttlMs);
  }

  async #read(key: NamedKey): Promise<string | undefined> {
    return contentOf(key, await this.#sealed.read(key));
  }

  async #take(key: NamedKey): Promise<string | undefined> {
    return contentOf(key, await this.#sealed.take(key));
  }
}

type NamedKey = StoreKey & { name: string };

function named({ name }: NamedKey, text: string): string {
  return `${name} ${text}`;
}

function contentOf({ name }: NamedKey, text: string | undefined): string | undefined {
  return text?.startsWith(`${name} `) === true ? text.slice(name.length + 1) : undefined;
}

function yesText(record: ApprovalRecord): string {
  return `${record.hash} ${endOf(record)}`;
}

function addressKey(hash: string): NamedKey {
  return { purpose: "approval_address", customer: "shared", name: hash };
}

function detailsKey(record: Pick<ApprovalRecord, "customer" | "hash">): NamedKey {
  return hashKey("approval", record);
}

function openKey(record: Pick<ApprovalRecord, "customer" | "hash">): NamedKey {
  return hashKey("approval_open", record);
}

function outcomeKey(record: ApprovalRecord): NamedKey {
  return hashKey("approval_outcome", record);
}

function hashKey(purpose: Purpose, { customer, hash }: Pick<ApprovalRecord, "customer" | "hash">): NamedKey {
  return { purpose, customer, name: hash };
}

/** Beside the details, under a name that no hash has. */
function callKey(customer: string, fingerprint: string): NamedKey {
  return { purpose: "approval", customer, name: `call-${fingerprint}` };
}

function yesKey({ customer, fingerprint }: Pick<ApprovalRecord, "customer" | "fingerprint">): NamedKey {
  return { purpose: "approval_yes", customer, name: fingerprint };
}
