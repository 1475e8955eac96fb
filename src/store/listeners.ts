import type { Listener, Unsubscribe } from "./store.ts";

/** Who listens on which channel, within this process. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Listener>>();

  /** The channels somebody listens on. */
  channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  /** Whether anybody listens on a channel. */
  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  /** Adds one; the same function may be added more than once. */
  add(channel: string, listener: Listener): Unsubscribe {
    const entry: Listener = (text) => listener(text);
    const entries = this.#byChannel.get(channel) ?? new Set<Listener>();
    this.#byChannel.set(channel, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#byChannel.get(channel) === entries) this.#byChannel.delete(channel);
    };
  }

  /** Lets everybody on a channel hear a text, except who has left by the time it is his turn. */
  tell(channel: string, text: string): void {
    for (const listener of this.#byChannel.get(channel) ?? []) listener(text);
  }

  /** Forgets everybody. */
  clear(): void {
    this.#byChannel.clear();
  }
}
