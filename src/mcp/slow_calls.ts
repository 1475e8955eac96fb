import { memberOf } from "../text/member.ts";

/** Whether a message calls a tool. */
export function isCall(message: unknown): boolean {
  return memberOf(message, "method") === "tools/call";
}

/** Whether a message calls a tool that waits or polls. */
export function isSlowCall(message: unknown, isSlow: (toolName: string) => boolean): boolean {
  const name = memberOf(memberOf(message, "params"), "name");
  return isCall(message) && typeof name === "string" && isSlow(name);
}
