/** Requests of the bench as bytes, and single ones that are sent and checked. */
import { type Era, type Kind, messageOf, tokenOf } from "../tests/support/usual_requests.ts";

/** The bytes of a request as they go over the wire, with a place for the token. */
export function wireText(url: URL, kind: Kind, era: Era): string {
  const { headers, body } = messageOf(kind, era);
  const length = new TextEncoder().encode(body).length;
  const all = [["host", url.host], ...headers, ["content-length", String(length)]];
  const head = all.map((pair) => pair.join(": ")).join("\r\n");
  return `POST ${url.pathname} HTTP/1.1\r\n${head}\r\n\r\n${body}`;
}

/** Sends one request as a customer and returns the text of the answer. Throws unless its status is 200. */
export async function sendOne(url: URL, kind: Kind, era: Era, customer = 0): Promise<string> {
  const { headers, body } = messageOf(kind, era, tokenOf(customer));
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${kind.name}: ${response.status} ${text.slice(0, 300)}`);
  if (/"isError":true|^\{"jsonrpc":"2\.0","id":1,"error"/.test(text)) {
    throw new Error(`${kind.name}: ${text.slice(0, 300)}`);
  }
  return text;
}
