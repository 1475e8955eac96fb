import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { type ErrorCode, ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import type { CloudwaysClient } from "./client.ts";
import { type Session, withSignal } from "./session.ts";
import { looseText, tiedId, wholeMinutes } from "./models.ts";
import { path } from "./path.ts";

/** The state of Cloudways' background work. */
export interface OperationState {
  operation_id: string;
  status: "running" | "completed" | "failed";
  /** Cloudways' name for the kind of work; empty if it gives no name. */
  type: string;
  /** Cloudways' message about it, for people; empty if there is no message. */
  cloudways_message: string;
  server_id: number | null;
  app_id: number | null;
  /** Whole minutes; null if Cloudways gives no estimate or the work has ended. */
  estimated_minutes_remaining: number | null;
  /** The result of a report; null if there is no result. */
  result: unknown;
}

const operationReply = z.looseObject({
  operation: z.looseObject({
    id: looseText,
    type: looseText,
    status: looseText,
    message: looseText,
    is_completed: z.union([z.string(), z.number(), z.boolean()]).transform(String),
    server_id: looseText,
    app_id: looseText,
    estimated_time_remaining: looseText,
    parameters: z.unknown().optional(),
    data: z.unknown().optional(),
  }),
});

type OperationRecord = z.output<typeof operationReply>["operation"];

const POLL_INTERVAL_MS = 5_000;
/** How long a poll that is sent as the time runs out may still take. */
const TIME_UP_GRACE_MS = 2_000;
/** Failures of a poll that say nothing about the operation. */
export const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  "rate_limited",
  "upstream_rate_limited",
  "upstream_error",
  "upstream_timeout",
  "upstream_unreachable",
]);

/** Whether a failed poll says nothing about the operation, so that the next poll may succeed. */
export function isPassing(error: unknown): boolean {
  return error instanceof ToolError && PASSING.has(error.code);
}

/** How to wait for an operation. */
export interface WaitOptions {
  /** Seconds of the call after which a running operation is returned as it is. It is polled at least once. */
  seconds: number;
  /** Called with the state before anything is done with it. What it throws ends the wait. */
  admit?: (state: OperationState) => Promise<void>;
  /** Called after each poll that finds the operation running. */
  onProgress?: (state: OperationState, waitedMs: number) => void;
}

/** Reads the state of Cloudways' background work, and waits for its end. */
export class Operations {
  readonly #client: CloudwaysClient;
  readonly #clock: Clock;
  readonly #stopWaiting: AbortSignal;
  readonly #polls = new SingleFlight<OperationState>();

  /** @param options.stopWaiting Aborts when this process ends. Every wait then returns the last known state. */
  constructor(options: { client: CloudwaysClient; clock: Clock; stopWaiting: AbortSignal }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#stopWaiting = options.stopWaiting;
  }

  /** Reads the current state of an operation. */
  async read(session: Session, operationId: string): Promise<OperationState> {
    const reply = await this.#client.send(session, {
      operation: "operation_status",
      method: "GET",
      path: path`/operation/${operationId}`,
      reply: operationReply,
    }).catch((error) => {
      throw noSuchOperation(error) ?? error;
    });
    return toState(operationId, reply.operation);
  }

  /**
   * Polls an operation until it ends or the time is up.
   *
   * @returns Its last known state. An operation that still runs is not an error.
   * @throws {ToolError} `operation_failed` if Cloudways says that it failed, and a failed first poll.
   */
  async wait(session: Session, operationId: string, options: WaitOptions): Promise<OperationState> {
    const startedAt = session.waitsFrom ?? this.#clock.now();
    let state = await this.#firstLook(session, operationId, startedAt + options.seconds * 1000);
    await options.admit?.(state);
    while (true) {
      if (state.status === "failed") throw operationFailed(state);
      const waitedMs = this.#clock.now() - startedAt;
      const leftMs = options.seconds * 1000 - waitedMs;
      if (state.status === "completed" || leftMs <= 0 || this.#stopWaiting.aborted) return state;
      options.onProgress?.(state, waitedMs);
      state = await this.#nextLook(session, state, leftMs);
    }
  }

  /** Reads the current state. After a passing failure it tries again at the next interval, until the time is up. */
  async #firstLook(session: Session, operationId: string, endsAt: number): Promise<OperationState> {
    while (true) {
      try {
        return await this.read(session, operationId);
      } catch (error) {
        const leftMs = endsAt - this.#clock.now();
        if (leftMs <= 0 || this.#stopWaiting.aborted || session.signal.aborted || !isPassing(error)) throw error;
        const signal = AbortSignal.any([session.signal, this.#stopWaiting]);
        await this.#clock.sleep(Math.min(POLL_INTERVAL_MS, leftMs), signal).catch(() => {});
      }
    }
  }

  /**
   * Reads the state after the next interval. All calls of a customer that wait for the same operation share one poll.
   * After a passing failure the state is the one before, and the next poll tries again.
   */
  async #nextLook(session: Session, before: OperationState, leftMs: number): Promise<OperationState> {
    const id = before.operation_id;
    const shared = this.#polls.run(`${session.customer.id}:${id}`, async (signal) => {
      await this.#clock.sleep(Math.min(POLL_INTERVAL_MS, leftMs), signal);
      return await this.read(withSignal(session, signal), id);
    }, session.signal);
    const timeUp = new AbortController();
    try {
      const waited = AbortSignal.any([timeUp.signal, this.#stopWaiting]);
      const inTime = this.#clock.sleep(leftMs + TIME_UP_GRACE_MS, waited).then(() => before, () => before);
      return await Promise.race([shared, inTime]);
    } catch (error) {
      if (session.signal.aborted || !isPassing(error)) throw error;
      return before;
    } finally {
      timeUp.abort();
      shared.catch(() => {});
    }
  }
}

/** `is_completed` decides alone, except that -1 in `status` means a failure; one client has seen it. */
function statusOf({ is_completed, status }: OperationRecord): OperationState["status"] {
  if (is_completed === "-1" || status === "-1") return "failed";
  return is_completed === "1" || is_completed === "true" ? "completed" : "running";
}

function toState(operationId: string, operation: OperationRecord): OperationState {
  const status = statusOf(operation);
  return {
    operation_id: operationId,
    status,
    type: operation.type,
    cloudways_message: operation.message === "" ? operation.status : operation.message,
    server_id: tiedId(operation.server_id),
    app_id: tiedId(operation.app_id),
    estimated_minutes_remaining: status === "running" ? wholeMinutes(operation.estimated_time_remaining) : null,
    result: status === "completed" ? resultOf(operation) : null,
  };
}

/**
 * The report is in `data`, or as JSON text in `parameters`. `parameters` may also be those that the work was started
 * with.
 */
function resultOf({ data, parameters }: OperationRecord): unknown {
  const report = parseObject(data) ?? parseObject(parameters);
  if (report !== undefined) return report;
  const empty = data === null || data === undefined || data === "" || (Array.isArray(data) && data.length === 0);
  if (!empty) return data;
  // JSON that was cut off is returned as text: null would mean that the report found nothing.
  return typeof parameters === "string" && JSON_START.test(parameters) && !isJson(parameters) ? parameters : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const JSON_START = /^\s*[[{]/;

function parseObject(value: unknown): object | undefined {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? undefined : value;
  if (typeof value !== "string" || !JSON_START.test(value)) return undefined;
  try {
    return parseObject(JSON.parse(value));
  } catch {
    return undefined;
  }
}

const OPERATION_HINT =
  "Use the operation_id exactly as a tool gave it. Cloudways forgets old operations: then look at " +
  "the server or application itself.";

/** The error for an operation that does not exist for a caller. */
export function unknownOperation(): ToolError {
  return new ToolError("not_found", "There is no such operation.", { hint: OPERATION_HINT });
}

/** Whether Cloudways does not know an operation, in any of the ways in which it says so. */
export function isUnknownOperation(error: unknown): boolean {
  return error instanceof ToolError && (error.code === "not_found" || error.code === "validation_failed");
}

/** The error for a refused operation id. Its hint is about operations, not about servers and applications. */
function noSuchOperation(error: unknown): ToolError | undefined {
  if (!(error instanceof ToolError) || !isUnknownOperation(error)) return;
  return new ToolError(error.code, error.message, {
    hint: OPERATION_HINT,
    ...(error.details && { details: error.details }),
    cause: error.cause,
  });
}

function operationFailed({ cloudways_message, ...operation }: OperationState): ToolError {
  return new ToolError("operation_failed", "The operation failed at Cloudways.", {
    hint: "Look at the present state of the server or application before you try again. Cloudways' own words are " +
      "in details.",
    details: { cloudways_message, operation },
  });
}

/** Cloudways' reply to a request that starts work. */
export interface Started {
  /** Undefined if the reply has no id, which means that there is nothing to wait for. */
  operationId: string | undefined;
  /** Cloudways' message; empty if there is no message. */
  said: string;
}

/**
 * The reply to a request that starts work, in each of its forms: `operation_id` (a number or text), `task_id`, either
 * of them inside `response`, or the operation itself.
 */
export const startedReply = z.union([z.array(z.unknown()), z.looseObject({})]).transform((reply): Started => {
  const found = Array.isArray(reply) ? undefined : startedMembers.safeParse(reply).data;
  const { response, operation } = found ?? {};
  const id = found?.operation_id ?? found?.task_id ?? response?.operation_id ?? response?.task_id ?? operation?.id;
  return { operationId: id === undefined || id === null ? undefined : String(id), said: found?.message ?? "" };
});

const anyId = z.union([z.number().int(), z.string().min(1)]).nullish();
const startedMembers = z.looseObject({
  operation_id: anyId,
  task_id: anyId,
  message: looseText.catch(""),
  operation: z.looseObject({ id: anyId }).optional().catch(undefined),
  response: z.looseObject({ operation_id: anyId, task_id: anyId }).optional().catch(undefined),
});
