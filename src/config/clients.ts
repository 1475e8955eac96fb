/** How the clients that the operator names are read. */
import * as z from "zod";
import { clientName, type PinnedClient, redirectsSchema } from "../identity/oauth_client.ts";
import { readJson } from "../text/read_json.ts";
import { fail, type Reader } from "./values.ts";

const clientsSchema = z.array(z.strictObject({
  client_id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  client_name: z.string().min(1).max(200),
  redirect_uris: redirectsSchema,
})).min(1).max(50);

const EXAMPLE = '[{"client_id":"acme","client_name":"Acme","redirect_uris":["https://acme.example.com/callback"]}]';

/** A JSON list of clients, in the words of OAuth's registration. */
export const pinnedClients: Reader<PinnedClient[]> = z.string().transform((text, context) => {
  const clients = readJson(text, clientsSchema);
  if (clients === undefined) return fail(context, `must be a JSON list of clients, such as ${EXAMPLE}`);
  if (new Set(clients.map(({ client_id }) => client_id)).size < clients.length) {
    return fail(context, "names one client_id twice");
  }
  return clients.map(({ client_id, client_name, redirect_uris }) => (
    { id: client_id, name: clientName(client_name), redirects: redirect_uris }
  ));
});
