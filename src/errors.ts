/** Every failure a caller of a tool can see, by its stable code. */
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

/** What can keep a caller from being served, as metrics and the log name it. */
export const LIMITS = [
  // The customer's own token bucket.
  "bucket",
  // Too many wrong credentials came, and too many new ones wait already.
  "sign_in",
  // Cloudways asked this customer to wait with this operation.
  "upstream_pause",
  // Cloudways answers nobody.
  "breaker",
  // Cloudways does not answer this customer.
  "own_breaker",
  // Too many questions are open in clients.
  "relay",
  // Too many questions are open on pages.
  "approvals",
  // Too many addresses of pages were tried that don't exist.
  "approval_page",
  // The process has no place left.
  "load",
  // The customer has its share of the places.
  "load_customer",
  // Callers that Cloudways has not accepted have their share of the places.
  "load_strangers",
  // Too much of requests' bodies is under way.
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
  /** What is known of a change that was asked for, where the code alone does not say it; for the audit trail. */
  done?: Done;
  /** The message is a question as a person may see it; hiding more of it would hide what is asked. */
  isShown?: boolean;
  /** Which of our limits refused the call; logged and counted, never shown. */
  limitedBy?: Limit;
  /** What caused it; logged, never shown. */
  cause?: unknown;
}

/** Certainly nothing was done, or nobody knows. */
export type Done = "nothing" | "unknown";

/**
 * The one family of errors that reaches a caller: a code of the contract and a message written for the model.
 * Anything else that is thrown becomes `internal_error`, and its own text stays in the log.
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
