import { SdkError, SdkErrorCode } from "@modelcontextprotocol/server";

/**
 * Notices that a client leaves, from the moment that the signal is first asked for: `Deno.serve` takes longer to watch a
 * request than to answer a quick one.
 */
export class ClientWatch implements Disposable {
  readonly #request: Pick<Request, "signal">;
  #abort: AbortController | undefined;
  #leave: (() => void) | undefined;
  #hasEnded = false;
  #hasLeft = false;

  constructor(request: Pick<Request, "signal">) {
    this.#request = request;
  }

  /** Aborts when the client leaves, and when the connection is ended from here. */
  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  /** Whether the client was seen to leave. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Ends the connection from here. */
  end(): void {
    this.#hasEnded = true;
    this.#abort?.abort(connectionClosed());
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    if (this.#leave !== undefined) this.#request.signal.removeEventListener("abort", this.#leave);
  }

  #watch(): AbortController {
    const abort = new AbortController();
    const { signal } = this.#request;
    this.#hasLeft = signal.aborted;
    if (this.#hasEnded || this.#hasLeft) abort.abort(connectionClosed());
    else {
      this.#leave = () => {
        this.#hasLeft = true;
        abort.abort(connectionClosed());
      };
      signal.addEventListener("abort", this.#leave, { once: true });
    }
    return abort;
  }
}

function connectionClosed(): Error {
  return new SdkError(SdkErrorCode.ConnectionClosed, "Connection closed");
}
