/** Most bytes of a request's body. */
const MAX_BODY_BYTES = 1024 * 1024;

/** How long a body may take to come. */
const BODY_TIMEOUT_MS = 15_000;

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
  /** Defaults to {@linkcode MAX_BODY_BYTES}. */
  maxBytes?: number;
  /** Milliseconds until the body must be there. Defaults to 15 s. */
  timeoutMs?: number;
  /** Asked for room for each piece that comes; false refuses the body. */
  buffer?: (bytes: number) => boolean;
}

/**
 * Reads a body as text, never more of it than may be, nor for longer.
 *
 * @throws {BodyError}
 */
export async function readBody(request: Request, options: ReadBodyOptions = {}): Promise<string> {
  const { maxBytes = MAX_BODY_BYTES, timeoutMs = BODY_TIMEOUT_MS, buffer = () => true } = options;
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new BodyError("too_large");
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const tooSlow = Promise.withResolvers<never>();
  const timer = setTimeout(() => tooSlow.reject(new BodyError("too_slow")), timeoutMs);
  try {
    return await collect(() => Promise.race([readPiece(reader), tooSlow.promise]), maxBytes, buffer);
  } catch (error) {
    // Whoever sends on is not listened to any more.
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
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

async function collect(
  read: () => Promise<ReadableStreamReadResult<Uint8Array>>,
  maxBytes: number,
  buffer: (bytes: number) => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let next = await read(); !next.done; next = await read()) {
    size += next.value.byteLength;
    if (size > maxBytes) throw new BodyError("too_large");
    if (!buffer(next.value.byteLength)) throw new BodyError("no_room");
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}
