import { memberOf } from "../text/member.ts";

/** The most characters of an id, method or token: these are repeated in answers and logs. */
export const MAX_NAME_LENGTH = 256;

/** The member of a message that is longer than {@linkcode MAX_NAME_LENGTH}; undefined if there is none. */
export function longName(message: unknown): string | undefined {
  const params = memberOf(message, "params");
  if (isLong(memberOf(message, "id"))) return "id";
  if (isLong(memberOf(message, "method"))) return "method";
  if (isLong(memberOf(params, "requestId"))) return "requestId";
  return isLong(memberOf(memberOf(params, "_meta"), "progressToken")) ? "progressToken" : undefined;
}

function isLong(name: unknown): boolean {
  return typeof name === "string" && name.length > MAX_NAME_LENGTH;
}
