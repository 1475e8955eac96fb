/** A failure that does not depend on what the request asks for. */
export interface Fault {
  /** Only requests for this operation. */
  operationId?: string;
  /** Only requests whose path, after the base path, matches. */
  path?: RegExp;
  /** Only requests with this method. */
  method?: string;
  /** How many requests it affects; default: all until it is removed. */
  times?: number;
  /** The request takes effect nevertheless; only its answer fails. */
  afterEffect?: boolean;
  kind: FaultKind;
}

/** What goes wrong. */
export type FaultKind =
  /** An answer with that status; the body is JSON, or a small HTML page. */
  | { status: number; body?: unknown; html?: boolean; headers?: Record<string, string> }
  /** The right answer, late; waits on the sandbox's clock. */
  | { delayMs: number }
  /** No answer until the sandbox closes. */
  | "hang"
  /** The connection closes without an answer. */
  | "drop"
  /** 200 with text that is not JSON. */
  | "garbage"
  /** The head and the first half of the right answer, then the connection closes. */
  | "truncate"
  /** 200 with the greeting of an unknown path. */
  | "greeting"
  /** 302 to another address. */
  | { redirect: string };

/** The current faults. */
export class FaultBook {
  #faults: { fault: Fault; left: number }[] = [];

  /** Sets a fault; returns a function that removes it. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  /** The first fault that affects a request; counts the request. */
  take(method: string, path: string, operationId: string | undefined): Fault | undefined {
    const entry = this.#faults.find(({ fault, left }) =>
      left > 0 &&
      (fault.operationId === undefined || fault.operationId === operationId) &&
      (fault.path === undefined || fault.path.test(path)) &&
      (fault.method === undefined || fault.method.toUpperCase() === method)
    );
    if (entry === undefined) return undefined;
    entry.left--;
    return entry.fault;
  }

  /** Removes all. */
  clear(): void {
    this.#faults = [];
  }
}
