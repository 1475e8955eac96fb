/** A client of 2025-11-25 that can be asked, and whose every request goes to the next of several replicas. */
import { type Answer, toAnswer } from "./clients.ts";
import { post, readMessage } from "./rpc.ts";

/** What a question looks like on the wire. */
export interface WireQuestion {
  id: string | number;
  method: string;
  params: Record<string, unknown>;
}

/** A session with a service of one or more replicas. */
export interface Session {
  /** The `Mcp-Session-Id`; undefined where none was given. */
  readonly id: string | undefined;
  /** Calls a tool, answers every question that comes, and gives the answer and how often it was asked. */
  call(
    name: string,
    args: Record<string, unknown>,
    answer: (question: WireQuestion) => unknown,
  ): Promise<{ answer: Answer; questions: WireQuestion[] }>;
}

/** How a session is opened. */
export interface SessionOptions {
  headers?: Record<string, string>;
  /** Defaults to forms. */
  capabilities?: Record<string, unknown>;
  protocolVersion?: string;
}

/** Opens a session. */
export async function openSession(replicas: readonly URL[], options: SessionOptions = {}): Promise<Session> {
  const { headers = {}, capabilities = { elicitation: {} }, protocolVersion = "2025-11-25" } = options;
  let turn = 0;
  const nextReplica = () => replicas[turn++ % replicas.length] ?? new URL("http://127.0.0.1:9");
  const params = { protocolVersion, capabilities, clientInfo: { name: "raw-2025", version: "1.0.0" } };
  const opened = await post(nextReplica(), { jsonrpc: "2.0", id: 0, method: "initialize", params }, headers);
  const id = opened.headers.get("mcp-session-id") ?? undefined;
  await readMessage(opened);
  const sent = {
    ...headers,
    "mcp-protocol-version": protocolVersion,
    ...(id !== undefined && { "mcp-session-id": id }),
  };
  let nextId = 1;
  return {
    id,
    async call(name, args, answer) {
      const message = { jsonrpc: "2.0", id: nextId++, method: "tools/call", params: { name, arguments: args } };
      const response = await post(nextReplica(), message, sent);
      const questions: WireQuestion[] = [];
      for await (const event of messagesOf(response)) {
        if (event.method === undefined) return { answer: toAnswer(event.result), questions };
        if (event.id === undefined) continue;
        const question = { id: event.id, method: event.method, params: event.params ?? {} };
        questions.push(question);
        const reply = { jsonrpc: "2.0", id: event.id, result: answer(question) };
        const taken = await post(nextReplica(), reply, sent);
        await taken.body?.cancel();
        if (taken.status !== 202) throw new Error(`an answer was not taken: ${taken.status}`);
      }
      throw new Error("the stream ended without an answer");
    },
  };
}

interface WireMessage {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
}

/** The messages of an answer, as they come. */
async function* messagesOf(response: Response): AsyncGenerator<WireMessage> {
  if (response.body === null) return;
  if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) {
    yield await response.json();
    return;
  }
  let buffer = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (buffer + text).split("\n");
    buffer = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ") && line.length > 6) yield JSON.parse(line.slice(6));
  }
}
