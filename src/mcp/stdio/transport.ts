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

/** How much of an error is said; it may repeat what was sent. */
const ERROR_BOUNDS = { text: 2_000, items: 20, total: 8_000 };

/** Why nothing more is heard: the client has ended its input, or sent a line past which nobody listens. */
export type InputEnd = "ended" | "line too long";

/** What {@linkcode StdioTransport} needs. */
export interface StdioTransportOptions {
  /** Taken out of errors, which repeat what was wrong with a message. */
  secrets: Secrets;
  /** Defaults to standard input. */
  input?: ReadableStream<Uint8Array>;
  /** Defaults to standard output. */
  output?: WritableStream<Uint8Array>;
}

/**
 * Standard input and output, in whose errors no credential stands. The end of the input is not its end: what is under
 * way can still be answered.
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

  /** Resolves when nothing more is heard. */
  get inputEnded(): Promise<InputEnd> {
    return this.#inputEnded.promise;
  }

  /** Resolves when a message could not be written, since nobody reads any more. */
  get outputClosed(): Promise<void> {
    return this.#outputClosed;
  }

  /** From now on new requests are refused; answers to what is under way are still taken. */
  startDraining(): void {
    this.#draining = true;
  }

  /** Resolves when every request heard so far is answered, and the last answer has left. */
  async answered(): Promise<void> {
    await this.#open.allAnswered();
    await this.#lastWrite;
  }

  /** Begins to read. */
  start(): Promise<void> {
    this.#read().then(this.#inputEnded.resolve);
    return Promise.resolve();
  }

  /** Resolves when the message has left. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) throw new Error("The connection is closed.");
    const isError = isJSONRPCErrorResponse(message);
    try {
      await this.#write(isError ? { ...message, error: this.#shown(message.error) } : message);
    } finally {
      if (isError || isJSONRPCResultResponse(message)) this.#open.answered(message.id);
    }
  }

  /** Neither reads nor writes any more. */
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
    if (line.kind === "message") return this.#hear(line.message);
    this.#report(new Error(line.reason));
    if (line.kind === "refused") this.#refuse(line);
  }

  #hear(message: JSONRPCMessage): void {
    if (this.#draining && isJSONRPCRequest(message)) {
      const reason = "This server is shutting down. Nothing was done.";
      return this.#refuse({ id: message.id, code: JSON_RPC_ERRORS.refused, reason });
    }
    this.#open.heard(message);
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

  #shown({ code, message, data }: { code: number; message: string; data?: unknown }) {
    return {
      code,
      message: safeText(message, { secrets: this.#secrets, maxLength: ERROR_BOUNDS.text }),
      ...(data !== undefined && { data: safeValue(data, ERROR_BOUNDS, this.#secrets) }),
    };
  }
}
