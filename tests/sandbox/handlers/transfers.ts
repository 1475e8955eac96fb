import { type Handlers, text } from "../call.ts";
import { invalidField, refused } from "../refusals.ts";

/** Offers of a server to another account. In the sandbox nobody accepts one. */
export const transferHandlers: Handlers = {
  server_transfer_request(call) {
    const { server, account } = call;
    const email = text(call, "email");
    if (email === account.email) throw invalidField("email", "different", "The email must be that of another account.");
    if (server.transfer !== null) throw refused("This server is offered already.");
    server.transfer = { id: 123, email };
    return { status: true };
  },
  server_transfer_status_get({ server: { transfer } }) {
    if (transfer === null) return { share: null, transfer: null };
    return { share: null, transfer: { id: String(transfer.id), name: "Receiving user", email: transfer.email } };
  },
  server_transfer_cancel({ server }) {
    if (server.transfer === null) throw refused("This server is not offered.");
    server.transfer = null;
    return { status: true };
  },
};
