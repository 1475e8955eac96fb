import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { CircuitOpenError } from "./breaker.ts";
import type { WireReply } from "./http.ts";
import type { SentFor } from "./request_end.ts";
import { isOutage, retryAfterSeconds } from "./replies.ts";

/** How a read may be sent again. */
export interface RetryOptions {
  clock: Clock;
  /** Ends the pause between two tries. */
  sentFor: SentFor;
  /** Milliseconds one try may take. */
  tryMs: number;
  /** When the caller must have an answer, in milliseconds since the Unix epoch. */
  endsAt: number;
  /** Called after each try but the first. */
  onRetry: () => void;
}

/** The longest pause before each further try, in milliseconds. There are as many further tries as pauses. */
const PAUSES_MS = [300, 1_200];
/** If Cloudways asks for a longer pause, the error goes to the caller at once. */
const MAX_RETRY_AFTER_SECONDS = 3;

/**
 * Sends a read, and sends it again after an outage, as long as a whole try fits in before `endsAt`.
 *
 * @throws The error of the last try that was sent. A try that our own limit or the breaker refuses doesn't count.
 */
export async function sendRead(send: () => Promise<WireReply>, options: RetryOptions): Promise<WireReply> {
  let first: WireReply | ToolError;
  try {
    first = await send();
    if (!isOutage(first)) return first;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    first = error;
  }
  return await sendAgain(send, first, options);
}

async function sendAgain(
  send: () => Promise<WireReply>,
  first: WireReply | ToolError,
  { clock, sentFor, tryMs, endsAt, onRetry }: RetryOptions,
): Promise<WireReply> {
  let outcome = first;
  for (let retries = 0; isOutage(outcome) && !wasStopped(outcome); retries++) {
    const pauseMs = pauseBefore(retries, outcome);
    if (pauseMs === undefined || clock.now() + pauseMs + tryMs > endsAt) break;
    await clock.sleep(pauseMs, sentFor.signal);
    const next = await outcomeOf(send);
    if (wasStopped(next)) break;
    onRetry();
    outcome = next;
  }
  if (outcome instanceof ToolError) throw outcome;
  return outcome;
}

async function outcomeOf(send: () => Promise<WireReply>): Promise<WireReply | ToolError> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

/** Milliseconds until the next try; undefined for no further try. Jitter keeps callers from returning together. */
function pauseBefore(retries: number, outcome: WireReply | ToolError): number | undefined {
  const longestMs = PAUSES_MS[retries];
  const askedSeconds = outcome instanceof ToolError ? undefined : retryAfterSeconds(outcome.headers);
  if (longestMs === undefined || (askedSeconds ?? 0) > MAX_RETRY_AFTER_SECONDS) return undefined;
  const halfMs = longestMs / 2;
  return Math.max(halfMs, (askedSeconds ?? 0) * 1000) + Math.random() * halfMs;
}

function wasStopped(outcome: WireReply | ToolError): boolean {
  return outcome instanceof CircuitOpenError || (outcome instanceof ToolError && outcome.code === "rate_limited");
}
