import { SdkError, SdkErrorCode } from "@modelcontextprotocol/server";

/** The clients that are watched, and whose connections may be ended from here. */
export class WatchedClients {
  readonly #watches = new Set<ClientWatch>();
  #haveEnded = false;

  /** Whether all connections were ended from here, those among them that nobody watched. */
  get haveEnded(): boolean {
    return this.#haveEnded;
  }

  /** Ends all connections. */
  end(): void {
    this.#haveEnded = true;
    for (const watch of this.#watches) watch.end();
  }

  /** @param watch Ended by {@linkcode end}, until it is removed. */
  add(watch: ClientWatch): void {
    this.#watches.add(watch);
  }

  /** Whatever was not added is ignored. */
  remove(watch: ClientWatch): void {
    this.#watches.delete(watch);
  }
}

/**
 * Notices that a client leaves, from the moment that the signal is first asked for: `Deno.serve` takes longer to watch a
 * request than to answer a quick one.
 */
export class ClientWatch implements Disposable {
  readonly #request: Pick<Request, "signal">;
  readonly #watched: WatchedClients;
  #abort: AbortController | undefined;
  #leave: (() => void) | undefined;
  #hasLeft = false;

  constructor(request: Pick<Request, "signal">, watched: WatchedClients) {
    this.#request = request;
    this.#watched = watched;
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
    this.#abort?.abort(connectionClosed());
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    if (this.#leave === undefined) return;
    this.#request.signal.removeEventListener("abort", this.#leave);
    this.#watched.remove(this);
  }

  #watch(): AbortController {
    const abort = new AbortController();
    const { signal } = this.#request;
    this.#hasLeft = signal.aborted;
    if (this.#watched.haveEnded || this.#hasLeft) abort.abort(connectionClosed());
    else {
      this.#leave = () => {
        this.#hasLeft = true;
        abort.abort(connectionClosed());
      };
      signal.addEventListener("abort", this.#leave, { once: true });
      this.#watched.add(this);
    }
    return abort;
  }
}

function connectionClosed(): Error {
  return new SdkError(SdkErrorCode.ConnectionClosed, "Connection closed");
}
