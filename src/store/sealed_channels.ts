import type { Box, BoxContext } from "../crypto/box.ts";
import type { Channel, Listener, Store, Unsubscribe } from "./store.ts";

/**
 * The store's channels, with everything sealed: what is told opens only for the customer, kind and name of the channel
 * it was told on. What does not open is not heard.
 */
export class SealedChannels {
  readonly #store: Store;
  readonly #box: Box;

  constructor(store: Store, box: Box) {
    this.#store = store;
    this.#box = box;
  }

  /** Tells whoever listens, and says on how many replicas that is. */
  async publish(channel: Channel, text: string): Promise<number> {
    return await this.#store.publish(channel, await this.#box.seal(text, contextOf(channel)));
  }

  /** Listens on a channel. */
  async subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe> {
    return await this.#store.subscribe(channel, (sealed) => void this.#open(sealed, channel, listener));
  }

  async #open(sealed: string, channel: Channel, listener: Listener): Promise<void> {
    const text = await this.#box.open(sealed, contextOf(channel));
    if (text !== undefined) listener(text);
  }
}

function contextOf({ kind, customer, name }: Channel): BoxContext {
  return { customer, purpose: `channel:${kind}:${name}` };
}
