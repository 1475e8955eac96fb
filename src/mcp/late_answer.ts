import { CommonDeadline } from "../async/common_deadline.ts";

/** When the head of an answer is sent at the latest. Most answers are complete by then. */
const HEAD_AFTER_MS = 1_000;

/** A JSON answer whose head is sent before its body is complete. */
export class EarlyHeadResponse extends Response {}

/** Sends the heads of late answers early. */
export class LateHeads implements Disposable {
  readonly #deadline = new CommonDeadline(HEAD_AFTER_MS);

  /**
   * Returns the JSON answer to a call. If the answer is late, its head is sent early: only after the head was sent does
   * `Deno.serve` notice reliably that a client left, and abort the request's signal.
   *
   * An early head always says 200, and its only header is the content type. That fits calls: refusals come at once, and
   * only results come late. Don't use it for answers whose head matters, such as the one to `initialize`.
   *
   * @param onError Called if the body could not be sent, because the client left.
   */
  inTime(answer: Promise<Response>, onError: (error: Error) => void): Promise<Response> {
    return this.#deadline.wait(answer, () => earlyHead(answer, onError));
  }

  /** Stops the timer: no more heads are sent early. */
  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}

function earlyHead(answer: Promise<Response>, onError: (error: Error) => void): EarlyHeadResponse {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  // If the answer rejects, nobody awaits it here: the rejection is logged as unhandled.
  void sendBody(answer, writable, onError);
  return new EarlyHeadResponse(readable, { headers: { "content-type": "application/json" } });
}

async function sendBody(
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
