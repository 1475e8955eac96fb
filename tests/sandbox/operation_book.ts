import type { Clock } from "../../src/async/clock.ts";
import { recordTime } from "./dates.ts";
import type { Random } from "./prng.ts";
import type { AccountState, OperationState } from "./state.ts";

/** How long operations take. */
export interface OperationPace {
  /** The number of the poll that finds it done. */
  polls: number;
  /** Done after this time even if nobody polls. */
  seconds: number;
}

/** Options for a new operation. */
export interface NewOperation {
  type: string;
  serverId: number;
  appId?: number;
  /** Which of the three forms the id has; default number. */
  idForm?: "number" | "flex" | "uuid";
  effect?: () => void;
  /** Called at its end, whether it succeeded or failed. */
  ending?: () => void;
  result?: () => unknown;
  showsServer?: boolean;
}

/** Starts, ages and ends the operations of all accounts. */
export class OperationBook {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pace: OperationPace;
  #lastNumber = 92_897_180;
  #lastFlex = 92_994_090;
  #failNext = 0;

  constructor(clock: Clock, random: Random, pace: OperationPace) {
    this.#clock = clock;
    this.#random = random;
    this.#pace = pace;
  }

  /** Starts an operation. An operation with a number as its id blocks others on its server. */
  start(account: AccountState, given: NewOperation): OperationState {
    const now = this.#clock.now();
    const idForm = given.idForm ?? "number";
    const operation: OperationState = {
      id: this.#newId(idForm),
      type: given.type,
      serverId: given.serverId,
      appId: given.appId ?? 0,
      state: "running",
      pollsLeft: this.#pace.polls,
      startedAt: now,
      finishAt: now + this.#pace.seconds * 1000,
      locks: idForm === "number",
      effect: given.effect,
      ending: given.ending,
      result: given.result,
      showsServer: given.showsServer ?? false,
    };
    account.operations.push(operation);
    return operation;
  }

  /** Makes the next `count` operations end with a failure. */
  failNext(count: number): void {
    this.#failNext = count;
  }

  /** Ends the operations that are due. */
  settle(account: AccountState): void {
    for (const operation of account.operations) {
      if (operation.state === "running" && operation.finishAt <= this.#clock.now()) this.finish(operation);
    }
  }

  /** Counts one poll, and ends the operation if its time has come. */
  poll(operation: OperationState): void {
    if (operation.state !== "running") return;
    operation.pollsLeft--;
    if (operation.pollsLeft <= 0) this.finish(operation);
  }

  /** Ends an operation and applies its effect. */
  finish(operation: OperationState): void {
    if (operation.state !== "running") return;
    if (this.#failNext > 0) {
      this.#failNext--;
      return this.fail(operation);
    }
    operation.state = "done";
    operation.effect?.();
    operation.ending?.();
  }

  /** Ends an operation without its effect. */
  fail(operation: OperationState): void {
    if (operation.state !== "running") return;
    operation.state = "failed";
    operation.ending?.();
  }

  /** The operation that blocks a server. */
  running(account: AccountState, serverId: number): OperationState | undefined {
    return account.operations.find((one) => one.state === "running" && one.locks && one.serverId === serverId);
  }

  /** The record as replies show it. */
  record(account: AccountState, operation: OperationState): Record<string, unknown> {
    const minutes = Math.max(0, Math.ceil((operation.finishAt - this.#clock.now()) / 60_000));
    const words = {
      running: { status: "Process is initiated", is_completed: "0" },
      done: { status: "Operation completed", is_completed: "1" },
      failed: { status: "Operation failed", is_completed: "-1" },
    }[operation.state];
    return {
      id: operation.id,
      type: operation.type,
      server_id: String(operation.serverId),
      app_id: String(operation.appId),
      customer_id: String(account.userId),
      estimated_time_remaining: operation.state === "running" ? String(minutes) : "0",
      frontend_step_number: "1",
      created_at: recordTime(operation.startedAt),
      ...words,
      message: words.status,
      parameters: "",
    };
  }

  #newId(form: "number" | "flex" | "uuid"): string {
    if (form === "uuid") return this.#random.uuid();
    if (form === "flex") return `flex-${++this.#lastFlex}`;
    return String(++this.#lastNumber);
  }
}
