import { within } from "../async/within.ts";

/** How long a caller waits for the head of an answer. Most answers are whole by then. */
const BEGIN_AFTER_MS = 1_000;

/** An answer as JSON whose head leaves before the rest is there. */
export class BegunAnswer extends Response {}

/**
 * Passes the answer to a call, as JSON, on, and begins it where it is late: only once the head of an answer has left does
 * `Deno.serve` notice reliably that the client has gone away, and aborts the request's signal.
 *
 * The head says 200 then, and no more. Whatever refuses a call does so at once; what comes late is its result. Other
 * answers may be late only where this process stood still, and may have a head that matters: that to `initialize` does.
 *
 * @param onError Told where the rest could not be sent, which is nobody's loss.
 */
export async function beginInTime(answer: Promise<Response>, onError: (error: Error) => void): Promise<Response> {
  return await within(BEGIN_AFTER_MS, answer, () => begin(answer, onError));
}

function begin(answer: Promise<Response>, onError: (error: Error) => void): BegunAnswer {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  // An answer that fails has nobody else to hear of it, and is logged as what nobody catches.
  void sendRest(answer, writable, onError);
  return new BegunAnswer(readable, { headers: { "content-type": "application/json" } });
}

async function sendRest(
  answer: Promise<Response>,
  writable: WritableStream<Uint8Array>,
  onError: (error: Error) => void,
): Promise<void> {
  try {
    const { body } = await answer;
    await (body?.pipeTo(writable) ?? writable.close()).catch(onError);
  } catch (error) {
    await writable.abort(error);
    throw error;
  }
}
