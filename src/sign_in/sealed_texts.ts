import type * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";

/** A value that lives until a time, in milliseconds since the epoch. */
export interface Expiring {
  expiresAt: number;
}

/** Most characters that are opened. */
const MAX_TEXT = 60_000;

/**
 * Texts that leave the server and come back: tokens, codes and forms. Each is sealed for one purpose, and expires. To
 * others it is opaque.
 */
export class SealedTexts<T extends Expiring> {
  readonly #box: Box;
  readonly #clock: Clock;
  readonly #purpose: string;
  readonly #schema: z.ZodType<T>;

  constructor(options: { box: Box; clock: Clock; purpose: string; schema: z.ZodType<T> }) {
    this.#box = options.box;
    this.#clock = options.clock;
    this.#purpose = options.purpose;
    this.#schema = options.schema;
  }

  /** The sealed text of a value. */
  seal(value: T): Promise<string> {
    return this.#box.seal(JSON.stringify(value), this.#context);
  }

  /** The value; undefined if the text is not genuine, is for something else, or has expired. */
  async open(text: string): Promise<T | undefined> {
    const opened = text.length > MAX_TEXT ? undefined : await this.#box.open(text, this.#context);
    const value = opened === undefined ? undefined : readJson(opened, this.#schema);
    return value !== undefined && this.#clock.now() < value.expiresAt ? value : undefined;
  }

  get #context() {
    return { customer: "shared", purpose: this.#purpose };
  }
}
