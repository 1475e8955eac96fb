import { CommonDeadline } from "../async/common_deadline.ts";
import { ToolError, type ToolErrorOptions } from "../errors.ts";
import type { FairSemaphore } from "../async/fair_semaphore.ts";
import type { Owner } from "../async/fair_shares.ts";
import type { JsonValue } from "../text/clean.ts";
import { SecretText } from "../text/secret_text.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import type { ApiPath } from "./path.ts";
import { RequestEnd, type SentFor } from "./request_end.ts";

/** The value of one field of a query or form. */
type FieldValue = string | number | boolean | SecretText | readonly (string | number)[] | undefined;

/** Fields of a query or form. A list is sent as repeated `name[]`; undefined is left out. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** The secrets among the fields of a form. */
export function secretFields(fields: Fields = {}): string[] {
  return Object.values(fields).flatMap((value) => value instanceof SecretText ? [value.reveal()] : []);
}

/** One HTTP request to Cloudways. */
export interface WireRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: ApiPath;
  query?: Fields | undefined;
  /** A body in one of two forms. */
  form?: Fields | undefined;
  json?: Readonly<Record<string, JsonValue>> | undefined;
  /** Sent as `Authorization: Bearer`. */
  bearer?: string;
  /** Who sends the request: each owner has a share of the requests in flight. */
  owner: Owner;
  /** Never send this read again, not even through the connection pool. Writes are never sent again. */
  once?: boolean;
}

/** One complete answer. */
export interface WireReply {
  status: number;
  headers: Headers;
  text: string;
}

/** What {@linkcode CloudwaysHttp} needs. */
export interface CloudwaysHttpOptions {
  baseUrl: URL;
  /** Bounds the requests in flight, overall and for each owner. */
  slots: FairSemaphore;
  /**
   * Milliseconds one request may take, from connecting to the last byte, without the wait for a slot. Deno's `fetch`
   * has no timeout for connecting, so this one covers it.
   */
  timeoutMs: number;
  /** The same for a request that may change something. Cloudways takes its time for some changes. */
  writeTimeoutMs: number;
}

/** One try of a read ends earlier than the call's 28 seconds, so that a second try still fits in. */
const MAX_READ_TIMEOUT_MS = 12_000;

/**
 * How long a request goes on before it watches whether its call has ended: most are answered by then. Only for calls that
 * are no older than this, see {@linkcode SentFor.mayWatchLater}.
 */
export const WATCH_LATER_MS = 250;

/** A longer answer fails. More than the listing of the largest account. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** Most answers are shorter. */
const FIRST_BUFFER_BYTES = 8 * 1024;

/** Texts that a query holds as they are. */
const PLAIN = /^[\w.*-]*$/;

const USER_AGENT = `${SERVER_NAME}/${VERSION}`;

const UTF8 = new TextDecoder();

/** The hint for a caller when the answer doesn't say whether the request was carried out. */
export function nextStep({ method }: Pick<WireRequest, "method">): string {
  return method === "GET"
    ? "Try again in a moment."
    : "It may or may not have been done. Look at the present state before you try again.";
}

/** The request was not sent, so nothing was done. */
export class NotSentError extends ToolError {
  constructor(message: string, options: ToolErrorOptions) {
    super("upstream_unreachable", message, { ...options, done: "nothing" });
  }
}

/** The only sender of HTTP requests to Cloudways. Knows bytes and deadlines, but not what they mean. */
export class CloudwaysHttp {
  readonly #options: CloudwaysHttpOptions;
  /**
   * Sends each request at most once. Deno's default client sends a request again, even a write, when a kept-alive
   * connection breaks; this client keeps no idle connections.
   */
  readonly #once = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });

  readonly #readDeadline: CommonDeadline;
  readonly #onceDeadline: CommonDeadline;
  readonly #writeDeadline: CommonDeadline;
  readonly #watchLater = new CommonDeadline(WATCH_LATER_MS);
  readonly #base: string;

  constructor(options: CloudwaysHttpOptions) {
    this.#options = options;
    this.#base = options.baseUrl.href;
    this.#readDeadline = new CommonDeadline(this.readTimeoutMs);
    this.#onceDeadline = new CommonDeadline(options.timeoutMs);
    this.#writeDeadline = new CommonDeadline(options.writeTimeoutMs);
  }

  /** Milliseconds one try of a read may take. */
  get readTimeoutMs(): number {
    return Math.min(this.#options.timeoutMs, MAX_READ_TIMEOUT_MS);
  }

  /**
   * Sends one request.
   *
   * @param sentFor Ends the request. For a write it must be a deadline and nothing else: a write that was sent can't be
   * taken back, so its answer is awaited even if the client is gone.
   * @throws {ToolError} `upstream_timeout` or `upstream_unreachable`; a {@linkcode NotSentError} if it was not sent.
   */
  async send(request: WireRequest, sentFor: SentFor): Promise<WireReply> {
    const { slots } = this.#options;
    const release = slots.tryAcquire(request.owner) ?? await slots.acquire(request.owner, sentFor.signal);
    try {
      using end = new RequestEnd(this.#deadlineOf(request), sentFor, this.#watchLater);
      const init = wireInit(request, end.signal);
      if (request.method !== "GET" || request.once === true) init.client = this.#once;
      const response = await fetch(this.#url(request), init);
      const { status, headers } = response;
      // HTTP lets no body be longer than its length says, unless it comes packed or in chunks.
      const text = isShort(headers) ? await response.text() : await readBounded(response, request);
      return { status, headers, text };
    } catch (error) {
      const { signal } = sentFor;
      throw signal.aborted && signal.reason === error ? error : networkError(error, request);
    } finally {
      release();
    }
  }

  /** Closes the client of requests that are sent once, and stops all timers. Requests under way may have no end. */
  close(): void {
    this.#once.close();
    const deadlines = [this.#readDeadline, this.#onceDeadline, this.#writeDeadline, this.#watchLater];
    for (const deadline of deadlines) deadline[Symbol.dispose]();
  }

  #deadlineOf({ method, once }: WireRequest): CommonDeadline {
    if (method !== "GET") return this.#writeDeadline;
    return once === true ? this.#onceDeadline : this.#readDeadline;
  }

  #url({ path, query }: WireRequest): string {
    const fields = query === undefined ? "" : queryText(query);
    return fields === "" ? this.#base + path.text : `${this.#base}${path.text}?${fields}`;
  }
}

function wireInit(
  { method, bearer, json, form }: WireRequest,
  signal: AbortSignal,
): RequestInit & { client?: Deno.HttpClient } {
  const headers: Record<string, string> = { accept: "application/json", "user-agent": USER_AGENT };
  if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
  // Redirects are never followed: they would send the credentials to another address.
  const init: RequestInit = { method, headers, signal, redirect: "manual" };
  if (json !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(json);
  } else if (form !== undefined) init.body = new URLSearchParams(fieldEntries(form));
  return init;
}

function fieldEntries(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (value instanceof SecretText) return [[name, value.reveal()]];
    if (typeof value === "object") return value.map((item) => [`${name}[]`, String(item)]);
    return [[name, String(value)]];
  });
}

/** Most queries hold ids and plain words, for which `URLSearchParams` does ten times the work that they need. */
function queryText(query: Fields): string {
  let text = "";
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    const isPlain = typeof value !== "object" && PLAIN.test(name) && PLAIN.test(String(value));
    if (!isPlain) return new URLSearchParams(fieldEntries(query)).toString();
    text += `${text === "" ? "" : "&"}${name}=${value}`;
  }
  return text;
}

/** Whether an answer says that it is short enough, and how long a body is that comes as it is. */
function isShort(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= MAX_REPLY_BYTES && headers.get("content-encoding") === null &&
    headers.get("transfer-encoding") === null;
}

/**
 * Reads a body into one buffer, which grows with it. Reading into a buffer of ours costs half as much as taking the
 * stream's own chunks, because the runtime makes 64 KiB for each of those.
 */
async function readBounded(response: Response, request: WireRequest): Promise<string> {
  const reader = response.body?.getReader({ mode: "byob" });
  if (reader === undefined) return "";
  let bytes = new Uint8Array(FIRST_BUFFER_BYTES);
  let size = 0;
  while (true) {
    // The stream takes the buffer, and gives the same memory back under another name.
    const { done, value } = await reader.read(bytes.subarray(size));
    if (value === undefined) throw new TypeError("The body of the answer was cancelled.");
    bytes = new Uint8Array(value.buffer);
    if (done) return UTF8.decode(bytes.subarray(0, size));
    size += value.byteLength;
    if (size > MAX_REPLY_BYTES) {
      await reader.cancel();
      throw new ToolError("upstream_error", "Cloudways' answer was larger than 32 MiB.", { hint: nextStep(request) });
    }
    if (size === bytes.length) bytes = grown(bytes);
  }
}

/** A copy with twice the room, and never more than what shows that an answer is too long. */
function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * bytes.length, MAX_REPLY_BYTES + 1));
  larger.set(bytes);
  return larger;
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

/** Whether connecting failed. Only the text of the error's cause says so; if Deno changes that text, this is false. */
function neverConnected(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error && error.cause.message.includes("(Connect)");
}
