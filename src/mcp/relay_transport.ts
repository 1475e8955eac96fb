import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type Transport,
  type TransportSendOptions,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { idOf } from "./json_rpc.ts";
import type { Relay, RelaySession } from "./relay.ts";
import type { SessionMemo } from "./session_id.ts";
import { memberOf } from "../text/member.ts";

/** What {@linkcode RelayTransport} needs. */
export interface RelayTransportOptions {
  relay: Relay;
  customer: string;
  boundTo: string;
  /** The content of the client's session id. */
  memo: SessionMemo;
}

/** The client's request that a message belongs to. */
interface Related {
  relatedRequestId?: string | number;
}

/** A question that waits for its answer. */
interface OpenQuestion {
  /** The id that the client sees; undefined until the question is sent. */
  id: string | undefined;
  cancelled: AbortController;
}

/** The id of the replayed `initialize`. Never sent to the client, and neither is the answer. */
const INITIALIZE_ID = "initialize";

/**
 * Serves one `tools/call` of a 2025 client. During the call the client can be asked something, and can cancel the call,
 * although answers and cancellations come in separate requests.
 *
 * The protocol server sees what it would see in a session: first an `initialize`, which is rebuilt from the memo, and
 * then the answers to its questions. A failed question rejects with the errors of {@linkcode Relay.ask}.
 */
export class RelayTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  readonly #inner = new WebStandardStreamableHTTPServerTransport();
  readonly #relay: Relay;
  readonly #session: RelaySession;
  readonly #memo: SessionMemo;
  readonly #questions = new Map<string | number, OpenQuestion>();
  readonly #initialized = Promise.withResolvers<void>();
  readonly #ended = new AbortController();
  #callId: string | number | undefined;
  #isReplaying = false;

  constructor({ relay, customer, boundTo, memo }: RelayTransportOptions) {
    this.#relay = relay;
    this.#session = { customer, boundTo, nonce: memo.nonce };
    this.#memo = memo;
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => this.onmessage?.(message, extra);
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => this.onclose?.();
    await this.#inner.start();
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#inner.setSupportedProtocolVersions(versions);
  }

  /** Answers the call, as a stream. */
  async handleRequest(request: Request, { parsedBody }: { parsedBody: unknown }): Promise<Response> {
    this.#callId = idOf(parsedBody) ?? undefined;
    await this.#replayInitialize();
    await this.#listenForCancellation();
    return await this.#inner.handleRequest(request, { parsedBody });
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    // The call's stream is the only one, so every message is sent on it.
    const relatedRequestId = options?.relatedRequestId ?? this.#callId;
    const related = relatedRequestId === undefined ? {} : { relatedRequestId };
    if (isJSONRPCRequest(message)) return await this.#ask(message, related);
    if (isJSONRPCNotification(message)) return await this.#notify(message, related);
    if (this.#isReplaying && message.id === INITIALIZE_ID) return this.#initialized.resolve();
    await this.#inner.send(message, related);
  }

  async close(): Promise<void> {
    this.#ended.abort(new DOMException("The call has ended.", "AbortError"));
    this.#initialized.resolve();
    await this.#inner.close();
  }

  async #replayInitialize(): Promise<void> {
    const { protocolVersion, capabilities, clientInfo } = this.#memo;
    const params = { protocolVersion, capabilities, clientInfo };
    this.#isReplaying = true;
    this.onmessage?.({ jsonrpc: "2.0", id: INITIALIZE_ID, method: "initialize", params });
    await this.#initialized.promise;
    this.#isReplaying = false;
  }

  /** If this fails, the call is still carried out, but can't be cancelled. */
  async #listenForCancellation(): Promise<void> {
    if (this.#callId === undefined) return;
    try {
      const stop = await this.#relay.onCancelled(this.#session, this.#callId, () => void this.close());
      if (this.#ended.signal.aborted) return stop();
      this.#ended.signal.addEventListener("abort", stop, { once: true });
    } catch (error) {
      this.onerror?.(new Error("Cancellations of this call can't be received.", { cause: error }));
    }
  }

  /** Resolves when the server has received the answer; rejects if none can come. */
  async #ask(request: JSONRPCRequest, related: Related): Promise<void> {
    const question: OpenQuestion = { id: undefined, cancelled: new AbortController() };
    this.#questions.set(request.id, question);
    const signal = AbortSignal.any([this.#ended.signal, question.cancelled.signal]);
    try {
      const send = async (id: string) => {
        question.id = id;
        await this.#inner.send({ ...request, id }, related);
      };
      const answer = await this.#relay.ask(this.#session, send, signal);
      this.onmessage?.({ ...answer, id: request.id });
    } catch (error) {
      if (!signal.aborted) await this.#withdraw(question, related).catch((failure) => this.onerror?.(failure));
      throw error;
    } finally {
      this.#questions.delete(request.id);
    }
  }

  /** Tells the client to close a question whose answer is no longer awaited. */
  async #withdraw({ id }: OpenQuestion, related: Related): Promise<void> {
    if (id === undefined) return;
    const params = { requestId: id, reason: "The answer can no longer be passed on." };
    await this.#inner.send({ jsonrpc: "2.0", method: "notifications/cancelled", params }, related);
  }

  /** Sends a notification. When the server cancels a question, its id is replaced by the one that the client knows. */
  async #notify(notification: JSONRPCNotification, related: Related): Promise<void> {
    const requestId = memberOf(notification.params, "requestId");
    const isId = typeof requestId === "number" || typeof requestId === "string";
    const question = isId ? this.#questions.get(requestId) : undefined;
    if (notification.method !== "notifications/cancelled" || question === undefined) {
      return await this.#inner.send(notification, related);
    }
    question.cancelled.abort(new DOMException("The question was withdrawn.", "AbortError"));
    if (question.id === undefined) return;
    await this.#inner.send({ ...notification, params: { ...notification.params, requestId: question.id } }, related);
  }
}
