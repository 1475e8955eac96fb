/** The state of work that was started, in words for the model. */

/** The state of work that was started. */
export interface StartedWork {
  /** Null if Cloudways did the work at once. */
  operation_id: string | null;
  status: "completed" | "running";
  type?: string;
  /** Its state, in our own words. */
  message: string;
  /** Cloudways' message about it; left out if there is no message. */
  cloudways_message?: string;
  /** What Cloudways gave as the id, if it is malformed. */
  cloudways_operation_id?: string;
  /** What to do while it runs. */
  next_step?: string;
}

/** Work that was started and whose state could not be read. */
export interface Unseen {
  /** In our own words. */
  reason: string;
  said: { cloudways_message?: string };
  /** Set if a later request may succeed. */
  lookAgain: { afterSeconds: number | undefined } | undefined;
}

/** Cloudways' message, in a member of its own and never in our sentences. */
export function saying(said: string): { cloudways_message?: string } {
  return said === "" ? {} : { cloudways_message: said };
}

/** Work that still runs, and how to follow it. */
export function stillRunning(operationId: string, said: string) {
  const next_step = `Still running. Look again with get_operation_status, operation_id ${operationId}. ` +
    "Don't start it once more.";
  const message = "It was started and still runs at Cloudways.";
  return { operation_id: operationId, status: "running", message, ...saying(said), next_step } as const;
}

/** Work with a malformed id, which must not appear in a path or in our sentences. */
export function withoutUsableId(operationId: string, said: string): StartedWork {
  return {
    operation_id: null,
    status: "running",
    message: "It was started, but its state can't be read: Cloudways gave no usable id.",
    ...saying(said),
    cloudways_operation_id: operationId,
    next_step: "Look at the server or application itself in some minutes. Don't start it once more.",
  };
}

/** Work whose state could not be read, and whether to look again. */
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
