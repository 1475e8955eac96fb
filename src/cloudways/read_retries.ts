import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { CircuitOpenError } from "./breaker.ts";
import type { WireReply } from "./http.ts";
import { isOutage, retryAfterSeconds } from "./replies.ts";

/** How a read may be sent again. */
export interface RetryOptions {
  clock: Clock;
  /** Ends the waiting between two tries. */
  signal: AbortSignal;
  /** Milliseconds one try may take. */
  tryMs: number;
  /** When the caller must have an answer, in milliseconds since the Unix epoch. */
  endsAt: number;
  /** Told of each try after the first. */
  onRetry: () => void;
}

/** The longest pause before each further try, in milliseconds; as many tries as there are pauses. */
const PAUSES_MS = [300, 1_200];
/** Whoever is to wait longer than this is told so instead. */
const MAX_RETRY_AFTER_SECONDS = 3;

/**
 * Sends a read, and again where an outage may have passed, as long as a whole try fits in before the deadline.
 *
 * @throws What the last try that was sent has thrown. A try that our own limit or the breaker stops was none.
 */
export async function sendRead(send: () => Promise<WireReply>, options: RetryOptions): Promise<WireReply> {
  const { clock, signal, tryMs, endsAt, onRetry } = options;
  let outcome = await outcomeOf(send);
  for (let retries = 0; isOutage(outcome) && !wasStopped(outcome); retries++) {
    const pauseMs = pauseBefore(retries, outcome);
    if (pauseMs === undefined || clock.now() + pauseMs + tryMs > endsAt) break;
    await clock.sleep(pauseMs, signal);
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

/** Undefined where it is not to be tried again. Callers who failed together come back at different times. */
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
