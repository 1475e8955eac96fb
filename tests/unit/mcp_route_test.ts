import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { processBounds } from "../../src/identity/bounds.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { LoadLimit } from "../../src/http/load_limit.ts";
import { HeaderDoor } from "../../src/http/header_door.ts";
import { McpRoute } from "../../src/http/mcp_route.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";

Deno.test("a request that fails by an internal error releases its place", async () => {
  const ring = await KeyRing.create({ encryptionKeys: [crypto.getRandomValues(new Uint8Array(32))] });
  const load = new LoadLimit();
  const log = createLogger({ level: "ERROR", format: "json", write: () => {} });
  using bodies = new BodyReader();
  const route = new McpRoute({
    endpoint: { fetch: () => Promise.reject(new TypeError("a mistake")) },
    door: new HeaderDoor({
      customerIds: new CustomerIds(ring),
      isKnown: () => false,
      isTool: () => false,
      bounds: processBounds(parseConfig({})),
    }),
    load,
    acceptance: { isKnown: () => false, isAccepted: () => Promise.resolve(false) },
    folded: new FoldedLog({ log }),
    bodies,
    isDraining: () => false,
  });
  const request = new Request("http://127.0.0.1/mcp", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "*/*" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });

  const ignored = () => {};

  const answer = route.fetch(request, {
    requestId: "1",
    pathname: "/mcp",
    address: "127.0.0.1",
    log,
    note: ignored,
    known: ignored,
    limited: ignored,
  });

  await assert.rejects(answer, /a mistake/);
  assert.equal(load.inside, 0);
});
