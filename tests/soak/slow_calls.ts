/** Clients with slow connections: they send the request and read the answer in small pieces. */
import type { Caller } from "./caller.ts";
import { failureText } from "./failures.ts";
import { lastMessage, meaningOf, messageOf } from "./messages.ts";

/** Makes a call slowly. */
export async function callSlowly(caller: Caller): Promise<void> {
  const replica = caller.wire.next();
  const startedAt = Date.now();
  const { ledger } = caller;
  try {
    const { hostname, port } = replica.mcpUrl;
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await drip(connection, requestText(caller, replica.mcpUrl), caller.random.between(50, 400));
    const text = await sip(connection, caller.random.between(1, 30));
    ledger.count("slow client", outcomeOf(text));
    caller.judgeText(text);
    const busy = ledger.restarts.meets(startedAt, Date.now(), 1_000);
    if (!/^HTTP\/1\.1 (200|503) /.test(text) || (text.startsWith("HTTP/1.1 503") && !busy)) {
      ledger.breach("answered", `slow client: ${text.slice(0, 200)}`);
    }
  } catch (error) {
    const restarting = ledger.restarts.meets(startedAt, Date.now(), 1_000);
    if (!restarting) ledger.breach("connection", `slow client: ${failureText(error)}`);
    ledger.count("slow client", "lost");
  }
}

function requestText(caller: Caller, url: URL): string {
  const body = JSON.stringify(messageOf({ era: "2025", name: "list_servers", args: { detail: "full" } }));
  const headers = Object.entries({
    host: url.host,
    connection: "close",
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "content-length": String(body.length),
    ...caller.headers,
  });
  return `POST ${url.pathname} HTTP/1.1\r\n${headers.map((pair) => pair.join(": ")).join("\r\n")}\r\n\r\n${body}`;
}

async function drip(connection: Deno.Conn, text: string, pauseMs: number): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const step = Math.ceil(bytes.length / 4);
  for (let at = 0; at < bytes.length; at += step) {
    const writer = connection.writable.getWriter();
    await writer.write(bytes.slice(at, at + step));
    writer.releaseLock();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function sip(connection: Deno.Conn, pauseMs: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const buffer = new Uint8Array(1024);
  for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
    text += decoder.decode(buffer.subarray(0, size), { stream: true });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return text;
}

function outcomeOf(text: string): string {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? "";
  const isChunked = /^transfer-encoding: chunked$/im.test(head);
  const body = rest.join("\r\n\r\n");
  const meaning = meaningOf(lastMessage(isChunked ? withoutChunks(body) : body, type));
  return meaning.kind === "error" ? meaning.code : meaning.kind;
}

/** An answer whose length was not known at its start comes in chunks. */
function withoutChunks(body: string): string {
  return body.replace(/(?:^|\r\n)[0-9a-f]+\r\n/gi, "").trim();
}
