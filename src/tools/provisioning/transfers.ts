/** Offering a server to another Cloudways account. */
import * as z from "zod";
import { looseObject, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { serverInput } from "../define/inputs.ts";
import { anyReply, record } from "../define/outputs.ts";
import { countApps, onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { emailAddress } from "../define/validators.ts";

const offerServerTransfer = defineAskingTool({
  name: "offer_server_transfer",
  title: "Offer a server to another account",
  toolset: "provisioning",
  effect: "destructive",
  undo: { instead: "cancel_server_transfer withdraws it, until the other account accepts." },
  description:
    "Offers a server to another Cloudways account, by the e-mail address of its owner: ownership, all applications and " +
    "billing go over once they accept. A person has to approve it by typing the server's label.",
  input: () =>
    z.strictObject({
      ...serverInput,
      email: emailAddress.describe("Owner of the other account, which must be a paid one: owner@example.com"),
    }),
  output: () => z.looseObject({ ...serverOutput, email: z.string(), next_step: z.string() }),
  facts: serverFacts,
  question: (facts, { email }) => ({
    headline: `Offer server ${facts.server.id} with ${countApps(facts)} to another Cloudways account, which will be ` +
      "billed for it; the price is not known here.",
    ...onServer(facts),
    consequences: [
      "Once they accept, the server is gone from this account: applications, databases, backups and passwords are theirs.",
      "It can be called off only until they accept. After that it can't be undone from here.",
    ],
    facts: [{ name: "Offered to", values: [email], isFirst: true }],
  }),
  goneForGood: ({ server }) => server,
  handler: async ({ email }, { account }, { server }) => {
    await account.write({
      operation: "server_transfer_request",
      method: "POST",
      path: path`/server_transfer/request`,
      form: { server_id: server.id, email },
      reply: anyReply,
    });
    return {
      ...namesOfServer(server),
      email,
      next_step: "get_server_transfer shows whether the offer is open; cancel_server_transfer withdraws it.",
    };
  },
});

const receiver = z.object({ name: looseText, email: looseText });

/** An empty object comes as an empty list. The other account stands there while an offer is open. */
const transferReply = looseObject({ share: z.unknown().optional(), transfer: z.unknown().optional() })
  .transform(({ share, transfer }) => ({ share: share ?? null, transfer: receiver.safeParse(transfer).data ?? null }));

const getServerTransfer = defineTool({
  name: "get_server_transfer",
  title: "State of a server transfer",
  toolset: "provisioning",
  effect: "read",
  description:
    "Shows whether a server is offered to another account, and to whom. Once it was accepted the server is " +
    "not in this account any more.",
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, is_offered: z.boolean(), offered_to: record.nullable() }),
  handler: async ({ server_id }, { account }) => {
    const server = await account.server(server_id);
    const { transfer, share } = await account.read({
      operation: "server_transfer_status_get",
      path: path`/server_transfer/status`,
      form: { server_id: server.id },
      reply: transferReply,
    });
    const offered_to = transfer && { name: transfer.name, email: transfer.email };
    return { ...namesOfServer(server), is_offered: transfer !== null, offered_to, ...(share !== null && { share }) };
  },
});

const cancelServerTransfer = defineTool({
  name: "cancel_server_transfer",
  title: "Withdraw a server transfer",
  toolset: "provisioning",
  effect: "write",
  undo: { instead: "offer_server_transfer offers it again." },
  description: "Withdraws the offer of a server to another account, as long as they have not accepted it.",
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, message: z.string() }),
  handler: async ({ server_id }, { account }) => {
    const server = await account.server(server_id);
    await account.write({
      operation: "server_transfer_cancel",
      method: "POST",
      path: path`/server_transfer/cancel`,
      form: { server_id: server.id },
      reply: anyReply,
    });
    return { ...namesOfServer(server), message: "The offer is withdrawn. The server stays in this account." };
  },
});

/** The tools of this file. */
export const transfersTools: readonly Tool[] = [offerServerTransfer, getServerTransfer, cancelServerTransfer];
