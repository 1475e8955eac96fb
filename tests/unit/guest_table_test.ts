/** Guests that are kept are what a door that keeps none would read. */
import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { CREDENTIAL_HEADERS, WISH_HEADERS } from "../../src/http/caller_headers.ts";
import { HeaderDoor } from "../../src/http/header_door.ts";
import type { Guest } from "../../src/http/mcp_door.ts";
import { processBounds } from "../../src/identity/bounds.ts";
import { customerIdOf } from "../../src/identity/caller.ts";
import type { Credential } from "../../src/identity/credential.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";

const TOKEN = "cw_guest_not_real_1";
const KEY = "guest-key-not-real";

/** A value for each header, beside those of a customer. */
const VALUES: Readonly<Record<string, string>> = {
  "x-cloudways-email": "jo@example.com",
  "x-cw-email": "jo@example.com",
  "x-cloudways-api-key": KEY,
  "x-cw-api-key": KEY,
  "x-cloudways-access-token": TOKEN,
  "x-access-token": TOKEN,
  "authorization": `Bearer ${TOKEN}`,
  "x-api-key": TOKEN,
  "x-mcp-readonly": "true",
  "x-mcp-toolsets": "basic",
  "x-mcp-tools": "ping",
  "x-mcp-exclude-tools": "ping",
  "x-mcp-list-toolsets": "dns",
  "x-mcp-servers": "1,2",
  "x-mcp-approval-code": "code-not-real-1",
  "x-mcp-confirm": "page",
};

/** A door whose customers are all known, unless it is told otherwise. It counts how many ids it computes. */
async function makeDoor(isKnown: (id: string) => boolean = () => true) {
  const ids = new CustomerIds(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] }));
  let computed = 0;
  const door = new HeaderDoor({
    customerIds: {
      of: (credential: Credential) => {
        computed++;
        return ids.of(credential);
      },
    },
    isKnown,
    isTool: (name) => name === "ping",
    bounds: processBounds(parseConfig({})),
  });
  const open = (headers: Record<string, string>, pathname = "/mcp") =>
    door.open(new Request("http://127.0.0.1/mcp", { headers }), { pathname });
  return { open, computed: () => computed };
}

function contentOf({ identity, connection, asks }: Guest) {
  return {
    identity,
    connection,
    asks: asks instanceof RangeError ? asks.message : { ...asks, secrets: secretsOf(asks) },
  };
}

function secretsOf(asks: Exclude<Guest["asks"], RangeError>): readonly string[] {
  return asks.secrets.secrets;
}

Deno.test("a guest that is kept differs in nothing from one that is read for the first time", async () => {
  const { open } = await makeDoor();
  const names = [...CREDENTIAL_HEADERS, ...WISH_HEADERS];
  const customer = { "x-cloudways-access-token": TOKEN };
  const sent: Record<string, string>[] = [{}, customer];
  for (const name of names) sent.push({ [name]: VALUES[name] ?? "" }, { ...customer, [name]: VALUES[name] ?? "" });
  for (const name of WISH_HEADERS) sent.push({ ...customer, [name]: "" }, { ...customer, [name]: "?" });

  for (const headers of [...sent, ...sent]) {
    for (const pathname of ["/mcp", "/mcp/readonly", "/mcp/x/basic", "/mcp/x/nonsense"]) {
      const fresh = await (await makeDoor()).open(headers, pathname);
      assert.deepEqual(contentOf(await open(headers, pathname)), contentOf(fresh), JSON.stringify([headers, pathname]));
    }
  }

  assert.deepEqual(names.filter((name) => VALUES[name] === undefined), []);
});

Deno.test("every form of a credential has the same id, and each is read once", async () => {
  const { open, computed } = await makeDoor();
  const forms = [
    { "x-cloudways-email": "jo@example.com", "x-cloudways-api-key": KEY },
    { "x-cw-email": " Jo@Example.com".trim(), "x-cw-api-key": KEY },
  ];

  const guests: Guest[] = [];
  for (const form of [...forms, ...forms]) guests.push(await open(form));

  assert.equal(new Set(guests.map(({ identity }) => customerIdOf(identity))).size, 1);
  assert.equal(guests[0], guests[2]);
  assert.equal(computed(), 2);
});

Deno.test("nothing is kept of a stranger, and a customer that is accepted later is kept from then on", async () => {
  const known = new Set<string>();
  const { open, computed } = await makeDoor((id) => known.has(id));
  const headers = { "x-cloudways-access-token": TOKEN };

  const stranger = await open(headers);
  await open(headers);
  const asStranger = computed();
  known.add(customerIdOf(stranger.identity) ?? "");
  const first = await open(headers);

  assert.equal(asStranger, 2);
  assert.notEqual(first, stranger);
  assert.equal(await open(headers), first);
  assert.equal(computed(), 3);
});

Deno.test("a caller without anything is read once, and pushes no customer out", async () => {
  const { open } = await makeDoor();
  const nobody = await open({});
  const customer = await open({ "x-cloudways-access-token": TOKEN });
  for (let index = 0; index < 3_000; index++) await open({ "x-mcp-servers": String(index + 1) });

  assert.equal(await open({}), nobody);
  assert.equal(await open({ "x-cloudways-access-token": TOKEN }), customer);
});

Deno.test("the guests that are kept are bounded, and the latest stay", async () => {
  const { open } = await makeDoor();
  const headers = (index: number) => ({ "x-cloudways-access-token": `${TOKEN}_${index}` });
  const first = await open(headers(0));
  for (let index = 1; index <= 2_000; index++) await open(headers(index));
  const last = await open(headers(2_000));

  assert.equal(await open(headers(2_000)), last);
  assert.notEqual(await open(headers(0)), first);
});

Deno.test("a text that another customer sends in another header finds nobody", async () => {
  const { open } = await makeDoor();
  const email = "jo@example.com";
  const customer = await open({ "x-api-key": TOKEN });
  await open({ "x-api-key": "not a token" });

  const other = await open({ "x-cloudways-email": TOKEN });
  const pair = await open({ "x-cloudways-email": email, "x-cloudways-api-key": TOKEN });

  assert.equal(customer.identity.kind, "customer");
  assert.equal(other.identity.kind, "none");
  assert.notEqual(pair, customer);
  assert.equal(await open({ "x-api-key": TOKEN }), customer);
});
