/** Raw HTTP: any header, any number of times, in any bytes. */

/** An answer as it came. */
export interface RawAnswer {
  status: number;
  /** Names in small letters. */
  headers: Headers;
  body: string;
}

/** Headers in the order in which they are sent. */
export type RawHeaders = readonly (readonly [name: string, value: string])[];

/**
 * Sends one request over a new connection. Each character of the head becomes one byte. Only `Connection: close` and
 * the length of a body are added.
 */
export async function rawRequest(url: string, start: string, headers: RawHeaders, body?: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const content = new TextEncoder().encode(body ?? "");
  const length: RawHeaders = body === undefined ? [] : [["Content-Length", String(content.length)]];
  const lines = [...headers, ...length, ["Connection", "close"] as const].map((pair) => pair.join(": "));
  const head = `${start} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await new Blob([latin1(head), content]).stream().pipeTo(connection.writable, { preventClose: true });
  return parseAnswer(await new Response(connection.readable).text());
}

/** A POST of one message to `/mcp`, with these headers in addition to those that every client sends. */
export function rawPost(mcpUrl: URL, message: unknown, headers: RawHeaders): Promise<RawAnswer> {
  const common: RawHeaders = [
    ["Host", mcpUrl.host],
    ["Content-Type", "application/json"],
    ["Accept", "application/json, text/event-stream"],
  ];
  return rawRequest(mcpUrl.href, `POST ${mcpUrl.pathname}`, [...common, ...headers], JSON.stringify(message));
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function parseAnswer(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(start.split(" ")[1]), headers, body: rest.join("\r\n\r\n") };
}
