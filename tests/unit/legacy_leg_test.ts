import assert from "node:assert/strict";
import { Server } from "@modelcontextprotocol/server";
import { systemClock } from "../../src/async/clock.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { LateHeads } from "../../src/mcp/late_answer.ts";
import { LegacyLeg } from "../../src/mcp/legacy_leg.ts";
import { Relay } from "../../src/mcp/relay.ts";
import { type ClientDeclaration, SessionIds } from "../../src/mcp/session_id.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";

/** Takes longer than the head of a call's answer, as anything may if the process was suspended. */
class LateSessionIds extends SessionIds {
  override async issue(declaration: ClientDeclaration): Promise<string | undefined> {
    await systemClock.sleep(1_500);
    return await super.issue(declaration);
  }
}

Deno.test("the answer to initialize carries the session id, however late it is", async () => {
  await using store = new MemoryStore({ clock: systemClock });
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const onError = () => {};
  using heads = new LateHeads();
  const leg = new LegacyLeg<null>({
    createServer: () => new Server({ name: "leg", version: "1.0.0" }, { capabilities: { tools: {} } }),
    isSlow: () => false,
    secretsOf: () => [],
    askerOf: () => undefined,
    sessionIds: new LateSessionIds(ring),
    relay: new Relay({ store, box: new Box(ring), clock: systemClock, onError }),
    onError,
  }, heads);
  const request = new Request("http://127.0.0.1/mcp", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  });
  const clientInfo = { name: "late", version: "1.0.0" };
  const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };

  const response = await leg.fetch(request, { jsonrpc: "2.0", id: 1, method: "initialize", params }, null, {
    json: true,
    stream: true,
  });
  await response.body?.cancel();

  assert.match(response.headers.get("mcp-session-id") ?? "none", /^v1\./);
});
