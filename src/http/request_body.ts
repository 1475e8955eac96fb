import { Member, OldestFirst } from "../async/oldest_first.ts";

/** The most bytes of a request body. */
const MAX_BODY_BYTES = 1024 * 1024;

/** How long a body may take to arrive. */
const BODY_TIMEOUT_MS = 15_000;

/**
 * A body that says it has at most so many bytes is read in one piece, which costs a third. It counts with all its bytes
 * from the start. However many such bodies are in transfer, they leave room for others.
 */
const MAX_PIECE_BYTES = 16 * 1024;

/** How much may be in transfer at once, of all clients together. */
export interface BodyBounds {
  bodies: number;
  /** Bytes received of these bodies, all together. */
  bytes: number;
  /** Milliseconds within which a body must be complete. Defaults to 15 s. */
  timeoutMs?: number;
}

/** What a process of ordinary size carries. A body in transfer costs about 200 KB, even if little of it has arrived. */
export const BODY_BOUNDS: BodyBounds = { bodies: 1024, bytes: 64 * 1024 * 1024 };

/** Why a body was not read completely. */
export type BodyProblem = "too_large" | "too_slow" | "no_room" | "cut_off";

/** A body was not read completely. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly problem: BodyProblem;

  constructor(problem: BodyProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** How a body is read. */
export interface ReadBodyOptions {
  /** The client's address. If there is too much in transfer, the address with the most loses a body first. */
  address?: string;
  /** Defaults to {@linkcode MAX_BODY_BYTES}. */
  maxBytes?: number;
}

class PendingBody extends Member<PendingBody> {
  readonly address: string;
  bytes: number;
  /** When its time is up, on the clock of `performance.now`. */
  readonly endsAt: number;
  readonly #reject: (error: BodyError) => void;

  constructor(address: string, bytes: number, endsAt: number, reject: (error: BodyError) => void) {
    super();
    this.address = address;
    this.bytes = bytes;
    this.endsAt = endsAt;
    this.#reject = reject;
  }

  giveUp(problem: BodyProblem): void {
    this.#reject(new BodyError(problem));
  }
}

/**
 * Reads bodies of unknown senders, within bounds. Beyond the bounds, the oldest body of the address with the most in
 * transfer is given up: honest bodies arrive at once, so slow senders can't take the room of others.
 */
export class BodyReader implements Disposable {
  readonly #bounds: BodyBounds;
  readonly #timeoutMs: number;
  /** Oldest first. */
  readonly #pending = new OldestFirst<PendingBody>();
  #bytes = 0;
  /** One timer for all bodies, since most arrive long before it. It goes on for a while after the last one. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bounds: BodyBounds = BODY_BOUNDS) {
    this.#bounds = bounds;
    this.#timeoutMs = bounds.timeoutMs ?? BODY_TIMEOUT_MS;
  }

  /**
   * Reads a body as text, within the bounds on size and time.
   *
   * @throws {BodyError} If the body is too large or too slow, breaks off, or has to make room for others.
   */
  read(request: Request, { address = "unknown", maxBytes = MAX_BODY_BYTES }: ReadBodyOptions = {}): Promise<string> {
    const length = Number(request.headers.get("content-length") ?? NaN);
    if (length > maxBytes) return Promise.reject(new BodyError("too_large"));
    const isSmall = length >= 0 && length <= MAX_PIECE_BYTES;
    return isSmall ? this.#readWhole(request, address, length) : this.#readInPieces(request, address, maxBytes);
  }

  /** Stops the timer. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  /** Reads a body whose length is known and small. It breaks off if the client leaves, or if the server shuts down. */
  #readWhole(request: Request, address: string, length: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const body = this.#enter(address, length, reject);
      request.text().then(
        (text) => {
          this.#leave(body);
          resolve(text);
        },
        () => {
          this.#leave(body);
          body.giveUp("cut_off");
        },
      );
    });
  }

  async #readInPieces(request: Request, address: string, maxBytes: number): Promise<string> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const body = this.#enter(address, 0, reject);
    try {
      return await this.#collect(request, body, maxBytes, givenUp);
    } finally {
      this.#leave(body);
    }
  }

  async #collect(request: Request, body: PendingBody, maxBytes: number, givenUp: Promise<never>): Promise<string> {
    if (request.body === null) return "";
    const reader = request.body.getReader();
    let pending: Promise<unknown> = Promise.resolve();
    const readNext = () => {
      const piece = readPiece(reader);
      pending = piece;
      return Promise.race([givenUp, piece]);
    };
    try {
      return await collect(readNext, maxBytes, (bytes) => this.#count(body, bytes));
    } catch (error) {
      void stopReading(reader, pending);
      throw error;
    }
  }

  #enter(address: string, bytes: number, reject: (error: BodyError) => void): PendingBody {
    const body = new PendingBody(address, bytes, performance.now() + this.#timeoutMs, reject);
    this.#pending.add(body);
    this.#bytes += bytes;
    this.#timer ??= setTimeout(() => this.#endDue(), this.#timeoutMs);
    this.#makeRoom();
    return body;
  }

  /** Gives up the bodies whose time is up. */
  #endDue(): void {
    const now = performance.now();
    this.#timer = undefined;
    for (let body = this.#pending.oldest; body !== undefined; body = this.#pending.oldest) {
      if (body.endsAt > now) {
        this.#timer = setTimeout(() => this.#endDue(), body.endsAt - now);
        return;
      }
      this.#leave(body);
      body.giveUp("too_slow");
    }
  }

  #count(body: PendingBody, bytes: number): void {
    body.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  #leave(body: PendingBody): void {
    if (this.#pending.remove(body)) this.#bytes -= body.bytes;
  }

  #makeRoom(): void {
    while (this.#pending.size > this.#bounds.bodies || this.#bytes > this.#bounds.bytes) {
      const oldest = this.#oldestOfMost(this.#bytes > this.#bounds.bytes);
      if (oldest === undefined) return;
      this.#leave(oldest);
      oldest.giveUp("no_room");
    }
  }

  /** The oldest body from the address with the most bytes, or the most bodies, in transfer. */
  #oldestOfMost(byBytes: boolean): PendingBody | undefined {
    const counts = new Map<string, number>();
    for (const { address, bytes } of this.#pending) {
      counts.set(address, (counts.get(address) ?? 0) + (byBytes ? bytes : 1));
    }
    const most = Math.max(...counts.values());
    for (const body of this.#pending) if (counts.get(body.address) === most) return body;
    return undefined;
  }
}

/** Reads a piece. It fails if the client leaves, or if the server shuts down during the transfer. */
async function readPiece(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    throw new BodyError("cut_off");
  }
}

/**
 * Ignores what the client still sends. A pending read ends when the request is answered; cancelling it earlier would
 * leak its memory.
 */
async function stopReading(reader: ReadableStreamDefaultReader<Uint8Array>, pending: Promise<unknown>): Promise<void> {
  await Promise.allSettled([pending]);
  await reader.cancel().catch(() => {});
}

async function collect(
  readNext: () => Promise<ReadableStreamReadResult<Uint8Array>>,
  maxBytes: number,
  count: (bytes: number) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let next = await readNext(); !next.done; next = await readNext()) {
    size += next.value.byteLength;
    if (size > maxBytes) throw new BodyError("too_large");
    count(next.value.byteLength);
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}
