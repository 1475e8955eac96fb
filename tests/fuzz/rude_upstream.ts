/** An upstream that answers with any bytes: a TCP server, since HTTP servers allow only valid answers. */

/** How an answer is framed. */
export interface RudeAnswer {
  status: number;
  /** Lines of the head as sent, except those about the body's length. */
  head: readonly string[];
  body: Uint8Array<ArrayBuffer> | string;
  framing:
    | "length"
    | "chunked"
    /** The body ends with the connection. */
    | "close"
    /** Half of what was promised, then the end. */
    | "cut"
    /** More than was promised. */
    | "longer"
    /** A chunk with a malformed length. */
    | "bad chunk"
    /** No head at all. */
    | "no head"
    /** The end, without any bytes. */
    | "nothing"
    /** Chunks without end, while the client reads. */
    | "endless"
    /** The head, and then no more. */
    | "silence";
}

/** A request as it came. */
export interface RudeRequest {
  method: string;
  /** Path and query. */
  target: string;
  head: string;
  body: string;
}

/** A running upstream. */
export interface RudeUpstream {
  baseUrl: string;
  /** Ends everything that is still being sent. */
  hangUp(): void;
  close(): Promise<void>;
}

/** Starts an upstream. */
export function startRudeUpstream(answer: (request: RudeRequest) => Promise<RudeAnswer>): RudeUpstream {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const hangUp = () => {
    for (const connection of open) end(connection);
    open.clear();
  };
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      serve(connection, answer)
        // A client may leave during such an answer.
        .catch(() => {})
        .finally(() => {
          end(connection);
          open.delete(connection);
        });
    }
  })();
  return {
    baseUrl: `http://127.0.0.1:${listener.addr.port}/api/v2`,
    hangUp,
    async close() {
      listener.close();
      hangUp();
      await serving;
    },
  };
}

function end(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It has ended already.
  }
}

async function serve(connection: Deno.TcpConn, answer: (request: RudeRequest) => Promise<RudeAnswer>): Promise<void> {
  const request = await readRequest(connection);
  if (request === undefined) return;
  const given = await answer(request);
  if (given.framing === "endless") return await sendEndlessly(connection, given);
  if (given.framing === "silence") {
    await send(connection, headOf(given, "Content-Length: 100"));
    // Until the other side gives up.
    await connection.read(new Uint8Array(1));
    return;
  }
  for (const part of partsOf(given)) await send(connection, part);
}

function partsOf(given: RudeAnswer): (string | Uint8Array<ArrayBuffer>)[] {
  const body = typeof given.body === "string" ? new TextEncoder().encode(given.body) : given.body;
  switch (given.framing) {
    case "chunked":
      return [headOf(given, "Transfer-Encoding: chunked"), ...chunk(body), "0\r\n\r\n"];
    case "bad chunk":
      return [headOf(given, "Transfer-Encoding: chunked"), "zz\r\n", body, "\r\n0\r\n\r\n"];
    case "close":
      return [headOf(given), body];
    case "cut":
      return [headOf(given, `Content-Length: ${body.length + 10}`), body];
    case "longer":
      return [headOf(given, `Content-Length: ${body.length >> 1}`), body];
    case "no head":
      return [body];
    case "nothing":
      return [];
    default:
      return [headOf(given, `Content-Length: ${body.length}`), body];
  }
}

function chunk(body: Uint8Array<ArrayBuffer>): (string | Uint8Array<ArrayBuffer>)[] {
  return body.length === 0 ? [] : [`${body.length.toString(16)}\r\n`, body, "\r\n"];
}

function headOf({ status, head }: RudeAnswer, ...more: string[]): string {
  return [`HTTP/1.1 ${status} Whatever`, ...head, ...more, "Connection: close", "", ""].join("\r\n");
}

async function sendEndlessly(connection: Deno.TcpConn, given: RudeAnswer): Promise<void> {
  await send(connection, headOf(given, "Transfer-Encoding: chunked"));
  const piece = `${(1024 * 1024).toString(16)}\r\n${" ".repeat(1024 * 1024)}\r\n`;
  while (true) await send(connection, piece);
}

async function send(connection: Deno.TcpConn, part: string | Uint8Array<ArrayBuffer>): Promise<void> {
  let left = typeof part === "string" ? Uint8Array.from(part, (character) => character.charCodeAt(0)) : part;
  while (left.length > 0) left = left.subarray(await connection.write(left));
}

async function readRequest(connection: Deno.TcpConn): Promise<RudeRequest | undefined> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  while (true) {
    const [head, ...rest] = text.split("\r\n\r\n");
    const body = rest.join("\r\n\r\n");
    const length = Number(/^content-length: *(\d+)/im.exec(head ?? "")?.[1] ?? 0);
    if (rest.length > 0 && new TextEncoder().encode(body).length >= length) {
      const [method = "", target = ""] = (head ?? "").split(" ");
      return { method, target, head: head ?? "", body };
    }
    const size = await connection.read(buffer);
    if (size === null) return undefined;
    text += decoder.decode(buffer.subarray(0, size), { stream: true });
  }
}
