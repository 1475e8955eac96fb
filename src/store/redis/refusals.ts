import type { RedisCommand } from "./commands.ts";
import { refusalScope } from "./error_replies.ts";

/** Called when Redis answers but begins to refuse commands (with the reason), and when it takes them again. */
export type RefusalListener = (refuses: boolean, reason?: string) => void;

/** Least milliseconds between two reports of refusals: Redis with full memory may change state with every command. */
const QUIET_MS = 10_000;

/**
 * Commands that Redis runs only with its data at hand. A Redis that still loads its data, or has lost its master, takes
 * some other commands, such as those of channels.
 */
const NEEDS_DATA: ReadonlySet<string> = new Set(["get", "getrange", "getdel", "set", "del", "xrevrange"]);

/**
 * Reports once that Redis refuses commands, and once that it takes them again: after the first success of a command that
 * the reason would have stopped.
 */
export class RefusalWatch {
  readonly #onChange: RefusalListener;
  readonly #now: () => number;
  /** Whether a success of this command shows that the reason is gone; undefined while Redis refuses nothing. */
  #showsRecovery: ((command: string, hasWritten: boolean) => boolean) | undefined;
  #reportedAt = -Infinity;

  /** @param now Milliseconds of a clock that never steps back. */
  constructor(onChange: RefusalListener, now: () => number = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Call this after a command failed; `reason` explains it to people. */
  failed(command: string, error: unknown, reason: string): void {
    const scope = refusalScope(error);
    if (scope === undefined || this.#showsRecovery !== undefined || this.#now() < this.#reportedAt + QUIET_MS) return;
    this.#showsRecovery = (name, hasWritten) => {
      if (scope === "writes") return hasWritten;
      return scope === "everything" ? NEEDS_DATA.has(name) : name === command;
    };
    this.#reportedAt = this.#now();
    this.#onChange(true, reason);
  }

  /** Call this after a command succeeded. */
  succeeded<T>({ name, hasWritten }: RedisCommand<T>, reply: NoInfer<T>): void {
    if (!this.#showsRecovery?.(name, hasWritten?.(reply) ?? false)) return;
    this.#showsRecovery = undefined;
    this.#onChange(false);
  }
}
