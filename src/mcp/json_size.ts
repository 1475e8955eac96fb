/** Bounds messages before and after they are parsed: what they are made of costs more than how long they are. */
import { memberOf } from "../text/member.ts";

/** More than any message needs, and far less than what lies in wait for code that calls itself. */
export const MAX_DEPTH = 64;

/** Most values and names in one message. Parsing and checking costs by their number, not by their length. */
export const MAX_VALUES = 10_000;

/** Most characters of what names a message or a part of it, and comes back in answers and logs. */
export const MAX_NAME_LENGTH = 256;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** What is wrong with the size of a JSON text; undefined where it may be parsed. Looks at each character once. */
export function oversized(json: string): string | undefined {
  let [depth, values] = [0, 1];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (OPENING.has(code)) [depth, values] = [depth + 1, values + 1];
    else if (CLOSING.has(code)) depth--;
    else if (code === COMMA) values++;
    if (depth > MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`;
    if (values > MAX_VALUES) return `made of more than ${MAX_VALUES} values`;
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (; at < json.length && json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
  return at;
}

/** Which name in a message is too long; undefined where none is. */
export function longName(message: unknown): string | undefined {
  const params = memberOf(message, "params");
  const names = {
    id: memberOf(message, "id"),
    method: memberOf(message, "method"),
    requestId: memberOf(params, "requestId"),
    progressToken: memberOf(memberOf(params, "_meta"), "progressToken"),
  };
  return Object.entries(names).find(([, name]) => typeof name === "string" && name.length > MAX_NAME_LENGTH)?.[0];
}
