import { Listeners } from "../listeners.ts";
import { subscribe, unsubscribe } from "./commands.ts";
import { RedisConnection } from "./connection.ts";
import type { RefusalWatch } from "./refusals.ts";
import type { Listener, Unsubscribe } from "../store.ts";

/** Subscriptions over a connection of their own; they are made anew whenever it had to be. */
export class RedisSubscriptions {
  readonly #connection: RedisConnection;
  readonly #listeners: Listeners;

  private constructor(connection: RedisConnection, listeners: Listeners) {
    this.#connection = connection;
    this.#listeners = listeners;
  }

  /** Connects, or fails with a StoreError that names the cause. */
  static async open(url: string): Promise<RedisSubscriptions> {
    const listeners = new Listeners();
    const connection = await RedisConnection.open(url, (up) => up && subscriptions.#resume());
    const subscriptions = new RedisSubscriptions(connection, listeners);
    connection.onMessage((channel, text) => listeners.tell(channel, text));
    return subscriptions;
  }

  /** From now on lets a watch know what becomes of the commands. */
  watch(refusals: RefusalWatch): void {
    this.#connection.watch(refusals);
  }

  /** Listens. Fails with a StoreError, at the latest after the command timeout, and then listens to nothing. */
  async add(channel: string, listener: Listener): Promise<Unsubscribe> {
    const remove = this.#listeners.add(channel, listener);
    const leave = () => {
      remove();
      if (!this.#listeners.has(channel)) this.#forget(channel);
    };
    try {
      await this.#connection.run(subscribe(channel));
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#connection.close();
  }

  /** A channel too many does no harm, and a connection that is gone has none. */
  #forget(channel: string): void {
    this.#connection.run(unsubscribe(channel)).catch(() => {});
  }

  /** Where Redis is slow, it carries this out later; where it went away again, it is called again. */
  #resume(): void {
    const channels = this.#listeners.channels();
    if (channels.length > 0) this.#connection.run(subscribe(...channels)).catch(() => {});
  }
}
