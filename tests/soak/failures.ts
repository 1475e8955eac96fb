/** The reason of a failed request, which Deno gives only in the cause. */

/** The text of a failure with its cause. */
export function failureText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${String(error.cause)}` : "";
  return `${String(error)}${cause}`;
}

/** Whether the connection failed, so that nothing was sent. */
export function neverConnected(error: unknown): boolean {
  return /\(Connect\)|connection refused/i.test(failureText(error));
}
