import type { RedisCommand } from "./commands.ts";
import { refusalOf } from "./error_replies.ts";

/** Called when Redis, though it answers, begins to refuse commands (with the reason) and when it takes them again. */
export type RefusalListener = (refuses: boolean, reason?: string) => void;

/** Least milliseconds between two tellings: a Redis at the edge of its memory comes and goes with every command. */
const QUIET_MS = 10_000;

/**
 * Commands that Redis runs only with its data at hand. A Redis that still loads them or has lost its master takes some
 * others all the same, among them those of channels.
 */
const NEEDS_DATA: ReadonlySet<string> = new Set(["get", "getdel", "set", "del", "xrevrange"]);

/**
 * Tells once that Redis refuses commands, and once that it takes them again: when a command gets through that the
 * reason would have stopped.
 */
export class RefusalWatch {
  readonly #onChange: RefusalListener;
  readonly #now: () => number;
  /** Whether this command, having succeeded, shows that the reason is gone; undefined while nothing is refused. */
  #isProof: ((command: string, hasWritten: boolean) => boolean) | undefined;
  #toldAt = -Infinity;

  /** @param now Milliseconds of a clock that never steps back. */
  constructor(onChange: RefusalListener, now: () => number = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** A command failed; `reason` says why, for people. */
  failed(command: string, error: unknown, reason: string): void {
    const stopped = refusalOf(error);
    if (stopped === undefined || this.#isProof !== undefined || this.#now() < this.#toldAt + QUIET_MS) return;
    this.#isProof = (name, hasWritten) => {
      if (stopped === "writes") return hasWritten;
      return stopped === "everything" ? NEEDS_DATA.has(name) : name === command;
    };
    this.#toldAt = this.#now();
    this.#onChange(true, reason);
  }

  /** A command succeeded. */
  succeeded<T>({ name, hasWritten }: RedisCommand<T>, reply: NoInfer<T>): void {
    if (!this.#isProof?.(name, hasWritten?.(reply) ?? false)) return;
    this.#isProof = undefined;
    this.#onChange(false);
  }
}
