import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import type { Secrets } from "../../text/redaction/hider.ts";
import { safeText, safeValue } from "../../text/safe.ts";
import { JSON_RPC_ERRORS } from "../json_rpc.ts";
import { OpenRequests } from "./open_requests.ts";
import { LineTooLongError, readLines } from "./lines.ts";
import { readStdioLine } from "./message.ts";

/** More than any message needs. */
const MAX_LINE_BYTES = 10 * 1024 * 1024;

/** Bounds on an error's text, which may repeat what was sent. */
const ERROR_BOUNDS = { text: 2_000, items: 20, total: 8_000 };

/** Why reading ended: the client closed the input, or sent a line that is too long. */
export type InputEnd = "ended" | "line too long";

/** What {@linkcode StdioTransport} needs. */
export interface StdioTransportOptions {
  /** Hidden in errors, which may repeat parts of a message. */
  secrets: Secrets;
  /** Defaults to standard input. */
  input?: ReadableStream<Uint8Array>;
  /** Defaults to standard output. */
  output?: WritableStream<Uint8Array>;
}

/**
 * The stdio transport. It hides secrets in errors. After the end of the input, open requests can still be answered.
 */
export class StdioTransport implements Transport {
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  onmessage?: Transport["onmessage"];
  readonly #secrets: Secrets;
  readonly #input: ReadableStream<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #inputEnded = Promise.withResolvers<InputEnd>();
  readonly #outputClosed: Promise<void>;
  readonly #open = new OpenRequests();
  #lastWrite: Promise<void> = Promise.resolve();
  #draining = false;
  #closed = false;

  constructor({ secrets, input = Deno.stdin.readable, output = Deno.stdout.writable }: StdioTransportOptions) {
    this.#secrets = secrets;
    this.#input = input;
    this.#output = output.getWriter();
    this.#outputClosed = this.#output.closed.catch(() => {});
  }

  /** Resolves when nothing more is read. */
  get inputEnded(): Promise<InputEnd> {
    return this.#inputEnded.promise;
  }

  /** Resolves when a message could not be written because the client stopped reading. */
  get outputClosed(): Promise<void> {
    return this.#outputClosed;
  }

  /** Refuses new requests from now on; answers and notifications are still received. */
  startDraining(): void {
    this.#draining = true;
  }

  /** Resolves when every request received so far is answered and the last answer is written. */
  async answered(): Promise<void> {
    await this.#open.allAnswered();
    await this.#lastWrite;
  }

  /** Begins reading. */
  start(): Promise<void> {
    this.#read().then(this.#inputEnded.resolve);
    return Promise.resolve();
  }

  /** Resolves when the message is written. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) throw new Error("The connection is closed.");
    const isError = isJSONRPCErrorResponse(message);
    try {
      await this.#write(isError ? { ...message, error: this.#safeError(message.error) } : message);
    } finally {
      if (isError || isJSONRPCResultResponse(message)) this.#open.answered(message.id);
    }
  }

  /** Stops reading and writing. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.onclose?.();
    }
    return Promise.resolve();
  }

  async #read(): Promise<InputEnd> {
    try {
      for await (const line of readLines(this.#input, MAX_LINE_BYTES)) {
        if (this.#closed) break;
        this.#receive(new TextDecoder().decode(line));
      }
    } catch (error) {
      this.#report(error);
      if (error instanceof LineTooLongError) return "line too long";
    }
    return "ended";
  }

  #receive(text: string): void {
    const line = readStdioLine(text);
    if (line.kind === "message") return this.#accept(line.message);
    this.#report(new Error(line.reason));
    if (line.kind === "refused") this.#refuse(line);
  }

  #accept(message: JSONRPCMessage): void {
    if (this.#draining && isJSONRPCRequest(message)) {
      const reason = "This server is shutting down. Nothing was done.";
      return this.#refuse({ id: message.id, code: JSON_RPC_ERRORS.refused, reason });
    }
    this.#open.received(message);
    this.onmessage?.(message);
  }

  #refuse({ id, code, reason }: { id: string | number | null; code: number; reason: string }): void {
    this.#write({ jsonrpc: "2.0", id, error: { code, message: reason } }).catch((error) => this.#report(error));
  }

  async #write(message: object): Promise<void> {
    const written = this.#output.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
    this.#lastWrite = written.catch(() => {});
    await written;
  }

  #report(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error("unknown reason"));
  }

  #safeError({ code, message, data }: { code: number; message: string; data?: unknown }) {
    return {
      code,
      message: safeText(message, { secrets: this.#secrets, maxLength: ERROR_BOUNDS.text }),
      ...(data !== undefined && { data: safeValue(data, ERROR_BOUNDS, this.#secrets) }),
    };
  }
}
