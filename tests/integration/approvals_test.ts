import assert from "node:assert/strict";
import { UnknownPages } from "../../src/confirm/page_ids.ts";
import { ToolError } from "../../src/errors.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ApprovalCodes } from "../../src/confirm/code.ts";
import { isApprovalCode } from "../../src/identity/approval_code.ts";
import { ApprovalRecords } from "../../src/confirm/approval_records.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import type { Purpose } from "../../src/store/purposes.ts";
import { formatStoreKey, StoreError, type StoreKey } from "../../src/store/store.ts";
import {
  APPROVAL_CODE,
  askOn,
  CUSTOMER,
  FINGERPRINT,
  idOf,
  KEYS,
  makeReplica,
  memoryReplicas,
  NO,
  OTHER_CUSTOMER,
  redisReplicas,
  type Replica,
  type Replicas,
  request,
} from "../support/approvals.ts";
import { rawClient, redisOfFile } from "../support/redis_server.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const emptyRedis = redisOfFile();

const MINUTE_MS = 60_000;
const WRONG_CODE = "not-the-code";

async function hashOf(id: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id))).toHex();
}

async function stateOf({ approvals }: Replica, id: string): Promise<string | undefined> {
  return (await approvals.look(id))?.state;
}

async function takeYes({ approvals }: Replica, print = FINGERPRINT, customer = CUSTOMER): Promise<boolean> {
  return await approvals.takeYes(customer, print) !== undefined;
}

function isRateLimited(error: unknown): boolean {
  return error instanceof ToolError && error.code === "rate_limited" && (error.retryAfter ?? 0) > 0;
}

/** Counts the codes that are checked until the end of its block. */
function watchLooks(): { readonly count: number } & Disposable {
  const { matches } = ApprovalCodes.prototype;
  let count = 0;
  ApprovalCodes.prototype.matches = function (...args) {
    count++;
    return matches.apply(this, args);
  };
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      ApprovalCodes.prototype.matches = matches;
    },
  };
}

/** A different fingerprint for each number. */
function fingerprint(number: number): string {
  return number.toString(16).padStart(64, "0");
}

/** Replaces the value of an entry, or moves one entry's value to another. */
async function overwrite(store: Replica["store"], key: StoreKey, change: (value: string) => string): Promise<void> {
  const value = await store.get(key);
  assert.ok(value !== undefined, formatStoreKey(key));
  await store.set(key, change(value), { ttlMs: MINUTE_MS });
}

/** The same text with one letter of its ciphertext changed. */
function tamper(value: string): string {
  const at = value.length - 20;
  return value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
}

/** What holds with every store and at every replica. */
function suite(name: string, makeReplicas: () => Promise<Replicas>): void {
  const test = (sentence: string, body: (replicas: Replicas) => Promise<void>) =>
    Deno.test(`${name}: ${sentence}`, async () => {
      await using replicas = await makeReplicas();
      await body(replicas);
    });

  test("an approved call goes through once", async ({ one, two }) => {
    const id = await askOn(one);
    const before = await takeYes(two);

    const decided = await two.approvals.approve(id, undefined);

    assert.equal(before, false);
    assert.equal(decided, "approved");
    assert.equal(await stateOf(one, id), "approved");
    assert.deepEqual([await takeYes(one), await takeYes(two), await takeYes(one)], [true, false, false]);
    assert.equal(await stateOf(two, id), "used");
  });

  test("a yes does not count for another customer or another call", async ({ one, two }) => {
    await one.approvals.approve(await askOn(one), undefined);

    const others = [
      await takeYes(two, FINGERPRINT, OTHER_CUSTOMER),
      await takeYes(two, fingerprint(1)),
    ];

    assert.deepEqual(others, [false, false]);
    assert.equal(await takeYes(one), true);
  });

  test("a denied call does not go through and is remembered as denied", async ({ one, two }) => {
    const id = await askOn(one);

    const decided = await two.approvals.deny(id);

    assert.equal(decided, "denied");
    assert.equal(await stateOf(one, id), "denied");
    assert.equal(await takeYes(one), false);
    assert.equal(await one.declines.takeBack({ customer: CUSTOMER, no: NO }), true);
    assert.equal(await one.approvals.approve(id, undefined), "too_late");
    assert.equal(await takeYes(one), false);
  });

  test("of many concurrent decisions exactly one counts", async ({ one, two }) => {
    for (let round = 0; round < 5; round++) {
      const id = await askOn(one, { fingerprint: fingerprint(round) });

      const decided = await Promise.all(
        [one, two, one, two].flatMap(({ approvals }) => [approvals.approve(id, undefined), approvals.deny(id)]),
      );

      const counted = decided.filter((decision) => decision === "approved" || decision === "denied");
      const takes = await Promise.all([one, two].map((peer) => takeYes(peer, fingerprint(round))));
      assert.equal(counted.length, 1, decided.join());
      assert.equal(takes.filter(Boolean).length, counted[0] === "approved" ? 1 : 0);
    }
  });

  test("of many concurrent calls exactly one takes the yes", async ({ one, two }) => {
    await one.approvals.approve(await askOn(one), undefined);

    const takes = await Promise.all([one, two, one, two, one, two].map((peer) => takeYes(peer)));

    assert.equal(takes.filter(Boolean).length, 1);
  });

  test("of a call and a concurrent withdrawal exactly one gets the yes", async ({ one, two }) => {
    for (let round = 0; round < 5; round++) {
      const id = await askOn(one, { fingerprint: fingerprint(round) });
      await one.approvals.approve(id, undefined);

      const [taken, withdrawn] = await Promise.all([
        takeYes(one, fingerprint(round)),
        two.approvals.withdraw(id),
      ]);

      assert.notEqual(taken, withdrawn === "withdrawn");
      assert.equal(await stateOf(one, id), taken ? "used" : "withdrawn");
    }
  });

  test("a withdrawn yes does not count, and is remembered as a no", async ({ one, two }) => {
    const id = await askOn(one);
    await one.approvals.approve(id, undefined);

    const decided = await two.approvals.withdraw(id);

    assert.equal(decided, "withdrawn");
    assert.equal(await takeYes(one), false);
    assert.equal(await stateOf(one, id), "withdrawn");
    assert.equal(await two.declines.takeBack({ customer: CUSTOMER, no: NO }), true);
    assert.equal(await one.approvals.withdraw(id), "too_late");
  });

  test("only an approval can be withdrawn", async ({ one }) => {
    const id = await askOn(one);

    const decided = await one.approvals.withdraw(id);

    assert.equal(decided, "too_late");
    assert.equal(await stateOf(one, id), "open");
  });

  test("a no given elsewhere ends the open question", async ({ one, two }) => {
    const id = await askOn(one);

    await two.approvals.decline({ customer: CUSTOMER, fingerprint: FINGERPRINT, no: NO });

    assert.equal(await stateOf(one, id), "denied");
    assert.equal(await one.approvals.approve(id, undefined), "too_late");
    assert.equal(await takeYes(one), false);
  });

  test("a no given elsewhere takes back an unused yes", async ({ one, two }) => {
    const id = await askOn(one);
    await one.approvals.approve(id, undefined);

    await two.approvals.decline({ customer: CUSTOMER, fingerprint: FINGERPRINT, no: NO });

    assert.equal(await takeYes(one), false);
    assert.equal(await stateOf(one, id), "withdrawn");
  });

  test("a no to a call without a question changes nothing", async ({ one }) => {
    const id = await askOn(one);

    await one.approvals.decline({ customer: CUSTOMER, fingerprint: fingerprint(1), no: NO });
    await one.approvals.decline({ customer: OTHER_CUSTOMER, fingerprint: FINGERPRINT, no: NO });

    assert.equal(await stateOf(one, id), "open");
  });

  test("the same call gets the same address while its question is open, and a new one after", async ({ one, two }) => {
    const first = await one.approvals.ask(request());
    const again = await two.approvals.ask(request());
    const another = await two.approvals.ask(request({ fingerprint: fingerprint(1) }));
    const ofAnother = await two.approvals.ask(request({ customer: OTHER_CUSTOMER }));
    await two.approvals.deny(idOf(first));

    const after = await one.approvals.ask(request());

    assert.match(first.url, /^https:\/\/mcp\.example\.com\/approve\/[0-9a-f]{32}$/);
    assert.equal(again.url, first.url);
    assert.equal(new Set([first.url, another.url, ofAnother.url, after.url]).size, 4);
    assert.equal(await stateOf(one, idOf(after)), "open");
  });

  test("the same call asked many times concurrently gets one address", async ({ one, two }) => {
    const asked = await Promise.all(
      [...Array(24).keys()].map((n) => (n % 2 === 0 ? one : two).approvals.ask(request())),
    );

    const urls = new Set(asked.map(({ url }) => url));
    assert.equal(urls.size, 1);
  });

  test("a customer has ten open questions at most, over all replicas, and a decision makes room", async ({ one, two }) => {
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await askOn(n % 2 === 0 ? one : two, { fingerprint: fingerprint(n) }));

    const eleventh = () => two.approvals.ask(request({ fingerprint: fingerprint(10) }));
    await assert.rejects(eleventh(), isRateLimited);
    const known = await two.approvals.ask(request({ fingerprint: fingerprint(3) }));
    const ofAnother = await two.approvals.ask(request({ customer: OTHER_CUSTOMER }));
    await one.approvals.deny(ids[0] ?? "");
    await one.approvals.approve(ids[1] ?? "", undefined);
    await eleventh();
    await two.approvals.ask(request({ fingerprint: fingerprint(11) }));

    assert.equal(idOf(known), ids[3]);
    assert.ok(ofAnother.url);
    await assert.rejects(two.approvals.ask(request({ fingerprint: fingerprint(12) })), isRateLimited);
  });

  test("concurrent questions for the same call take one place", async ({ one, two }) => {
    await Promise.all([one, two, one, two].map(({ approvals }) => approvals.ask(request())));

    for (let n = 0; n < 9; n++) await askOn(one, { fingerprint: fingerprint(n) });

    await assert.rejects(one.approvals.ask(request({ fingerprint: fingerprint(9) })), isRateLimited);
  });

  test("a question closes ten minutes after it was asked", async ({ one, two, clock }) => {
    const id = await askOn(one);
    await clock.advance(10 * MINUTE_MS - 1);
    const before = await stateOf(two, id);
    await clock.advance(1);

    const decided = [await two.approvals.approve(id, undefined), await two.approvals.deny(id)];

    assert.equal(before, "open");
    assert.deepEqual(decided, ["unknown", "unknown"]);
    assert.equal(await stateOf(one, id), undefined);
    assert.equal(await takeYes(one), false);
    assert.notEqual(await askOn(one), id);
  });

  test("a yes ends ten minutes after the question, however late it was given", async ({ one, two, clock }) => {
    const id = await askOn(one);
    await clock.advance(9 * MINUTE_MS);
    const decided = await one.approvals.approve(id, undefined);
    await clock.advance(MINUTE_MS);

    const taken = await takeYes(two);

    assert.equal(decided, "approved");
    assert.equal(taken, false);
    assert.equal(await stateOf(two, id), undefined);
  });

  for (const [wished, given] of [[20, 20], [60, 30]] as const) {
    test(`a question that is to stay open for ${wished} minutes, and its yes, end after ${given}`, async (replicas) => {
      const { one, two, clock } = replicas;
      const openUntil = clock.now() + wished * MINUTE_MS;
      const id = await askOn(one, { openUntil });
      await clock.advance(given * MINUTE_MS - 1);
      const before = await stateOf(two, id);
      const decided = await one.approvals.approve(id, undefined);
      await clock.advance(1);

      const taken = await takeYes(two);

      assert.equal(before, "open");
      assert.equal(decided, "approved");
      assert.equal(taken, false);
      assert.equal(await stateOf(two, id), undefined);
    });
  }

  test("the outcome of a question can be seen for a while", async ({ one, clock }) => {
    const id = await askOn(one);
    await one.approvals.deny(id);

    await clock.advance(15 * MINUTE_MS);

    assert.equal(await stateOf(one, id), "denied");
  });

  test("a question with a code is approved with that code only", async ({ one, two }) => {
    const id = await askOn(one, { approvalCode: APPROVAL_CODE });

    const decided = [
      await two.approvals.approve(id, undefined),
      await two.approvals.approve(id, WRONG_CODE),
      await one.approvals.approve(id, APPROVAL_CODE),
    ];

    assert.deepEqual(decided, ["wrong_code", "wrong_code", "approved"]);
    assert.equal(await takeYes(two), true);
  });

  test("the same call under another code, or with one for the first time, gets a page that takes that code", async ({ one, two }) => {
    const ids: string[] = [];
    for (const approvalCode of [undefined, APPROVAL_CODE, "another-code", undefined]) {
      ids.push(await askOn(one, { approvalCode }));
      assert.equal(await askOn(two, { approvalCode }), ids.at(-1));
    }
    const [first, second, third, last] = ids;
    assert.ok(first && second && third && last);

    assert.equal(new Set(ids).size, 4);
    assert.deepEqual(await Promise.all([first, second, third].map((id) => stateOf(two, id))), Array(3).fill(undefined));
    assert.deepEqual(
      [await two.approvals.approve(first, undefined), await two.approvals.approve(second, APPROVAL_CODE)],
      ["unknown", "unknown"],
    );
    assert.equal(await takeYes(one), false);
    assert.equal(await two.approvals.approve(last, undefined), "approved");
  });

  test("the same call under two codes gets a page for each, asked concurrently", async ({ one }) => {
    const ids = await Promise.all([APPROVAL_CODE, "another-code"].map((code) => askOn(one, { approvalCode: code })));

    assert.equal(new Set(ids).size, 2);
  });

  test("a yes is shown on the page that gave it, and not on an earlier one for the same call", async ({ one, two }) => {
    const earlier = await askOn(one);
    await one.approvals.approve(earlier, undefined);
    const later = await askOn(two);
    await two.approvals.approve(later, undefined);

    assert.notEqual(later, earlier);
    assert.equal(await stateOf(one, earlier), undefined);
    assert.equal(await one.approvals.withdraw(earlier), "unknown");
    assert.equal(await stateOf(one, later), "approved");
  });

  test("a page that another one replaced takes no place", async ({ one, two }) => {
    for (let n = 0; n < 12; n++) await askOn(n % 2 === 0 ? one : two, { approvalCode: `code-number-${n}` });

    const others = [...Array(9).keys()].map((n) => askOn(one, { fingerprint: fingerprint(n) }));

    assert.equal(new Set(await Promise.all(others)).size, 9);
  });

  test("a no needs no code", async ({ one, two }) => {
    const id = await askOn(one, { approvalCode: APPROVAL_CODE });

    assert.equal(await two.approvals.deny(id), "denied");
  });

  test("five wrong codes at any approvals stop approving for that customer only", async ({ one, two }) => {
    const ids = [
      await askOn(one, { approvalCode: APPROVAL_CODE }),
      await askOn(one, { approvalCode: "another-code", fingerprint: fingerprint(1) }),
      await askOn(one, { fingerprint: fingerprint(2) }),
    ] as const;
    const approved = await askOn(one, { fingerprint: fingerprint(3) });
    await two.approvals.approve(approved, undefined);
    const others = await askOn(one, { customer: OTHER_CUSTOMER, approvalCode: APPROVAL_CODE });
    const decided: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { approvals } = n % 2 === 0 ? one : two;
      decided.push(await approvals.approve(ids[n < 3 ? 0 : 1], WRONG_CODE));
    }

    const fresh = await askOn(two, { fingerprint: fingerprint(4), approvalCode: APPROVAL_CODE });
    const right = [
      await one.approvals.approve(ids[0], APPROVAL_CODE),
      await two.approvals.approve(ids[1], "another-code"),
      await one.approvals.approve(ids[2], undefined),
      await one.approvals.approve(fresh, APPROVAL_CODE),
    ];
    const otherCustomer = await one.approvals.approve(others, APPROVAL_CODE);
    const withdrawn = await two.approvals.withdraw(approved);
    const denied = await two.approvals.deny(ids[0]);

    assert.deepEqual(decided, ["wrong_code", "wrong_code", "wrong_code", "wrong_code", "closing"]);
    assert.deepEqual(right, ["closed", "closed", "closed", "closed"]);
    assert.deepEqual([otherCustomer, withdrawn, denied], ["approved", "withdrawn", "denied"]);
    assert.deepEqual(await Promise.all([ids[1], ids[2], fresh].map((id) => stateOf(one, id))), [
      "open",
      "open",
      "open",
    ]);
    assert.equal(await takeYes(two), false);
  });

  test("right codes never count as tries", async ({ one, two }) => {
    const decided: string[] = [];
    for (let n = 0; n < 8; n++) {
      const id = await askOn(one, { fingerprint: fingerprint(n), approvalCode: APPROVAL_CODE });
      if (n < 4) await two.approvals.approve(id, WRONG_CODE);
      decided.push(await two.approvals.approve(id, APPROVAL_CODE));
    }

    assert.deepEqual(decided, Array(8).fill("approved"));
  });

  test("the right code as the fifth try approves", async ({ one, two }) => {
    const id = await askOn(one, { approvalCode: APPROVAL_CODE });
    for (let n = 0; n < 4; n++) await one.approvals.approve(id, WRONG_CODE);

    assert.equal((await two.approvals.look(id))?.triesLeft, 1);
    assert.equal(await two.approvals.approve(id, APPROVAL_CODE), "approved");
  });

  // How many wrong tries come one after the other, and how many concurrently after them.
  for (const [before, atOnce] of [[0, 5], [0, 40], [1, 4], [2, 20], [4, 1], [4, 20], [5, 20]] as const) {
    test(`${before} wrong tries and then ${atOnce} concurrently, at two approvals, count as five at most`, async ({ one, two }) => {
      const ids = [
        await askOn(one, { approvalCode: APPROVAL_CODE }),
        await askOn(two, { approvalCode: APPROVAL_CODE, fingerprint: fingerprint(1) }),
      ];
      using looks = watchLooks();
      const guess = (n: number) => (n % 2 === 0 ? one : two).approvals.approve(ids[n % 3 % 2] ?? "", WRONG_CODE);

      for (let n = 0; n < before; n++) await guess(n);
      const wrong = await Promise.all([...Array(atOnce).keys()].map(guess));
      const right = await Promise.all(ids.map((id, n) => (n === 0 ? two : one).approvals.approve(id, APPROVAL_CODE)));

      assert.equal(looks.count, 5);
      assert.ok(wrong.filter((decided) => decided === "closing").length <= 1);
      assert.deepEqual(right, ["closed", "closed"]);
      assert.equal(await takeYes(one), false);
    });
  }

  test("tries at unknown ids are limited without affecting valid ones", async ({ one, two }) => {
    const id = await askOn(one);
    const waits: (number | undefined)[] = [];
    for (let n = 0; n < 70; n++) waits.push(await new UnknownPages((n % 2 === 0 ? one : two).store).count());

    assert.equal(waits[0], undefined);
    assert.ok((waits.at(-1) ?? 0) >= 1);
    assert.equal(await stateOf(two, id), "open");
    assert.equal(await two.approvals.approve(id, undefined), "approved");
  });

  test("ids that were never issued are unknown", async ({ one }) => {
    await askOn(one);

    for (const id of ["", "0".repeat(32), "../approve", FINGERPRINT, "G".repeat(32)]) {
      assert.equal(await one.approvals.look(id), undefined);
      assert.equal(await one.approvals.approve(id, undefined), "unknown");
      assert.equal(await one.approvals.deny(id), "unknown");
      assert.equal(await one.approvals.withdraw(id), "unknown");
    }
  });

  test("entries that were tampered with or are gone count as a no", async ({ one, two }) => {
    const purposes: Purpose[] = ["approval_address", "approval", "approval_open"];
    for (const [n, purpose] of purposes.entries()) {
      for (const isGone of [true, false]) {
        const print = fingerprint(2 * n + Number(isGone));
        const id = await askOn(one, { fingerprint: print });
        const customer = purpose === "approval_address" ? "shared" : CUSTOMER;
        const key = { purpose, customer, name: await hashOf(id) };
        if (isGone) await one.store.delete(key);
        else await overwrite(one.store, key, tamper);

        assert.equal(await stateOf(two, id), undefined, purpose);
        assert.equal(await two.approvals.approve(id, undefined), "unknown", purpose);
        assert.equal(await takeYes(two, print), false, purpose);
      }
    }
  });

  test("a yes that was tampered with, or moved from another call, does not count", async ({ one, two }) => {
    await one.approvals.approve(await askOn(one), undefined);
    await one.approvals.approve(await askOn(one, { fingerprint: fingerprint(1) }), undefined);
    const key: StoreKey = { purpose: "approval_yes", customer: CUSTOMER, name: FINGERPRINT };
    const genuine = await one.store.get(key);
    await one.store.set({ ...key, name: fingerprint(2) }, genuine ?? "", { ttlMs: MINUTE_MS });
    await overwrite(one.store, { ...key, name: fingerprint(1) }, tamper);

    const taken = [
      await takeYes(two, fingerprint(1)),
      await takeYes(two, fingerprint(2)),
      await takeYes(two),
    ];

    assert.deepEqual(taken, [false, false, true]);
  });

  test("the details of one question can't be shown in place of another's", async ({ one, two }) => {
    const harmless = await askOn(one, { fingerprint: fingerprint(1), tool: "purge_app_cache" });
    const harmful = await askOn(one);
    const details = async (id: string): Promise<StoreKey> => (
      { purpose: "approval", customer: CUSTOMER, name: await hashOf(id) }
    );
    const moved = await one.store.get(await details(harmless));
    await one.store.set(await details(harmful), moved ?? "", { ttlMs: MINUTE_MS });

    assert.equal(await stateOf(two, harmful), undefined);
    assert.equal(await two.approvals.approve(harmful, undefined), "unknown");
  });

  test("questions outlive a new first key, and count as a no without the old key", async ({ one, replica }) => {
    const id = await askOn(one, { approvalCode: APPROVAL_CODE });
    const lost = await askOn(one, { fingerprint: fingerprint(1) });
    const rotating = await replica([KEYS[1], KEYS[0]]);
    const rotated = await replica([KEYS[1]]);

    assert.equal(await rotating.approvals.approve(id, APPROVAL_CODE), "approved");
    assert.equal(await rotated.approvals.approve(lost, undefined), "unknown");
    assert.equal(await takeYes(rotated), false);
    assert.equal(await takeYes(rotating), false);
  });

  test("a call whose old address can't be read gets a new one", async ({ one, replica }) => {
    const id = await askOn(one);
    const rotated = await replica([KEYS[1]]);

    const fresh = await askOn(rotated);

    assert.notEqual(fresh, id);
    assert.equal(await askOn(rotated), fresh);
    assert.equal(await rotated.approvals.approve(fresh, undefined), "approved");
    assert.equal(await takeYes(rotated), true);
  });

  test("a malformed code is refused", async ({ one }) => {
    const asked = one.approvals.ask(request({ approvalCode: "short" }));

    await assert.rejects(asked, (error) => error instanceof ToolError && error.code === "confirmation_required");
  });
}

suite("memory", memoryReplicas);
suite("redis", async () => redisReplicas(await emptyRedis()));

Deno.test("an approval code is 8 to 64 visible ASCII characters", () => {
  const good = ["12345678", "~!aB0-_=", "x".repeat(64)];
  const bad = ["", "1234567", "x".repeat(65), "with space", "tab\tinside", "pässwörter", "12345678\n"];

  assert.deepEqual(good.filter(isApprovalCode), good);
  assert.deepEqual(bad.filter(isApprovalCode), []);
});

Deno.test("the stored digest of an approval code differs for each approval, and verifies the code only there", async () => {
  const codes = new ApprovalCodes(await KeyRing.create({ encryptionKeys: [KEYS[0]] }));
  const [one, other] = ["1".repeat(64), "2".repeat(64)];

  const digest = await codes.digest(one, APPROVAL_CODE);

  assert.notEqual(await codes.digest(other, APPROVAL_CODE), digest);
  assert.equal(await codes.matches(one, APPROVAL_CODE, digest), true);
  assert.equal(await codes.matches(one, WRONG_CODE, digest), false);
  assert.equal(await codes.matches(other, APPROVAL_CODE, digest), false);
});

Deno.test("wrong codes count for ten minutes, and the fifth stops approving for ten minutes", async () => {
  await using replicas = await memoryReplicas();
  const { one, clock } = replicas;
  let asked = 0;
  const after = async (minutes: number, code: string) => {
    await clock.advance(minutes * MINUTE_MS);
    const id = await askOn(one, { fingerprint: fingerprint(asked++), approvalCode: APPROVAL_CODE });
    const decided = await one.approvals.approve(id, code);
    await one.approvals.deny(id);
    return decided;
  };
  const tries: [number, string][] = [
    [0, WRONG_CODE],
    [9, WRONG_CODE],
    [0, WRONG_CODE],
    [0, WRONG_CODE],
    // The first one has expired.
    [1.5, WRONG_CODE],
    [0, WRONG_CODE],
    [0, APPROVAL_CODE],
    [9.9, APPROVAL_CODE],
    [0.2, APPROVAL_CODE],
  ];

  const decided: string[] = [];
  for (const [minutes, code] of tries) decided.push(await after(minutes, code));

  assert.deepEqual(decided, [...Array(5).fill("wrong_code"), "closing", "closed", "closed", "approved"]);
});

Deno.test("if another replica takes the last place for the same call, both get its address", async () => {
  await using replicas = await memoryReplicas();
  const { one, two } = replicas;
  for (let n = 0; n < 9; n++) await askOn(one, { fingerprint: fingerprint(n) });
  const set = one.store.set.bind(one.store);
  let overtaken: string | undefined;
  one.store.set = async (key, value, options) => {
    if (key.purpose === "slot" && overtaken === undefined) {
      overtaken = "begun";
      overtaken = await askOn(two);
    }
    return await set(key, value, options);
  };

  assert.equal(await askOn(one), overtaken);
});

Deno.test("a sixth try does not count while the fifth is still being recorded", async () => {
  await using replicas = await memoryReplicas();
  const { one } = replicas;
  const id = await askOn(one, { approvalCode: APPROVAL_CODE });
  for (let n = 0; n < 4; n++) await one.approvals.approve(id, WRONG_CODE);
  const set = one.store.set.bind(one.store);
  let sixth: string | undefined;
  one.store.set = async (key, value, options) => {
    if (key.purpose === "approving_closed" && sixth === undefined) {
      sixth = "begun";
      sixth = await one.approvals.approve(id, APPROVAL_CODE);
    }
    return await set(key, value, options);
  };

  const fifth = await one.approvals.approve(id, WRONG_CODE);

  assert.deepEqual([fifth, sixth], ["closing", "closed"]);
  assert.equal(await takeYes(one), false);
});

Deno.test("the address of a call is deleted only if it has not been replaced", async () => {
  await using replicas = await memoryReplicas();
  const { one, clock } = replicas;
  const id = await askOn(one);
  const sealed = new SealedStore(one.store, new Box(await KeyRing.create({ encryptionKeys: [KEYS[0]] })));
  const records = new ApprovalRecords(sealed, clock);

  await records.forgetIdFor(CUSTOMER, FINGERPRINT, "0".repeat(32));
  const before = await records.idFor(CUSTOMER, FINGERPRINT);
  await records.forgetIdFor(CUSTOMER, FINGERPRINT, id);

  assert.equal(before, id);
  assert.equal(await records.idFor(CUSTOMER, FINGERPRINT), undefined);
});

Deno.test("if the store fails, nothing is approved and the error says so", async () => {
  await using replicas = await memoryReplicas();
  const { one } = replicas;
  const id = await askOn(one);
  await one.approvals.approve(id, undefined);
  await one.store.close();

  const steps = [
    () => one.approvals.ask(request()),
    () => one.approvals.look(id),
    () => one.approvals.approve(id, undefined),
    () => one.approvals.deny(id),
    () => takeYes(one),
    () => one.approvals.decline({ customer: CUSTOMER, fingerprint: FINGERPRINT, no: NO }),
    () => new UnknownPages(one.store).count(),
  ];
  for (const step of steps) await assert.rejects(step, StoreError);
});

Deno.test("a yes that a call uses during a withdrawal is used, not withdrawn", async () => {
  await using replicas = await memoryReplicas();
  const { one } = replicas;
  const id = await askOn(one);
  await one.approvals.approve(id, undefined);
  const remove = one.store.deleteIfEquals.bind(one.store);
  let taken = false;
  one.store.deleteIfEquals = async (key, value) => {
    if (key.purpose === "approval_yes") taken = await takeYes(one);
    return await remove(key, value);
  };

  const decided = await one.approvals.withdraw(id);

  assert.equal(taken, true);
  assert.equal(decided, "too_late");
  assert.equal(await stateOf(one, id), "used");
});

Deno.test("Redis holds no id, code or question in plain text, and every entry has a TTL", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using store = await RedisStore.connect(redis.url, { poolSize: 5 });
  const replica = await makeReplica(store, new FakeClock(), [KEYS[0]]);
  const id = await askOn(replica, { approvalCode: APPROVAL_CODE });
  await replica.approvals.approve(id, WRONG_CODE);
  await replica.approvals.approve(id, APPROVAL_CODE);

  const keys = await raw.keys("*");

  const texts: string[] = [];
  for (const key of keys) {
    if (await raw.type(key) === "string") texts.push(await raw.get(key) ?? "");
    assert.ok(await raw.pttl(key) > 0, key);
  }
  const all = [...keys, ...texts].join("\n");
  assert.ok(keys.length >= 5);
  for (const secret of [id, APPROVAL_CODE, "Main shop", "shop.example.com", "j…@example.com", "stop_server"]) {
    assert.equal(all.includes(secret), false, secret);
  }
});
