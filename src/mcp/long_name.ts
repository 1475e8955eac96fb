import { memberOf } from "../text/member.ts";

/** The most characters of an id, method or token: these are repeated in answers and logs. */
export const MAX_NAME_LENGTH = 256;

/** The member of a message that is longer than {@linkcode MAX_NAME_LENGTH}; undefined if there is none. */
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
