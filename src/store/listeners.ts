import type { Listener, Unsubscribe } from "./store.ts";

/** The listeners on each channel, within this process. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Listener>>();

  /** The channels with a listener. */
  channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  /** Whether a channel has a listener. */
  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  /** Adds a listener; the same function may be added more than once. */
  add(channel: string, listener: Listener): Unsubscribe {
    const entry: Listener = (text) => listener(text);
    const entries = this.#byChannel.get(channel) ?? new Set<Listener>();
    this.#byChannel.set(channel, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#byChannel.get(channel) === entries) this.#byChannel.delete(channel);
    };
  }

  /** Calls all listeners on a channel, except those that are removed before their turn. */
  deliver(channel: string, text: string): void {
    for (const listener of this.#byChannel.get(channel) ?? []) listener(text);
  }

  /** Removes all listeners. */
  clear(): void {
    this.#byChannel.clear();
  }
}
