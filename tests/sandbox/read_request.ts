import type { IncomingMessage } from "node:http";

/** A request as it came in, before it is interpreted. */
export interface ReadRequest {
  method: string;
  path: string;
  query: [name: string, value: string][];
  headers: Record<string, string>;
  body: RequestBody;
}

/** The body, by its content type. */
export type RequestBody =
  | { kind: "none" }
  | { kind: "form"; entries: [name: string, value: string][] }
  | { kind: "json"; fields: Record<string, unknown> }
  | { kind: "unreadable"; why: string };

/** Reads a whole request. */
export async function readRequest(message: IncomingMessage): Promise<ReadRequest> {
  // The path stays as it was sent: a URL parser would resolve encoded dots.
  const [path = "/", ...search] = (message.url ?? "/").split("?");
  const headers = Object.fromEntries(
    Object.entries(message.headers).map((
      [name, value],
    ) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""]),
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = new TextDecoder().decode(concat(chunks));
  return {
    method: message.method ?? "GET",
    path,
    query: [...new URLSearchParams(search.join("?"))],
    headers,
    body: readBody(text, headers["content-type"] ?? ""),
  };
}

function readBody(text: string, contentType: string): RequestBody {
  if (text === "") return { kind: "none" };
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded") return { kind: "form", entries: [...new URLSearchParams(text)] };
  if (type !== "application/json") return { kind: "unreadable", why: `content type "${contentType}"` };
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { kind: "json", fields: value } : { kind: "unreadable", why: "JSON that is no object" };
  } catch {
    return { kind: "unreadable", why: "malformed JSON" };
  }
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Whether a value is an object with string keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
