import { ToolError } from "../errors.ts";
import type { Semaphore } from "../semaphore.ts";
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
  /** Bounds the requests in flight. */
  slots: Semaphore;
  /** Milliseconds one request may take, waiting for a slot excluded. */
  timeoutMs: number;
}

/** More than the largest account's listing; past it an answer is given up. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

const NOT_SENT_TWICE = "Look at the present state before you try again.";

/** The one place that speaks HTTP to Cloudways. Knows bytes and deadlines, and nothing of what they mean. */
export class CloudwaysHttp {
  readonly #options: CloudwaysHttpOptions;
  /**
   * Deno's default client sends a request again by itself when a kept-alive connection dies under it, writes too.
   * Without idle connections there is nothing to reuse, so a write leaves at most once.
   */
  readonly #writes = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });

  constructor(options: CloudwaysHttpOptions) {
    this.#options = options;
  }

  /**
   * Sends one request, once.
   *
   * @param signal Ends the request. For a write it must be a deadline and nothing else: what has left can't be taken
   * back, so a client that is gone is no reason to stop listening for what became of it.
   * @throws {ToolError} `upstream_timeout` or `upstream_unreachable`.
   */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireReply> {
    const release = await this.#options.slots.acquire(signal);
    try {
      const ended = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]);
      const init = wireInit(request, ended);
      return await this.#exchange(
        this.#url(request),
        request.method === "GET" ? init : { ...init, client: this.#writes },
      );
    } catch (error) {
      throw signal.aborted && signal.reason === error ? error : networkError(error, request);
    } finally {
      release();
    }
  }

  /** Closes the connections kept for writes. */
  close(): void {
    this.#writes.close();
  }

  #url(request: WireRequest): URL {
    const url = new URL(this.#options.baseUrl);
    url.pathname += request.path.text;
    for (const [name, value] of fieldEntries(request.query ?? {})) url.searchParams.append(name, value);
    return url;
  }

  async #exchange(url: URL, init: RequestInit & { client?: Deno.HttpClient }): Promise<WireReply> {
    const response = await fetch(url, init);
    return { status: response.status, headers: response.headers, text: await readBounded(response) };
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

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MAX_REPLY_BYTES) {
      throw new ToolError("upstream_error", `Cloudways' answer was larger than ${MAX_REPLY_BYTES} bytes.`);
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
  const write = request.method !== "GET";
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ToolError("upstream_timeout", "Cloudways did not answer in time.", {
      hint: write ? `It may or may not have done it. ${NOT_SENT_TWICE}` : "Try again in a moment.",
      cause: error,
    });
  }
  return new ToolError("upstream_unreachable", "The connection to Cloudways failed.", {
    hint: write
      ? `Unless the connection could not be made at all, it may have been done. ${NOT_SENT_TWICE}`
      : "Try again in a moment. If it lasts, the network or Cloudways is down.",
    cause: error,
  });
}
