import { LineWriteError, type LineWriter } from "./line_writer.ts";

/** What {@linkcode LineBuffer} needs. */
export interface LineBufferOptions {
  writer: LineWriter;
  /** The line that says how many others were lost; without a line break. */
  lossLine: (count: number) => string;
}

/** Most lines and bytes that wait while the descriptor takes nothing; beyond that the oldest are lost. */
const MAX_LINES = 2_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Most characters of one write, a single longer line aside: an audit line waits for one write at most. */
const MAX_CHUNK = 16 * 1024;

/**
 * Lines that wait for a descriptor which takes nothing at the moment. Adding one never waits. Where there is no room the
 * oldest are lost; they are counted, and a line says how many as soon as one can be written.
 */
export class LineBuffer {
  readonly #options: LineBufferOptions;
  #lines: string[] = [];
  #characters = 0;
  #lost = 0;
  #unsaid = 0;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LineBufferOptions) {
    this.#options = options;
  }

  /** How many lines were lost since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds a line without its line break, and begins to write. */
  add(line: string): void {
    if (this.#isClosed) return;
    this.#lines.push(line);
    this.#characters += line.length;
    let dropped = 0;
    while (this.#lines.length > MAX_LINES || (this.#characters > MAX_CHARACTERS && this.#lines.length > 1)) {
      this.#characters -= this.#lines.shift()?.length ?? 0;
      dropped++;
    }
    this.#lose(dropped);
    this.#writing ??= this.#writeAll();
  }

  /** Takes nothing more; resolves once everything is written or lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Lines that are added in the same turn of the event loop go out together.
    await Promise.resolve();
    while (this.#lines.length > 0) await this.#writeChunk();
    this.#writing = undefined;
  }

  async #writeChunk(): Promise<void> {
    const unsaid = this.#unsaid;
    const lines = unsaid > 0 ? [this.#options.lossLine(unsaid)] : [];
    const own = lines.length;
    let size = 0;
    for (let next = this.#lines[0]; next !== undefined; next = this.#lines[0]) {
      if (size > 0 && size + next.length > MAX_CHUNK) break;
      size += next.length;
      lines.push(next);
      this.#lines.shift();
    }
    this.#characters -= size;
    const text = lines.map((line) => `${line}\n`).join("");
    try {
      await this.#options.writer.write(text);
      this.#unsaid -= unsaid;
    } catch (error) {
      const whole = error instanceof LineWriteError ? wholeLines(text, error.written) : 0;
      if (own > 0 && whole > 0) this.#unsaid -= unsaid;
      this.#lose(lines.length - Math.max(whole, own));
    }
  }

  #lose(count: number): void {
    this.#lost += count;
    this.#unsaid += count;
  }
}

/** How many lines stand whole within the first bytes of a text. */
function wholeLines(text: string, bytes: number): number {
  return new TextEncoder().encode(text).subarray(0, bytes).filter((byte) => byte === 0x0a).length;
}
