/** Collects the readings of one diagnosis, and names what was not read. */
import type { ReportRequest } from "../../../cloudways/account.ts";
import { PASSING } from "../../../cloudways/operations.ts";
import { StoreError } from "../../../store/store.ts";
import { lookAtReport, requestReport } from "../../define/started_report.ts";
import type { ToolContext } from "../../define/tool.ts";
import type { NotReadReason, Reading, WideReading } from "../../define/wide_reading.ts";
import { call, type NextStep } from "./causes.ts";
import type { PartName, Readings } from "./facts.ts";
import { isoOf } from "./span.ts";

/** A part that was not read, or says nothing about now: why, and the call that reads it alone. */
export type NotLookedAt = {
  part: string;
  reason: NotReadReason | "server_not_running" | "nothing_measured" | "values_too_old";
  next_step: NextStep;
};

/** What a gathering needs of a tool's context. */
export type GatheringContext = Pick<ToolContext, "account" | "clock" | "stopWaiting" | "progress">;

/** A part that Cloudways makes in the background, or sends at once. */
export interface ReportPart {
  name: PartName;
  /** Reads this part alone. */
  again: NextStep;
  /** Keeps the reading when it is there. */
  request: ReportRequest<() => void>;
  /** How many looks are counted when it is requested, so that nothing is started that can't be read. */
  looks: 0 | 1;
  /** Set if making it may keep this server busy. */
  busyServer?: number;
}

interface Started {
  part: ReportPart;
  operationId: string;
  /** Looks that were counted already. */
  countedLooks: number;
  /** Why the last look failed. */
  failed?: NotReadReason;
}

/** Reports take 5 to 11 seconds at Cloudways: an earlier look at all of them would be wasted. */
const FIRST_LOOK_MS = 11_000;
const NEXT_LOOK_MS = 5_000;
/** Time for the last look, and for the answer. */
const LAST_LOOK_MS = 3_000;

/** Reads parts within the share of a {@linkcode WideReading}. A failure of one part never fails the others. */
export class Gathering {
  readonly readings: Readings = {};
  readonly readAt: Partial<Record<PartName, string>> = {};
  readonly notLookedAt: NotLookedAt[] = [];
  readonly #context: GatheringContext;
  readonly #reading: WideReading;
  #done = 0;
  #asked = 0;

  constructor(context: GatheringContext, reading: WideReading) {
    this.#context = context;
    this.#reading = reading;
  }

  /** Keeps a reading. */
  keep<K extends PartName>(name: K, value: Readings[K]): void {
    this.readings[name] = value;
    this.readAt[name] = isoOf(this.#context.clock.now());
    this.#tell();
  }

  /** Names a part that was not read. */
  leaveOut(part: PartName, reason: NotLookedAt["reason"], next_step: NextStep): void {
    this.notLookedAt.push({ part, reason, next_step });
    this.#tell();
  }

  /** Reads a part that this server keeps itself. No request. */
  async readOwn<K extends PartName>(name: K, again: NextStep, work: () => Promise<Readings[K]>): Promise<void> {
    this.#asked++;
    try {
      this.keep(name, await work());
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.leaveOut(name, "store_unavailable", again);
    }
  }

  /** Reads a part that Cloudways sends at once. */
  async read<K extends PartName>(
    name: K,
    { operation, again }: { operation: string; again: NextStep },
    work: () => Promise<Readings[K]>,
  ): Promise<void> {
    this.#asked++;
    const reading = await this.#reading.read({ operations: [operation] }, work);
    if (reading.read) this.keep(name, reading.value);
    else this.leaveOut(name, reading.reason, again);
  }

  /** Has Cloudways make reports side by side, and looks at them until all are there or the time is up. */
  async report(parts: readonly ReportPart[]): Promise<void> {
    this.#asked += parts.length;
    const startedAt = this.#context.clock.now();
    const begun = await Promise.all(parts.map((part) => this.#begin(part)));
    let open = await this.#lookUntilOneRuns(begun.filter((one) => one !== undefined));
    let waitMs = Math.max(0, startedAt + FIRST_LOOK_MS - this.#context.clock.now());
    while (open.length > 0 && this.#reading.msLeft > LAST_LOOK_MS) {
      if (!await this.#wait(Math.min(waitMs, this.#reading.msLeft - LAST_LOOK_MS))) break;
      open = (await Promise.all(open.map((one) => this.#look(one)))).filter((one) => one !== undefined);
      waitMs = NEXT_LOOK_MS;
    }
    for (const { part, operationId, failed } of open) this.#leaveRunning(part, operationId, failed ?? "deadline");
  }

  /** False if nobody waits any more. */
  async #wait(ms: number): Promise<boolean> {
    const { clock, stopWaiting } = this.#context;
    await clock.sleep(ms, stopWaiting).catch(() => {});
    return !stopWaiting.aborted;
  }

  async #begin(part: ReportPart): Promise<Started | undefined> {
    const { name, again, request, looks, busyServer } = part;
    const operations = [request.operation, ...Array.from({ length: looks }, () => "operation_status")];
    const reading = await this.#reading.read(
      { operations, ...(busyServer !== undefined && { busyServer }) },
      () => requestReport(this.#context.account, request),
    );
    if (!reading.read) this.leaveOut(name, reading.reason, again);
    else if ("data" in reading.value) reading.value.data();
    else return { part, operationId: reading.value.operationId, countedLooks: looks };
    return undefined;
  }

  /** Cloudways may have made them already: looks at one after the other, until one still runs. */
  async #lookUntilOneRuns(started: readonly Started[]): Promise<Started[]> {
    for (const [index, one] of started.entries()) {
      const still = await this.#look(one);
      if (still !== undefined) return [still, ...started.slice(index + 1)];
    }
    return [];
  }

  /** Looks once. Undefined if the report is there, or will not be read. */
  async #look({ part, operationId, countedLooks }: Started): Promise<Started | undefined> {
    const { account } = this.#context;
    const operations = countedLooks > 0 ? [] : ["operation_status"];
    const reading: Reading<{ data: () => void } | undefined> = await this.#reading.read(
      { operations },
      () => lookAtReport(account, operationId, part.request),
    );
    const next = { part, operationId, countedLooks: Math.max(0, countedLooks - 1) };
    if (reading.read && reading.value === undefined) return next;
    if (reading.read) reading.value?.data();
    else if (PASSING.has(reading.reason)) return { ...next, failed: reading.reason };
    else if (reading.reason === "operation_failed") this.leaveOut(part.name, reading.reason, part.again);
    else this.#leaveRunning(part, operationId, reading.reason);
    return undefined;
  }

  /** Its result can still be read, without making it once more. */
  #leaveRunning({ name }: ReportPart, operation_id: string, reason: NotReadReason): void {
    this.leaveOut(name, reason, call("get_operation_status", { operation_id }));
  }

  #tell(): void {
    this.#done++;
    this.#context.progress(`Looked at ${this.#done} of ${this.#asked}.`, this.#done, this.#asked);
  }
}
