import { Listeners } from "../listeners.ts";
import { subscribe, unsubscribe } from "./commands.ts";
import { RedisConnection } from "./connection.ts";
import type { RefusalWatch } from "./refusals.ts";
import type { Listener, Unsubscribe } from "../store.ts";

/** Subscriptions over their own connection. They are renewed after every reconnect. */
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
    const connection = await RedisConnection.open(url, (up) => up && subscriptions.#resubscribe());
    const subscriptions = new RedisSubscriptions(connection, listeners);
    connection.onMessage((channel, text) => listeners.deliver(channel, text));
    return subscriptions;
  }

  /** Reports the results of all further commands to a watch. */
  watch(refusals: RefusalWatch): void {
    this.#connection.watch(refusals);
  }

  /** Listens on a channel. Fails with a StoreError, at the latest after the command timeout; then the listener is removed. */
  async add(channel: string, listener: Listener): Promise<Unsubscribe> {
    const remove = this.#listeners.add(channel, listener);
    const leave = () => {
      remove();
      if (!this.#listeners.has(channel)) this.#unsubscribe(channel);
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

  /** A failure does no harm: an extra channel is ignored, and a lost connection has no channels. */
  #unsubscribe(channel: string): void {
    this.#connection.run(unsubscribe(channel)).catch(() => {});
  }

  /** A failure does no harm: a slow Redis carries this out later, and the next reconnect calls this again. */
  #resubscribe(): void {
    const channels = this.#listeners.channels();
    if (channels.length > 0) this.#connection.run(subscribe(...channels)).catch(() => {});
  }
}
