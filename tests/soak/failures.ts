/** What a failed request says of itself: Deno tells it in the cause alone. */

/** The words of a failure, its cause included. */
export function failureText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${String(error.cause)}` : "";
  return `${String(error)}${cause}`;
}

/** Whether no connection came about, so that certainly nothing was sent. */
export function neverConnected(error: unknown): boolean {
  return /\(Connect\)|connection refused/i.test(failureText(error));
}
