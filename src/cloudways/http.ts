import { Deadline } from "../async/deadline.ts";
import { ToolError, type ToolErrorOptions } from "../errors.ts";
import type { FairSemaphore } from "../async/fair_semaphore.ts";
import type { Owner } from "../async/fair_shares.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import type { ApiPath } from "./path.ts";

/** What may stand in a query or a form; a list becomes `name[]` repeated, and undefined is left out. */
export type Fields = Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;

/** One request as it goes on the wire. */
export interface WireRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: ApiPath;
  query?: Fields;
  form?: Fields;
  /** Sent as `Authorization: Bearer`. */
  bearer?: string;
  /** Whose request it is; shares out the requests in flight. */
  owner: Owner;
  /** This read must not be sent again, not even by the pool of connections. Writes never are. */
  once?: boolean;
}

/** One answer, read whole. */
export interface WireReply {
  status: number;
  headers: Headers;
  text: string;
}

/** What {@linkcode CloudwaysHttp} needs. */
export interface CloudwaysHttpOptions {
  baseUrl: URL;
  /** Bounds the requests in flight, and those of each owner. */
  slots: FairSemaphore;
  /**
   * Milliseconds one request may take from connecting to the last byte, waiting for a slot excluded. Deno's `fetch` has
   * no limit of its own for connecting, so this one covers it.
   */
  timeoutMs: number;
}

/** A read may be sent twice within a call's 28 seconds, so one try of it ends earlier. */
const MAX_READ_TIMEOUT_MS = 12_000;

/** More than the largest account's listing; past it an answer is given up. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** What to do after an answer that does not say whether it was done. */
export function nextStep({ method }: Pick<WireRequest, "method">): string {
  return method === "GET"
    ? "Try again in a moment."
    : "It may or may not have been done. Look at the present state before you try again.";
}

/** The request did not leave. Whatever was asked for, certainly nothing was done. */
export class NotSentError extends ToolError {
  constructor(message: string, options: ToolErrorOptions) {
    super("upstream_unreachable", message, { ...options, done: "nothing" });
  }
}

/** The one place that speaks HTTP to Cloudways. Knows bytes and deadlines, and nothing of what they mean. */
export class CloudwaysHttp {
  readonly #options: CloudwaysHttpOptions;
  /**
   * Deno's default client sends a request again by itself when a kept-alive connection dies under it, writes too.
   * Without idle connections there is nothing to reuse, so what goes through this one leaves at most once.
   */
  readonly #once = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });

  constructor(options: CloudwaysHttpOptions) {
    this.#options = options;
  }

  /** Milliseconds one try of a read may take. */
  get readTimeoutMs(): number {
    return Math.min(this.#options.timeoutMs, MAX_READ_TIMEOUT_MS);
  }

  /**
   * Sends one request.
   *
   * @param signal Ends the request. For a write it must be a deadline and nothing else: what has left can't be taken
   * back, so a client that is gone is no reason to stop listening for what became of it.
   * @throws {ToolError} `upstream_timeout` or `upstream_unreachable`; a {@linkcode NotSentError} where it did not leave.
   */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireReply> {
    const release = await this.#options.slots.acquire(request.owner, signal);
    try {
      const once = request.method !== "GET" || request.once === true;
      const timeoutMs = once ? this.#options.timeoutMs : this.readTimeoutMs;
      using timeout = new Deadline(timeoutMs);
      const init = wireInit(request, AbortSignal.any([signal, timeout.signal]));
      const response = await fetch(this.#url(request), once ? { ...init, client: this.#once } : init);
      return { status: response.status, headers: response.headers, text: await readBounded(response, request) };
    } catch (error) {
      throw signal.aborted && signal.reason === error ? error : networkError(error, request);
    } finally {
      release();
    }
  }

  /** Closes the connections of requests that are sent once. */
  close(): void {
    this.#once.close();
  }

  #url(request: WireRequest): URL {
    const url = new URL(this.#options.baseUrl);
    url.pathname += request.path.text;
    for (const [name, value] of fieldEntries(request.query ?? {})) url.searchParams.append(name, value);
    return url;
  }
}

function wireInit(request: WireRequest, signal: AbortSignal): RequestInit {
  const headers = new Headers({ accept: "application/json", "user-agent": `${SERVER_NAME}/${VERSION}` });
  if (request.bearer !== undefined) headers.set("authorization", `Bearer ${request.bearer}`);
  // A redirect is never followed: it would carry the credentials to wherever it points.
  const init: RequestInit = { method: request.method, headers, signal, redirect: "manual" };
  return request.form === undefined ? init : { ...init, body: new URLSearchParams(fieldEntries(request.form)) };
}

function fieldEntries(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value === "object") return value.map((item) => [`${name}[]`, String(item)]);
    return [[name, String(value)]];
  });
}

async function readBounded(response: Response, request: WireRequest): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MAX_REPLY_BYTES) {
      throw new ToolError("upstream_error", "Cloudways' answer was larger than 32 MiB.", { hint: nextStep(request) });
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}

function networkError(error: unknown, request: WireRequest): ToolError {
  if (error instanceof ToolError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ToolError("upstream_timeout", "Cloudways did not answer in time.", {
      hint: nextStep(request),
      cause: error,
    });
  }
  if (neverConnected(error)) {
    return new NotSentError("No connection to Cloudways could be made. Nothing was done.", {
      hint: "Try again in a moment. If it lasts, the network or Cloudways is down.",
      cause: error,
    });
  }
  return new ToolError("upstream_unreachable", "The connection to Cloudways broke.", {
    hint: `${nextStep(request)} If it lasts, the network or Cloudways is down.`,
    cause: error,
  });
}

/** Only the text under Deno's error tells at which stage it failed. Where it is ever worded anew, this is false. */
function neverConnected(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error && error.cause.message.includes("(Connect)");
}
