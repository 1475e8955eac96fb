import { LineWriteError, type LineWriter } from "./line_writer.ts";

/** What {@linkcode LineBuffer} needs. */
export interface LineBufferOptions {
  writer: LineWriter;
  /** The line that says how many others were lost; without a line break. */
  lossLine: (count: number) => string;
}

/** Most lines and characters that wait while the descriptor takes nothing; beyond that the oldest lines are lost. */
const MAX_LINES = 2_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Most characters of one write, unless a single line is longer. An audit line waits for one write at most. */
const MAX_CHUNK = 32 * 1024;

/** After a write, lines are collected for so long, unless there are enough for a whole write. A write wakes a thread. */
const COLLECT_MS = 25;

/**
 * Writes many lines at once, and holds lines while a descriptor takes nothing. Adding a line never waits. A full buffer
 * drops its oldest lines and counts them; as soon as it can write again, a line says how many were lost.
 */
export class LineBuffer {
  readonly #options: LineBufferOptions;
  #lines: string[] = [];
  #characters = 0;
  #lost = 0;
  #unreported = 0;
  #writing: Promise<void> | undefined;
  #endCollecting: (() => void) | undefined;
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
    this.#countLost(dropped);
    if (this.#characters >= MAX_CHUNK) this.#endCollecting?.();
    this.#writing ??= this.#writeAll();
  }

  /** Takes no more lines; resolves once all are written or lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endCollecting?.();
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Lines that are added in the same turn of the event loop go out together.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      await this.#writeChunk();
      if (this.#characters < MAX_CHUNK && !this.#isClosed) await this.#collect();
    }
    this.#writing = undefined;
  }

  /** Waits for more lines. */
  async #collect(): Promise<void> {
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, COLLECT_MS);
    this.#endCollecting = resolve;
    await enough;
    this.#endCollecting = undefined;
    clearTimeout(timer);
  }

  async #writeChunk(): Promise<void> {
    const unreported = this.#unreported;
    const lossLines = unreported > 0 ? [this.#options.lossLine(unreported)] : [];
    const lines = [...lossLines, ...this.#takeChunk()];
    const text = lines.join("\n") + "\n";
    try {
      await this.#options.writer.write(text);
      this.#unreported -= unreported;
    } catch (error) {
      const whole = error instanceof LineWriteError ? wholeLines(text, error.written) : 0;
      if (lossLines.length > 0 && whole > 0) this.#unreported -= unreported;
      this.#countLost(lines.length - Math.max(whole, lossLines.length));
    }
  }

  /** Takes the oldest lines, as many as go into one write. */
  #takeChunk(): string[] {
    let count = 0;
    let size = 0;
    for (const { length } of this.#lines) {
      if (count > 0 && size + length > MAX_CHUNK) break;
      size += length;
      count++;
    }
    this.#characters -= size;
    return this.#lines.splice(0, count);
  }

  #countLost(count: number): void {
    this.#lost += count;
    this.#unreported += count;
  }
}

/** How many whole lines the first bytes of a text hold. */
function wholeLines(text: string, bytes: number): number {
  return new TextEncoder().encode(text).subarray(0, bytes).filter((byte) => byte === 0x0a).length;
}
