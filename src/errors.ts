/** The stable codes of all failures that a caller of a tool can see. */
export const ERROR_CODES = [
  "authentication_required",
  "authentication_failed",
  "forbidden",
  "not_found",
  "validation_failed",
  "invalid_arguments",
  "rate_limited",
  "upstream_rate_limited",
  "upstream_busy",
  "upstream_error",
  "upstream_timeout",
  "upstream_unreachable",
  "operation_failed",
  "confirmation_required",
  "confirmation_declined",
  "approval_pending",
  "read_only",
  "store_unavailable",
  "internal_error",
] as const;

/** One of {@linkcode ERROR_CODES}. */
export type ErrorCode = typeof ERROR_CODES[number];

/** The limits that can refuse a caller, as metrics and the log name them. */
export const LIMITS = [
  // The customer's own token bucket.
  "bucket",
  // Too many wrong credentials came, and too many new ones are waiting already.
  "sign_in",
  // Cloudways asked this customer to wait with this operation.
  "upstream_pause",
  // Cloudways does not answer.
  "breaker",
  // Cloudways does not answer this customer.
  "own_breaker",
  // Too many questions are open in clients.
  "relay",
  // Too many questions are open on pages.
  "approvals",
  // Too many pages with secrets were not opened.
  "secrets",
  // Too many URLs of pages were tried that don't exist.
  "approval_page",
  // All places of the process are taken.
  "load",
  // The customer uses its whole share of the places.
  "load_customer",
  // Callers that Cloudways has not accepted use their whole share of the places.
  "load_strangers",
  // Too many request bodies, or too many bytes of them, are being read.
  "bodies",
] as const;

/** One of {@linkcode LIMITS}. */
export type Limit = typeof LIMITS[number];

/** What a {@linkcode ToolError} carries besides its code and message. */
export interface ToolErrorOptions {
  /** What to do next, written for the model. */
  hint?: string;
  /** Whole seconds until trying again can succeed. */
  retryAfter?: number;
  /** Facts about the failure, such as Cloudways' field messages. Holds no secret. */
  details?: Record<string, unknown>;
  /** Whether the change was made, where the code alone does not say it; for the audit trail. */
  done?: Done;
  /** The message is a question that is safe to show already; hiding more would hide what is asked. */
  isShown?: boolean;
  /** Which of our limits refused the call; logged and counted, never shown. */
  limitedBy?: Limit;
  /** What caused it; logged, never shown. */
  cause?: unknown;
}

/** `nothing`: certainly nothing was done. `unknown`: it may have been done or not. */
export type Done = "nothing" | "unknown";

/**
 * The only error that reaches a caller: a code of the contract and a message written for the model. Any other error
 * becomes `internal_error`, and its own text stays in the log.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfter: number | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly done: Done | undefined;
  readonly isShown: boolean;
  readonly limitedBy: Limit | undefined;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryAfter = options.retryAfter;
    this.details = options.details;
    this.done = options.done;
    this.isShown = options.isShown ?? false;
    this.limitedBy = options.limitedBy;
  }
}

/** After these nobody knows whether Cloudways did what it was asked, unless the error itself says so. */
const LEAVES_OPEN: ReadonlySet<ErrorCode> = new Set([
  "upstream_error",
  "upstream_timeout",
  "upstream_unreachable",
  "internal_error",
]);

/** Whether nobody knows, after this failure of a change, if it was made. */
export function leavesOpen({ code, done }: Pick<ToolError, "code" | "done">): boolean {
  return done === undefined ? LEAVES_OPEN.has(code) : done === "unknown";
}

/** The time of a call was up while it was carried out. */
export function callTimedOut(kind: "read" | "write"): ToolError {
  return new ToolError("upstream_timeout", "The call took too long and was given up.", {
    hint: kind === "read"
      ? "Try again in a moment."
      : "It may or may not have been done. Look at the present state before you try again.",
  });
}

/** Reading took so long that a change was not sent. */
export function noTimeLeft(): ToolError {
  return new ToolError("upstream_timeout", "Cloudways took so long that the change was not sent. Nothing was done.", {
    hint: "Try again in a moment.",
    done: "nothing",
  });
}
