/** What is said about work that was started and has not ended, or whose state is not known. */

/** Work that was started and whose state could not be read. */
export interface Unseen {
  /** In our own words. */
  reason: string;
  said: { cloudways_message?: string };
  /** Set if a later request may succeed. */
  lookAgain: { afterSeconds: number | undefined } | undefined;
}

/** Work that still runs. */
export function stillRunning(operationId: string, said: string) {
  const next_step = `Still running. Look again with get_operation_status, operation_id ${operationId}. ` +
    "Don't start it once more.";
  const message = "It was started and still runs at Cloudways.";
  return { operation_id: operationId, status: "running", message, ...saying(said), next_step } as const;
}

/** Cloudways' message, in a member of its own and never in our sentences. */
export function saying(said: string): { cloudways_message?: string } {
  return said === "" ? {} : { cloudways_message: said };
}

/** Work whose state could not be read. */
export function unseen(operationId: string, { reason, said, lookAgain }: Unseen) {
  const when = lookAgain?.afterSeconds === undefined ? "" : ` in ${lookAgain.afterSeconds} s`;
  const how = lookAgain === undefined
    ? "Whether it still runs is not known: look at the server or application itself. "
    : `It may still run. Look again${when} with get_operation_status, operation_id ${operationId}. `;
  const message = `It was started, but its state could not be read: ${reason}`;
  return {
    operation_id: operationId,
    status: "running",
    message,
    ...said,
    next_step: `${how}Don't start it once more.`,
  } as const;
}
