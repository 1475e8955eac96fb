/** Accepts the spellings of "absent" and "empty" that clients in other languages use. */
import { memberOf } from "../text/member.ts";

/** Members whose value is an object. Languages without empty objects, such as PHP, write `[]` there. */
const OBJECTS: ReadonlySet<string> = new Set(
  "params arguments _meta capabilities elicitation form url roots sampling experimental extensions clientInfo".split(
    " ",
  ),
);

/**
 * Brings a parsed body into the protocol's form. Members that are `null` are removed, and an empty list in place of an
 * object becomes an empty object. The body itself is changed, so that a large one is not copied.
 *
 * A call's arguments stay as they are: the tool's schema says what `null` means there. The `id` of a request also
 * stays, since a request without it would never be answered.
 *
 * @param body Nested no deeper than a message may be.
 * @returns The same body.
 */
export function normalizeBody(body: unknown): unknown {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  for (const message of messages) {
    const id = memberOf(message, "id");
    normalize(message);
    if (id === null && !isNotification(message)) Object.assign(Object(message), { id });
  }
  return body;
}

/** Whether a JSON text holds nothing that {@linkcode normalizeBody} would change: most do, and need no look inside. */
export function isInForm(json: string): boolean {
  return !json.includes("null") && !EMPTY_LIST.test(json);
}

const EMPTY_LIST = /\[\s*\]/;

function isNotification(message: unknown): boolean {
  const method = memberOf(message, "method");
  return typeof method === "string" && method.startsWith("notifications/");
}

function normalize(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(normalize);
  if (typeof value !== "object" || value === null) return;
  for (const name of Object.keys(value)) {
    const member = memberOf(value, name);
    if (member === null) Reflect.deleteProperty(value, name);
    else if (Array.isArray(member) && member.length === 0 && OBJECTS.has(name)) Object.assign(value, { [name]: {} });
    else if (name !== "arguments") normalize(member);
  }
}

/** Removes progress tokens from a body whose answer can't be a stream, and so can't carry progress. */
export function dropProgress(body: unknown): void {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  for (const message of messages) {
    const meta = memberOf(memberOf(message, "params"), "_meta");
    if (memberOf(meta, "progressToken") !== undefined) Reflect.deleteProperty(Object(meta), "progressToken");
  }
}
