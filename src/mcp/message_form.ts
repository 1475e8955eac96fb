/** Messages as programs write them: what stands for "absent" or "empty" in other languages is read as that. */
import { memberOf } from "../text/member.ts";

/** Members that hold an object. Languages without empty objects, PHP among them, write `[]` there. */
const OBJECTS: ReadonlySet<string> = new Set(
  "params arguments _meta capabilities elicitation form url roots sampling experimental extensions clientInfo".split(
    " ",
  ),
);

/**
 * Gives a body that was just parsed the form that the protocol has: members that are `null` go, and an empty list where
 * an object belongs becomes an empty object. The body itself is changed, so that a large one costs no copy. A call's
 * arguments stay as they are, since what `null` means there is for the tool's schema to say. So does the `id` of a
 * request: one without it would never be answered.
 *
 * @param body Nested no deeper than a message may be.
 * @returns The body, or what stands in its place.
 */
export function readForm(body: unknown): unknown {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  for (const message of messages) {
    const id = memberOf(message, "id");
    tidy(message);
    if (id === null && !isNotification(message)) Object.assign(Object(message), { id });
  }
  return body;
}

function isNotification(message: unknown): boolean {
  const method = memberOf(message, "method");
  return typeof method === "string" && method.startsWith("notifications/");
}

function tidy(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(tidy);
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === null) Reflect.deleteProperty(value, name);
    else if (Array.isArray(member) && member.length === 0 && OBJECTS.has(name)) Object.assign(value, { [name]: {} });
    else if (name !== "arguments") tidy(member);
  }
}

/** Takes a client's wish for progress out of a body, where its answer can't be a stream and so can carry none. */
export function dropProgress(body: unknown): void {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  for (const message of messages) {
    const meta = memberOf(memberOf(message, "params"), "_meta");
    if (memberOf(meta, "progressToken") !== undefined) Reflect.deleteProperty(Object(meta), "progressToken");
  }
}
