/** The status in the log if the client left before the answer. */
const CLIENT_GONE = 499;

/** What is logged in place of an answer that nobody reads. */
export function goneResponse(): Response {
  return new Response(null, { status: CLIENT_GONE });
}

/**
 * Waits for the answer, or until the client leaves. A closed transport never answers, and waiting for it must not keep
 * the process from ending.
 *
 * @param end Called when the client has left.
 */
export async function untilGone(answer: Promise<Response>, signal: AbortSignal, end: () => void): Promise<Response> {
  const clientGone = Promise.withResolvers<Response>();
  const leave = () => {
    end();
    clientGone.resolve(goneResponse());
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return await Promise.race([answer, clientGone.promise]);
}
