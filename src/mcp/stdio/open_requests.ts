import { isJSONRPCNotification, isJSONRPCRequest, type JSONRPCMessage } from "@modelcontextprotocol/server";
import { memberOf } from "../../text/member.ts";

/** The requests of one connection that an answer is due to. */
export class OpenRequests {
  readonly #open = new Map<unknown, PromiseWithResolvers<void>>();

  /** A message of the client was heard: a request, or the end of one that is never answered then. */
  heard(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      // This one stays open as long as the connection does, and is answered when that ends.
      if (message.method !== "subscriptions/listen") this.#open.set(message.id, Promise.withResolvers());
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      this.answered(memberOf(message.params, "requestId"));
    }
  }

  /** The answer has left. */
  answered(id: unknown): void {
    this.#open.get(id)?.resolve();
    this.#open.delete(id);
  }

  /** Resolves when every request is answered that is open now. */
  async allAnswered(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ promise }) => promise));
  }
}
