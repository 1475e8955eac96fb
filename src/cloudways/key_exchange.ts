import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { Deadline } from "../async/deadline.ts";
import { type ErrorCode, ToolError } from "../errors.ts";
import type { Customer } from "../identity/caller.ts";
import type { KeyPair } from "../identity/credential.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { SecretHider } from "../text/redaction/hider.ts";
import type { CircuitBreaker } from "./breaker.ts";
import { NotSentError, type WireReply, type WireRequest } from "./http.ts";
import { parseReply } from "./parse_reply.ts";
import { path } from "./path.ts";
import { readReply, sayingOf } from "./replies.ts";
import type { SignInGuard } from "./sign_in_guard.ts";
import type { Upstream } from "./upstream.ts";

/** The token that an exchange returns. */
export interface ExchangedToken {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
  /** When the exchange was sent, in milliseconds since the Unix epoch. */
  exchangedAt: number;
}

/** What {@linkcode KeyExchange} needs. */
export interface KeyExchangeOptions {
  upstream: Upstream;
  breaker: CircuitBreaker;
  /** Counts key pairs that Cloudways refuses. */
  guard: Pick<SignInGuard, "refused">;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  /** Makes the logger for callers at an address that Cloudways has not accepted. */
  strangersLog: (address: string) => Logger;
}

const OPERATION = "oauth_access_token_create";

/** Shorter than the lifetime of the lock that is held during an exchange. */
const EXCHANGE_TIMEOUT_MS = 22_000;

/** The lifetime of tokens that Cloudways is known to give. */
const USUAL_LIFE_SECONDS = 3600;
/** The longest lifetime that is believed. */
const MAX_LIFE_SECONDS = 30 * 86_400;

/** An unreadable lifetime is not an error: a token that expires sooner gets a 401 and is exchanged again. */
const exchangeReply = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  expires_in: z.coerce.number().min(1).catch(USUAL_LIFE_SECONDS)
    .transform((seconds) => Math.min(seconds, MAX_LIFE_SECONDS)),
});

/** Signs in at Cloudways: exchanges key pairs for tokens. */
export class KeyExchange {
  readonly #options: KeyExchangeOptions;

  constructor(options: KeyExchangeOptions) {
    this.#options = options;
  }

  /**
   * Exchanges a key pair for a token.
   *
   * @param address The caller's address; refused key pairs are counted by it.
   * @throws {ToolError} `authentication_failed` if Cloudways refuses the key pair; other failures with their codes.
   */
  async run(customer: Customer, keyPair: KeyPair, address: string): Promise<ExchangedToken> {
    const { upstream, breaker, guard, clock, metrics, strangersLog } = this.#options;
    upstream.refuseWhilePaused(customer, OPERATION);
    const form = { email: keyPair.email, api_key: keyPair.apiKey };
    const owner = upstream.ownerOf(customer, address);
    const request: WireRequest = { method: "POST", path: path`/oauth/access_token`, form, owner };
    const log = ("stranger" in owner ? strangersLog(address) : this.#options.log)
      .with({ customer: shortCustomerId(customer.id) });
    const sentAt = clock.now();
    using deadline = new Deadline(EXCHANGE_TIMEOUT_MS);
    const sent = breaker.run(
      { customer: customer.id, operation: OPERATION },
      () => upstream.send({ customer, operation: OPERATION, log }, request, deadline),
    );
    const reply = await sent.catch((error) => {
      throw signInFailed(error, keyPair);
    });
    const refused = reply.status === 401 || reply.status === 400;
    metrics.tokenExchanged(reply.status === 200 ? "ok" : refused ? "refused" : "failed");
    if (refused) {
      guard.refused(customer, address);
      throw keyPairRefused("did not accept this e-mail and API key");
    }
    const { access_token: token, expires_in: seconds } = readExchange(reply, keyPair);
    return { token, expiresAt: sentAt + seconds * 1000, exchangedAt: sentAt };
  }
}

/**
 * The error for a wrong key pair.
 *
 * @param what Completes the sentence "Cloudways …".
 */
export function keyPairRefused(what: string): ToolError {
  return new ToolError("authentication_failed", `Cloudways ${what}.`, {
    hint: "Ask the user to check both. API keys are being retired: an access token, made in the Cloudways console " +
      "under API Integration, is the better way.",
  });
}

function readExchange(reply: WireReply, keyPair: KeyPair): z.output<typeof exchangeReply> {
  try {
    const parsed = parseReply(exchangeReply, readReply(reply, { operation: OPERATION, method: "POST" }));
    if (parsed.success) return parsed.data;
  } catch (error) {
    throw signInFailed(error, keyPair);
  }
  throw signInFailed(new ToolError("upstream_error", "The answer holds no token."), keyPair);
}

/** Codes that can be about the sign-in. Any other code would seem to be about the tool call, so it is replaced. */
const SIGN_IN_CODES: ReadonlySet<ErrorCode> = new Set([
  "forbidden",
  "upstream_rate_limited",
  "upstream_timeout",
  "upstream_unreachable",
]);

/** The error of a call whose sign-in failed. It does not show the e-mail, since Cloudways has not accepted it. */
function signInFailed(error: unknown, { email, apiKey }: KeyPair): unknown {
  if (!(error instanceof ToolError) || error instanceof NotSentError) return error;
  const { code, message, retryAfter, cause } = error;
  const { cloudways_message: said } = sayingOf(error);
  const cloudways_message = said && new SecretHider([email, apiKey]).givenInText(said);
  const shownCode = SIGN_IN_CODES.has(code) ? code : "upstream_error";
  return new ToolError(shownCode, `Signing in at Cloudways failed. ${message}`, {
    ...(cloudways_message !== undefined && { details: { cloudways_message } }),
    hint: `Nothing was done. Try again in ${retryAfter === undefined ? "a moment" : `${retryAfter} s`}. ` +
      "If it stays, tell the user.",
    ...(retryAfter !== undefined && { retryAfter }),
    done: "nothing",
    cause: cause ?? error,
  });
}
