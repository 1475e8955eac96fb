import type { SecretHider } from "../text/redaction/hider.ts";
import { type JsonLines, NO_FIELDS, type ReadyFields } from "./json_lines.ts";

/**
 * Fields of a logger, after those of the logger that it was made from. Most loggers write one line or none, so nothing
 * is put together before a line needs it.
 */
export class FieldChain {
  readonly #before: FieldChain | undefined;
  readonly #own: Readonly<Record<string, unknown>>;
  /** The fields as part of a line; null if a line can't be put together from them. */
  #ready: ReadyFields | null | undefined;

  constructor(before?: FieldChain, own: Readonly<Record<string, unknown>> = {}) {
    this.#before = before;
    this.#own = own;
  }

  /** All fields; later ones win. With `first`, only those that were added to it. */
  all(first?: FieldChain): Record<string, unknown> {
    if (this === first) return {};
    return { ...this.#before?.all(first), ...this.#own };
  }

  /** All fields as part of a line; undefined if a line can't be put together from them. */
  ready(lines: JsonLines, hider: SecretHider): ReadyFields | undefined {
    if (this.#ready === undefined) {
      const before = this.#before === undefined ? NO_FIELDS : this.#before.ready(lines, hider);
      this.#ready = (before && lines.add(before, this.#own, hider)) ?? null;
    }
    return this.#ready ?? undefined;
  }
}
