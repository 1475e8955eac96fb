import type * as z from "zod";
import type { Box, BoxContext } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";
import type { SealedValue } from "./sealed.ts";
import type { Channel, Store, Unsubscribe } from "./store.ts";

/**
 * The store's channels with sealed messages. A message opens only for the customer, kind and name of its channel. A
 * message that does not open, or does not match the listener's schema, is dropped.
 */
export class SealedChannels {
  readonly #store: Store;
  readonly #box: Box;

  constructor(store: Store, box: Box) {
    this.#store = store;
    this.#box = box;
  }

  /** Sends a value to all listeners, and returns how many replicas have one. */
  async publish(channel: Channel, value: SealedValue): Promise<number> {
    return await this.#store.publish(channel, await this.#box.seal(JSON.stringify(value), contextOf(channel)));
  }

  /** Listens on a channel. The listener must not throw. */
  async subscribe<T>(channel: Channel, schema: z.ZodType<T>, listener: (value: T) => void): Promise<Unsubscribe> {
    return await this.#store.subscribe(channel, async (sealed) => {
      const text = await this.#box.open(sealed, contextOf(channel));
      const value = text === undefined ? undefined : readJson(text, schema);
      if (value !== undefined) listener(value);
    });
  }
}

function contextOf({ kind, customer, name }: Channel): BoxContext {
  return { customer, purpose: `channel:${kind}:${name}` };
}
