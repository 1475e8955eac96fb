/** Writes lines to a descriptor, one write at a time; a failed write reports how much was written. */
import { Semaphore } from "../async/semaphore.ts";

/** Where bytes go: standard error, standard output, a file. */
export interface ByteSink {
  /** Writes some of the bytes and returns how many. Resolves once the operating system has taken them. */
  write(bytes: Uint8Array): Promise<number>;
  /** Flushes what was written to the disk. Left out where there is no disk. */
  syncData?(): Promise<void>;
}

/** Lines could not be written, or not all of them. */
export class LineWriteError extends Error {
  override readonly name = "LineWriteError";
  /** How many bytes of the lines were written. */
  readonly written: number;
  /** Whether all of their text was written, though perhaps not to the disk. */
  readonly isWhole: boolean;

  constructor({ written, isWhole, cause }: { written: number; isWhole: boolean; cause: unknown }) {
    super(cause instanceof Error ? cause.message : "The lines can't be written.", { cause });
    this.written = written;
    this.isWhole = isWhole;
  }
}

/** Lines of one descriptor. Writes take turns, in the order in which they came. */
export class LineWriter {
  readonly #sink: ByteSink;
  readonly #turn = new Semaphore(1);
  /** Whether the last write stopped inside a line. The next write ends that line first. */
  #isInsideLine: boolean;

  /** @param options `isInsideLine`: what the sink holds already may end with half a line. */
  constructor(sink: ByteSink, { isInsideLine = false } = {}) {
    this.#sink = sink;
    this.#isInsideLine = isInsideLine;
  }

  /**
   * Writes whole lines, each with its line break.
   *
   * @returns Once the operating system has taken them all.
   * @throws {LineWriteError} Where it has not taken all.
   */
  async write(lines: string): Promise<void> {
    const release = await this.#turn.acquire();
    try {
      await this.#write(lines);
    } finally {
      release();
    }
  }

  async #write(lines: string): Promise<void> {
    const start = this.#isInsideLine ? 1 : 0;
    const bytes = new TextEncoder().encode(start === 1 ? `\n${lines}` : lines);
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = await this.#sink.write(bytes.subarray(written));
        if (count === 0) throw new Error("The descriptor takes nothing more.");
        written += count;
      }
      this.#isInsideLine = false;
      await this.#sink.syncData?.();
    } catch (error) {
      if (written > 0 && written < bytes.length) this.#isInsideLine = bytes[written - 1] !== LINE_BREAK;
      // Where only the last line break is missing, all of the text is there.
      const isWhole = written >= bytes.length - 1;
      throw new LineWriteError({ written: Math.max(0, written - start), isWhole, cause: error });
    }
  }
}

const LINE_BREAK = 0x0a;
