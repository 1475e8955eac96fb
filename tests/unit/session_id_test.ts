import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { type ClientDeclaration, SessionIds } from "../../src/mcp/session_id.ts";

const OLD_KEY = new Uint8Array(32).fill(1);
const NEW_KEY = new Uint8Array(32).fill(2);

const CLIENT: ClientDeclaration = {
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: {} },
  name: "test",
  version: "1.0.0",
};

async function sessionIds(...encryptionKeys: Uint8Array[]): Promise<SessionIds> {
  return new SessionIds(await KeyRing.create({ encryptionKeys }));
}

async function issue(ids: SessionIds, client: Partial<ClientDeclaration> = {}): Promise<string> {
  const id = await ids.issue({ ...CLIENT, ...client });
  assert.ok(id);
  return id;
}

Deno.test("a session id remembers the revision, the client and what it can be asked", async () => {
  const ids = await sessionIds(OLD_KEY);
  const capabilities = {
    elicitation: { form: { applyDefaults: true }, url: {} },
    sampling: { tools: {} },
    roots: { listChanged: true },
    experimental: { much: "more" },
  };

  const memo = await ids.read(await issue(ids, { capabilities }));

  assert.ok(memo);
  const { nonce, ...rest } = memo;
  assert.match(nonce, /^[0-9a-f]{32}$/);
  assert.deepEqual(rest, {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} },
    clientInfo: { name: "test", version: "1.0.0" },
  });
});

Deno.test("an elicitation capability without members means forms", async () => {
  const ids = await sessionIds(OLD_KEY);

  const memo = await ids.read(await issue(ids, { capabilities: { elicitation: {} } }));

  assert.deepEqual(memo?.capabilities, { elicitation: { form: {} } });
});

Deno.test("a session id longer than 1 KiB is refused, even one that verifies", async () => {
  const ring = await KeyRing.create({ encryptionKeys: [OLD_KEY] });
  const ids = new SessionIds(ring);
  const memo = await ids.read(await issue(ids));
  assert.ok(memo);
  const signed = async (name: string) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...memo, clientInfo: { name, version: "1" } }));
    const text = `v1.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
    const { first } = await ring.keys("session");
    const mac = await crypto.subtle.sign("HMAC", first.key, new TextEncoder().encode(text));
    return `${text}.${new Uint8Array(mac).toHex()}`;
  };

  assert.equal((await ids.read(await signed("short")))?.clientInfo.name, "short");
  assert.equal(await ids.read(await signed("x".repeat(1000))), undefined);
});

Deno.test("a client that can't be asked gets no session id", async () => {
  const ids = await sessionIds(OLD_KEY);
  const declarations = [undefined, null, "elicitation", {}, { sampling: {} }, { elicitation: true }, {
    elicitation: { hologram: {} },
  }];

  for (const capabilities of declarations) {
    assert.equal(await ids.issue({ ...CLIENT, capabilities }), undefined, JSON.stringify(capabilities));
  }
});

Deno.test("session ids differ, even for the same client", async () => {
  const ids = await sessionIds(OLD_KEY);

  const [one, other] = [await issue(ids), await issue(ids)];

  assert.notEqual(one, other);
  assert.notEqual((await ids.read(one))?.nonce, (await ids.read(other))?.nonce);
});

Deno.test("a session id is visible ASCII and at most 1 KiB, whatever the client is called", async () => {
  const ids = await sessionIds(OLD_KEY);
  const text = fc.oneof(
    fc.string({ unit: "binary", minLength: 1000, maxLength: 2000 }),
    fc.constantFrom("𓀀".repeat(500), '"'.repeat(500), "\\".repeat(500), "\u0000".repeat(500), "\ud800".repeat(500)),
  );
  const capabilities = {
    elicitation: { form: {}, url: {} },
    sampling: { tools: {}, context: {} },
    roots: {},
    experimental: { large: "x".repeat(5000) },
  };

  await fc.assert(fc.asyncProperty(text, text, async (name, version) => {
    const id = await issue(ids, { capabilities, name, version });

    assert.match(id, /^[\x21-\x7e]+$/);
    assert.ok(id.length <= 1024, `${id.length}`);
    assert.deepEqual((await ids.read(id))?.capabilities.elicitation, { form: {}, url: {} });
  }));
});

Deno.test("a session id with any character changed, left out or added is refused", async () => {
  const ids = await sessionIds(OLD_KEY);
  const id = await issue(ids);

  for (let at = 0; at < id.length; at++) {
    const other = id[at] === "a" ? "b" : "a";
    assert.equal(await ids.read(id.slice(0, at) + other + id.slice(at + 1)), undefined, `changed at ${at}`);
    assert.equal(await ids.read(id.slice(0, at) + id.slice(at + 1)), undefined, `left out at ${at}`);
  }
  assert.equal(await ids.read(`${id}0`), undefined);
  assert.equal(await ids.read(id.toUpperCase()), undefined);
  assert.equal(await ids.read(`${id}, ${id}`), undefined);
});

Deno.test("a foreign session id is ignored without an error", async () => {
  const ids = await sessionIds(OLD_KEY);

  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
    assert.equal(await ids.read(text), undefined);
  }));
  assert.equal(await ids.read(`v1.${"A".repeat(5000)}.${"0".repeat(64)}`), undefined);
});

Deno.test("every listed key verifies session ids, and the first one signs", async () => {
  const before = await sessionIds(OLD_KEY);
  const during = await sessionIds(NEW_KEY, OLD_KEY);
  const after = await sessionIds(NEW_KEY);

  const old = await issue(before);
  const fresh = await issue(during);

  assert.ok(await during.read(old));
  assert.equal(await after.read(old), undefined);
  assert.ok(await after.read(fresh));
  assert.equal(await before.read(fresh), undefined);
});
