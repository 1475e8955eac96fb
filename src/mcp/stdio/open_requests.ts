import { isJSONRPCNotification, isJSONRPCRequest, type JSONRPCMessage } from "@modelcontextprotocol/server";
import { memberOf } from "../../text/member.ts";

/** The requests of one connection that are not answered yet. */
export class OpenRequests {
  readonly #open = new Map<unknown, PromiseWithResolvers<void>>();

  /** Notes a message from the client: a request opens one, and a cancellation closes one, which is never answered. */
  received(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      // A listen request stays open until the connection ends.
      if (message.method !== "subscriptions/listen") this.#open.set(message.id, Promise.withResolvers());
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      this.answered(memberOf(message.params, "requestId"));
    }
  }

  /** Notes that the answer to a request was sent. */
  answered(id: unknown): void {
    this.#open.get(id)?.resolve();
    this.#open.delete(id);
  }

  /** Resolves when every request that is open now is answered. */
  async allAnswered(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ promise }) => promise));
  }
}
