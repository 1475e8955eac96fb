/** What a start takes for the packages alone: those of each start are loaded, and the SDK answers. Argument: port. */
import { configure } from "@logtape/logtape";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import MiniSearch from "minisearch";
import { stemmer } from "stemmer";
import * as z from "zod";

/** Named here so that one file has them: it would leave out what nothing uses. */
const PACKAGES = { configure, ipaddr, LRUCache, MiniSearch, stemmer, schema: z.object({ name: z.string() }) };

function makeServer(): Server {
  const server = new Server({ name: "packages", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: [] }));
  return server;
}

const [port] = Deno.args;
const handler = createMcpHandler(makeServer);
Deno.serve(
  { hostname: "127.0.0.1", port: Number(port), onListen: () => {} },
  (request) => request.method === "GET" ? Response.json(Object.keys(PACKAGES)) : handler.fetch(request),
);
