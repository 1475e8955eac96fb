/** Most bytes of a request's body. */
const MAX_BODY_BYTES = 1024 * 1024;

/** How long a body may take to come. */
const BODY_TIMEOUT_MS = 15_000;

/** How many bodies may be under way at once, of all clients together. */
export interface BodyBounds {
  bodies: number;
  /** Bytes that have come of them, all together. */
  bytes: number;
}

/** What a process of ordinary size carries; a body under way costs about 200 KB, however little of it has come. */
export const BODY_BOUNDS: BodyBounds = { bodies: 1024, bytes: 64 * 1024 * 1024 };

/** Why a body was not read to its end. */
export type BodyProblem = "too_large" | "too_slow" | "no_room" | "cut_off";

/** A body was not read to its end. */
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
  /** Where it comes from: where there is too much, bodies from the same address give way first. */
  address?: string;
  /** Defaults to {@linkcode MAX_BODY_BYTES}. */
  maxBytes?: number;
  /** Milliseconds until the body must be there. Defaults to 15 s. */
  timeoutMs?: number;
}

interface BodyUnderWay {
  address: string;
  bytes: number;
  giveUp(problem: BodyProblem): void;
}

/**
 * Reads bodies before their senders are known. Where too much is under way, the oldest body of the address that has the
 * most gives way to the newest: an honest body comes at once, and slow senders take no room from others.
 */
export class BodyReader {
  readonly #bounds: BodyBounds;
  /** The oldest first. */
  readonly #underWay = new Set<BodyUnderWay>();
  #bytes = 0;

  constructor(bounds: BodyBounds = BODY_BOUNDS) {
    this.#bounds = bounds;
  }

  /**
   * Reads a body as text, never more of it than may be, nor for longer.
   *
   * @throws {BodyError}
   */
  async read(request: Request, options: ReadBodyOptions = {}): Promise<string> {
    const { address = "unknown", maxBytes = MAX_BODY_BYTES, timeoutMs = BODY_TIMEOUT_MS } = options;
    if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new BodyError("too_large");
    if (request.body === null) return "";
    const reader = request.body.getReader();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const body: BodyUnderWay = { address, bytes: 0, giveUp: (problem) => reject(new BodyError(problem)) };
    const timer = setTimeout(() => body.giveUp("too_slow"), timeoutMs);
    let pending: Promise<unknown> = Promise.resolve();
    const readNext = () => {
      const piece = readPiece(reader);
      pending = piece;
      return Promise.race([givenUp, piece]);
    };
    this.#enter(body);
    try {
      return await collect(readNext, maxBytes, (bytes) => this.#count(body, bytes));
    } catch (error) {
      void stopReading(reader, pending);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#leave(body);
    }
  }

  #enter(body: BodyUnderWay): void {
    this.#underWay.add(body);
    this.#makeRoom();
  }

  #count(body: BodyUnderWay, bytes: number): void {
    body.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  #leave(body: BodyUnderWay): void {
    if (this.#underWay.delete(body)) this.#bytes -= body.bytes;
  }

  #makeRoom(): void {
    while (this.#underWay.size > this.#bounds.bodies || this.#bytes > this.#bounds.bytes) {
      const oldest = this.#oldestOfMost(this.#bytes > this.#bounds.bytes);
      if (oldest === undefined) return;
      this.#leave(oldest);
      oldest.giveUp("no_room");
    }
  }

  /** The oldest body from the address that has the most bytes under way, or the most bodies. */
  #oldestOfMost(byBytes: boolean): BodyUnderWay | undefined {
    const counts = new Map<string, number>();
    for (const { address, bytes } of this.#underWay) {
      counts.set(address, (counts.get(address) ?? 0) + (byBytes ? bytes : 1));
    }
    const most = Math.max(...counts.values());
    for (const body of this.#underWay) if (counts.get(body.address) === most) return body;
    return undefined;
  }
}

/** A body breaks off where its client leaves, and where this server closes its door while the body is under way. */
async function readPiece(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    throw new BodyError("cut_off");
  }
}

/**
 * Ignores what the client still sends. A pending read ends with the answer to the request; cancelled before that, it would
 * keep its memory for good.
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
