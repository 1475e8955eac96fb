/** The answer to `GET /server` is read in turns, and as Zod reads it whole. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { givenList, serverRecord } from "../../src/cloudways/models.ts";
import { parseProblems, parseReply } from "../../src/cloudways/parse_reply.ts";
import {
  readServerTexts,
  rereadServerTexts,
  serverListReply,
  writeServerTexts,
} from "../../src/cloudways/server_list_reply.ts";
import { anyJson, anyMutation, mutate } from "../fuzz/json_cases.ts";

const whole = z.looseObject({ servers: givenList(serverRecord) });

const app = {
  id: "2",
  label: "Shop",
  cname: null,
  aliases: ["a.example"],
  project_id: "3",
  is_staging: "1",
  more: [1],
};
const server = { id: 1, label: "Main", public_ip: "192.0.2.1", ssh_keys: [{ ssh_key_id: "5", label: null }] };
const listing = {
  status: true,
  servers: [{ ...server, apps: [app, { id: 3 }] }, { apps: { a: app }, ...server, id: "2" }, { id: 3, other: {} }],
};

/** Listings, most of them almost right. */
const anyListing = fc.oneof(
  { weight: 9, arbitrary: fc.array(anyMutation, { maxLength: 3 }).map((mutations) => mutate(listing, mutations)) },
  { weight: 1, arbitrary: anyJson },
);

/** The servers with their members in order, or what the log says of the answer. */
function outcomeOf(parsed: Awaited<ReturnType<typeof serverListReply.parseInTurns>>): unknown {
  if (parsed.success) return JSON.stringify(parsed.data);
  return parsed.error instanceof z.ZodError ? parseProblems(parsed.error) : "thrown";
}

Deno.test("a listing is read, and refused, as it is in one piece", async () => {
  await fc.assert(
    fc.asyncProperty(anyListing, async (json) => {
      const atOnce = parseReply(whole, json);

      const inTurns = await serverListReply.parseInTurns(json);

      const expected = atOnce.success ? { success: true as const, data: atOnce.data.servers } : atOnce;
      assert.deepEqual(outcomeOf(inTurns), outcomeOf(expected));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("of a listing with many faults the first ten are named", async () => {
  const servers = [...Array(4)].map(() => ({ ...server, apps: [...Array(4)].map(() => ({ id: "none" })) }));

  const parsed = await serverListReply.parseInTurns({ servers });

  assert.ok(!parsed.success);
  const atOnce = parseReply(whole, { servers });
  assert.ok(!atOnce.success);
  assert.deepEqual(parseProblems(parsed.error), parseProblems(atOnce.error));
});

Deno.test("servers are read from their texts as they were", async () => {
  const parsed = await serverListReply.parseInTurns(listing);
  assert.ok(parsed.success);

  const texts = await writeServerTexts(parsed.data);

  for (const again of [await readServerTexts(texts), await rereadServerTexts(texts)]) {
    assert.equal(JSON.stringify(again), JSON.stringify(parsed.data));
  }
});

Deno.test("servers read by the schemas have their final form: it reads them again unchanged", async () => {
  await fc.assert(
    fc.asyncProperty(anyListing, async (json) => {
      const parsed = await serverListReply.parseInTurns(json);
      fc.pre(parsed.success);
      const texts = await writeServerTexts(parsed.data);

      const again = parseReply(whole, { servers: texts.map((text) => JSON.parse(text)) });

      assert.deepEqual(again.success && again.data.servers.map((one) => JSON.stringify(one)), texts);
    }),
    { numRuns: 300 },
  );
});

Deno.test("texts that are no servers are no listing", async () => {
  const [good] = await writeServerTexts([serverRecord.parse(server)]);
  assert.ok(good !== undefined);

  for (const bad of ["", "{", "[]", "{}", '{"id":"none"}', '{"id":1,"apps":[{}]}']) {
    assert.equal(await readServerTexts([good, bad]), undefined, bad);
  }
});

Deno.test("other work gets its turn while a large listing is read, written and read again", async () => {
  const many = { servers: [...Array(3)].map(() => ({ ...server, apps: [...Array(3)].map(() => app) })) };
  const { now } = performance;
  const turnOf = async <T>(work: () => Promise<T>): Promise<T> => {
    let hadTurn = false;
    const other = setTimeout(() => hadTurn = true, 0);
    try {
      // As if each record took long.
      let elapsed = now.call(performance);
      performance.now = () => elapsed += 1_000;
      const result = await work();
      assert.ok(hadTurn);
      return result;
    } finally {
      performance.now = now;
      clearTimeout(other);
    }
  };

  const parsed = await turnOf(() => serverListReply.parseInTurns(many));
  assert.ok(parsed.success);
  const texts = await turnOf(() => writeServerTexts(parsed.data));
  const again = await turnOf(() => readServerTexts(texts));
  const reread = await turnOf(() => rereadServerTexts(texts));

  assert.deepEqual([again?.length, reread.length], [3, 3]);
});
