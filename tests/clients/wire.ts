/** A proxy between a client and the server that records the messages: the evidence of what a client sends. */
import * as z from "zod";

/** One request and its answer. */
export interface Exchange {
  method: string;
  /** Headers of the client, without credentials. */
  headers: Record<string, string>;
  /** The JSON of the request; undefined without one. */
  sent: unknown;
  status: number;
  /** The text of the answer so far. */
  answered: string;
  /** Whether the client closed the connection before the answer was complete. */
  left: boolean;
}

/** A running recorder. */
export interface Wire extends AsyncDisposable {
  /** The server's address for a client. */
  readonly mcpUrl: string;
  readonly exchanges: readonly Exchange[];
}

const NOT_PASSED_ON = ["host", "connection", "content-length", "accept-encoding", "upgrade", "http2-settings"];
const NOT_PASSED_BACK = ["content-encoding", "content-length", "transfer-encoding", "connection"];

/** Starts a recorder in front of a server. */
export function startWire(target: URL): Wire {
  const exchanges: Exchange[] = [];
  // Deno's fetch resends a request if a reused connection breaks; the record must show only what came.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const exchange: Exchange = {
      method: request.method,
      headers: shownHeaders(request.headers),
      sent: parsed(body),
      status: 0,
      answered: "",
      left: false,
    };
    exchanges.push(exchange);
    request.signal.addEventListener("abort", () => exchange.left = true);
    try {
      const response = await passOn(request, body, target, client);
      exchange.status = response.status;
      const passing = response.body?.pipeThrough(recordInto(exchange)) ?? null;
      return new Response(passing, { status: response.status, headers: without(response.headers, NOT_PASSED_BACK) });
    } catch (error) {
      if (!exchange.left) throw error;
      // The client has left.
      return new Response(null, { status: 502 });
    }
  });
  return {
    mcpUrl: `http://127.0.0.1:${server.addr.port}/mcp`,
    exchanges,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      client.close();
    },
  };
}

async function passOn(request: Request, body: string, target: URL, client: Deno.HttpClient): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return await fetch(new URL(pathname + search, target), {
    method: request.method,
    headers: without(request.headers, NOT_PASSED_ON),
    ...(body !== "" && { body }),
    redirect: "manual",
    signal: request.signal,
    client,
  });
}

function recordInto(exchange: Exchange): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  return new TransformStream({
    transform(chunk, controller) {
      exchange.answered += decoder.decode(chunk, { stream: true });
      controller.enqueue(chunk);
    },
  });
}

function without(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => !names.includes(name)));
}

function shownHeaders(headers: Headers): Record<string, string> {
  const secret = (name: string) => name.startsWith("x-cloudways-") || name === "authorization";
  return Object.fromEntries([...headers].map(([name, value]) => [name, secret(name) ? "[hidden]" : value]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? undefined : text;
  }
}

const messageSchema = z.looseObject({ method: z.string().optional(), params: z.looseObject({}).nullish() });
type Message = z.infer<typeof messageSchema>;

/** The messages that the client sent, with the exchange of each. */
export function sentMessages({ exchanges }: Pick<Wire, "exchanges">): (Message & { exchange: Exchange })[] {
  return exchanges.flatMap((exchange) =>
    [exchange.sent].flat().flatMap((sent) => {
      const { success, data } = messageSchema.safeParse(sent);
      return success ? [{ ...data, exchange }] : [];
    })
  );
}

/** The calls of a tool that the client sent. */
export function callsOf(wire: Pick<Wire, "exchanges">, tool: string): (Message & { exchange: Exchange })[] {
  return sentMessages(wire).filter(({ method, params }) => method === "tools/call" && params?.["name"] === tool);
}

const versionSchema = z.looseObject({ result: z.looseObject({ protocolVersion: z.string() }) });

/** The protocol revision in which the client listed the tools. */
export function revisionOf(wire: Pick<Wire, "exchanges">): string | undefined {
  const messages = sentMessages(wire);
  const listing = messages.find(({ method }) => method === "tools/list");
  const named = listing?.exchange.headers["mcp-protocol-version"];
  if (named !== undefined) return named;
  const opening = messages.find(({ method }) => method === "initialize");
  return opening && versionSchema.safeParse(firstJson(opening.exchange.answered)).data?.result.protocolVersion;
}

/** The first message of an answer, which is JSON or a stream of events. */
function firstJson(text: string): unknown {
  const event = /^data: (.+)$/m.exec(text)?.[1];
  return parsed(event ?? text);
}

/** How many messages of a method an answer's stream holds. */
export function notificationsIn({ answered }: Exchange, method: string): number {
  return answered.split(`"method":"${method}"`).length - 1;
}
