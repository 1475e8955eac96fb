/** A client of the 2025 revisions that can be asked: in one go, or step by step. */
import assert from "node:assert/strict";
import * as z from "zod";
import { type Answer, toAnswer } from "./clients.ts";
import { post, readMessage } from "./rpc.ts";
import { within } from "./within.ts";

/** How a session begins. */
export interface LegacySessionOptions {
  /** The credentials. Defaults to a token. */
  headers?: Record<string, string>;
  /** Defaults to `{ elicitation: {} }`. */
  capabilities?: Record<string, unknown>;
  /** Defaults to 2025-11-25. */
  protocolVersion?: string;
}

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
});

/** Far longer than anything here takes. */
const SILENCE_DEADLINE_MS = 10_000;

/** What a server sends. */
export type ServerMessage = z.output<typeof messageSchema>;

/** What a server asks in the middle of a call. */
export interface ServerQuestion {
  id: string | number;
  method: string;
  params: Record<string, unknown>;
}

/** An error answer: the question could not be asked. */
export class ErrorReply {
  constructor(readonly code: number, readonly message = "Not possible") {}
}

/** A session in which each request goes to the next replica. */
export class LegacySession {
  /** What each request carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #replicas: readonly URL[];
  #turn = 0;
  #nextId = 1;

  constructor(replicas: readonly URL[], headers: Record<string, string>) {
    this.#replicas = replicas;
    this.headers = headers;
  }

  /** Sends `initialize`, and keeps the session id that comes back. */
  static async open(replicas: readonly URL[], options: LegacySessionOptions = {}): Promise<LegacySession> {
    const { capabilities = { elicitation: {} }, protocolVersion = "2025-11-25" } = options;
    const credentials = options.headers ?? { "x-cloudways-access-token": "first-customer" };
    const params = { protocolVersion, capabilities, clientInfo: { name: "slow", version: "1.0.0" } };
    const session = new LegacySession(replicas, credentials);
    const response = await session.post({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    await readMessage(response);
    const sessionId = response.headers.get("mcp-session-id");
    assert.ok(sessionId, "no session id came");
    return session.with({ "mcp-session-id": sessionId, "mcp-protocol-version": protocolVersion });
  }

  /** The same with other headers, or without those that are undefined. */
  with(headers: Record<string, string | undefined>): LegacySession {
    const changed: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...this.headers, ...headers })) {
      if (value !== undefined) changed[name] = value;
    }
    return new LegacySession(this.#replicas, changed);
  }

  /** Posts a message to the next replica. */
  post(message: unknown, signal?: AbortSignal): Promise<Response> {
    const replica = this.#replicas[this.#turn++ % this.#replicas.length];
    assert.ok(replica);
    return post(replica, message, this.headers, signal && { signal });
  }

  /** Begins a call. */
  async call(name: string, args: Record<string, unknown>, id: string | number = 1): Promise<OpenCall> {
    const abort = new AbortController();
    const message = { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
    return new OpenCall(await this.post(message, abort.signal), abort);
  }

  /** Calls a tool, answers every question, and returns the answer and the questions. */
  async converse(
    name: string,
    args: Record<string, unknown>,
    answer: (question: ServerQuestion) => unknown,
  ): Promise<{ answer: Answer; questions: ServerQuestion[] }> {
    await using call = await this.call(name, args, this.#nextId++);
    const questions: ServerQuestion[] = [];
    for (;;) {
      const message = await call.next();
      if (message === undefined) throw new Error("the stream ended without an answer");
      const { id, method, params = {}, result } = message;
      if (method === undefined) return { answer: toAnswer(result), questions };
      if (id === undefined) continue;
      const question = { id, method, params };
      questions.push(question);
      const status = await this.answer(id, await answer(question));
      if (status !== 202) throw new Error(`an answer was refused: ${status}`);
    }
  }

  /** Answers a question, and returns the status. */
  async answer(id: string | number | undefined, result: unknown): Promise<number> {
    const said = result instanceof ErrorReply ? { error: { ...result } } : { result };
    const response = await this.post({ jsonrpc: "2.0", id, ...said });
    await response.body?.cancel();
    return response.status;
  }

  /** Cancels a call, and returns the status. */
  async cancel(requestId: string | number): Promise<number> {
    const params = { requestId, reason: "no longer needed" };
    const response = await this.post({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    await response.body?.cancel();
    return response.status;
  }
}

/** A call in progress, and its messages. */
export class OpenCall implements AsyncDisposable {
  readonly response: Response;
  readonly #abort: AbortController;
  readonly #reader: ReadableStreamDefaultReader<string> | undefined;
  #buffer = "";

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    assert.equal(response.headers.get("content-type"), "text/event-stream", "a call in a session is a stream");
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next message; undefined at the end of the stream. */
  async next(): Promise<ServerMessage | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf("\n\n");
      if (end >= 0) {
        const data = /^data: (.+)$/m.exec(this.#buffer.slice(0, end))?.[1];
        this.#buffer = this.#buffer.slice(end + 2);
        if (data !== undefined) return messageSchema.parse(JSON.parse(data));
        continue;
      }
      const chunk = await within(SILENCE_DEADLINE_MS, this.#read(), "The server sends nothing.");
      if (chunk === undefined) return undefined;
      this.#buffer += chunk;
    }
  }

  async #read(): Promise<string | undefined> {
    return (await this.#reader?.read())?.value;
  }

  /** The next message, which must be a question. */
  async question(): Promise<ServerMessage & { id: string | number }> {
    const message = await this.next();
    assert.equal(message?.method, "elicitation/create", JSON.stringify(message));
    assert.ok(message?.id !== undefined);
    return { ...message, id: message.id };
  }

  /** The next message, which must withdraw this question. */
  async withdrawal(id: string | number): Promise<void> {
    const message = await this.next();
    assert.equal(message?.method, "notifications/cancelled", JSON.stringify(message));
    assert.equal(message?.params?.requestId, id);
  }

  /** The next message, which must be the result. */
  async result(): Promise<Answer> {
    const message = await this.next();
    assert.ok(message !== undefined && message.method === undefined, JSON.stringify(message));
    return toAnswer(message.result);
  }

  /** Leaves without cancelling. */
  leave(): void {
    this.#abort.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.#reader?.cancel().catch(() => {});
  }
}
