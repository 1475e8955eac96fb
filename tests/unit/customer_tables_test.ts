/** Data of an accepted customer stay, however many credentials or values strangers make up. */
import assert from "node:assert/strict";
import type { Customer } from "../../src/identity/caller.ts";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { SignInGuard } from "../../src/cloudways/sign_in_guard.ts";
import { UpstreamLimits } from "../../src/cloudways/upstream_limits.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { CustomerTable } from "../../src/store/customer_table.ts";
import { KeyedMutex } from "../../src/async/keyed_mutex.ts";
import { kindOfName } from "../../src/text/redaction/names.ts";
import { SingleFlight } from "../../src/async/single_flight.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { StandInStore } from "../../src/store/stand_in.ts";
import { type BucketAnswer, StoreError, type StoreKey } from "../../src/store/store.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const MADE_UP = 10_000;
const BYSTANDER = customer("b");
const BUCKET = { capacity: 5, windowSeconds: 3_600 };

function customer(name: string): Customer {
  return { id: name.padStart(64, "0"), credential: { kind: "access_token", token: `cw_${name}` } };
}

/** Runs the work for each stranger, one after the other. */
async function forEachStranger(work: (stranger: Customer, index: number) => unknown): Promise<void> {
  for (let index = 0; index < MADE_UP; index++) await work(customer(`c${index}`), index);
}

const isBystander = (id: string) => id === BYSTANDER.id;
const bucketOf = ({ id }: Customer): StoreKey => ({ purpose: "bucket", customer: id });

async function startRecords() {
  const clock = new FakeClock();
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const store = new MemoryStore({ clock, maxCacheBytes: 4_000_000 });
  const records = new CustomerRecords({ store, sealed: new SealedStore(store, new Box(ring)), clock });
  return { clock, store, records };
}

/** A shared store that can go away. */
class GoneStore extends MemoryStore {
  isGone = false;

  override get(key: StoreKey): Promise<string | undefined> {
    return this.isGone ? Promise.reject(new StoreError("gone")) : super.get(key);
  }

  override takeTokens(...args: Parameters<MemoryStore["takeTokens"]>): Promise<BucketAnswer> {
    return this.isGone ? Promise.reject(new StoreError("gone")) : super.takeTokens(...args);
  }
}

/** A kind of state, what strangers do to it, and what must hold. */
const ROWS: { state: string; driver: string; holds: string; check: () => Promise<void> }[] = [
  {
    state: "upstream pauses",
    driver: "answers to made-up credentials carry figures and pauses",
    holds: "a customer's pause stays",
    check: async () => {
      const limits = new UpstreamLimits(new FakeClock(), isBystander);
      limits.pause(BYSTANDER, "server_list", 60);
      await forEachStranger((stranger) => limits.pause(stranger, "server_list", 60));
      assert.equal(limits.pausedSeconds(BYSTANDER, "server_list"), 60);
      assert.equal(limits.pausedSeconds(customer(`c${MADE_UP - 1}`), "server_list"), 60);
    },
  },
  {
    state: "any table of customers",
    driver: "made-up credentials are written, looked up and written again",
    holds: "accepted ones stay, even those written before they were accepted",
    check: async () => {
      const accepted = new Set([BYSTANDER.id]);
      const table = new CustomerTable<{ value: number }>({ isAccepted: (id) => accepted.has(id), max: 10 });
      const late = customer("late");
      table.set(BYSTANDER.id, { value: 1 });
      table.set(late.id, { value: 2 });
      accepted.add(late.id);
      table.getOrMake(late.id, () => ({ value: 3 }));
      await forEachStranger(({ id }) => table.getOrMake(id, () => ({ value: 4 })));
      assert.deepEqual([table.get(BYSTANDER.id), table.get(late.id)], [{ value: 1 }, { value: 2 }]);
      assert.ok(table.entries().length <= 11);
    },
  },
  {
    state: "buckets of the embedded store",
    driver: "made-up credentials each take a token",
    holds: "a customer's bucket is as empty as before",
    check: async () => {
      const { store, records } = await startRecords();
      await records.accepted(BYSTANDER, undefined);
      await store.takeTokens(bucketOf(BYSTANDER), BUCKET, 5);
      await forEachStranger((stranger) => store.takeTokens(bucketOf(stranger), BUCKET, 1).catch(() => {}));
      assert.equal((await store.takeTokens(bucketOf(BYSTANDER), BUCKET, 1)).allowed, false);
    },
  },
  {
    state: "known customers of the embedded store",
    driver: "other customers fill the cache as far as they can",
    holds: "a customer is still known",
    check: async () => {
      const { store, records } = await startRecords();
      await records.accepted(BYSTANDER, undefined);
      const large = { ttlMs: 60_000 };
      for (let index = 0; index < 100; index++) {
        await store.set({ purpose: "listing", customer: customer(`d${index}`).id }, "x".repeat(100_000), large);
      }
      assert.notEqual(await store.get({ purpose: "seen", customer: BYSTANDER.id }), undefined);
    },
  },
  {
    state: "writes while Redis is away",
    driver: "made-up credentials take tokens meanwhile",
    holds: "a customer gets no fresh bucket when it is back",
    check: async () => {
      const clock = new FakeClock();
      const shared = new GoneStore({ clock });
      const store = new StandInStore(shared, { clock });
      await store.set({ purpose: "seen", customer: BYSTANDER.id }, "1", { ttlMs: 1_000_000 });
      shared.isGone = true;
      await store.takeTokens(bucketOf(BYSTANDER), BUCKET, 5);
      for (let round = 0; round < 6; round++) {
        await forEachStranger(({ id }) =>
          store.takeTokens(bucketOf({ ...BYSTANDER, id: `${round}${id}` }), BUCKET, 1).catch(() => {})
        );
      }
      shared.isGone = false;
      assert.equal((await store.takeTokens(bucketOf(BYSTANDER), BUCKET, 1)).allowed, false);
    },
  },
  {
    state: "refused credentials by address",
    driver: "made-up credentials are refused at as many addresses",
    holds: "an accepted customer is not delayed at any of them",
    check: async () => {
      const { clock, records } = await startRecords();
      await records.accepted(BYSTANDER, undefined);
      const guard = new SignInGuard({ clock, records });
      await forEachStranger((stranger, index) => guard.refused(stranger, `address ${index % 500}`));
      for (let index = 0; index < 500; index++) {
        await guard.pass(BYSTANDER, `address ${index}`, new AbortController());
      }
      assert.equal(clock.sleeping, 0);
    },
  },
  {
    state: "known customers of this process",
    driver: "made-up credentials are looked up",
    holds: "a customer is known without asking the store",
    check: async () => {
      const { records } = await startRecords();
      await records.accepted(BYSTANDER, undefined);
      await forEachStranger((stranger) => records.isAccepted(stranger));
      assert.equal(records.isKnown(BYSTANDER.id), true);
      assert.equal(records.isKnown(customer("c1").id), false);
    },
  },
  {
    state: "labels of metrics",
    driver: "made-up tools, routes and outcomes are counted",
    holds: "their number is bounded, and a limit is still counted by its name",
    check: async () => {
      const metrics = new Metrics({ version: "1.2.3" });
      await forEachStranger((_, index) => {
        metrics.toolFinished({ tool: `tool_${index}`, outcome: `outcome_${index}`, seconds: 0 });
        metrics.requestFinished({ route: `/made/up/${index}`, status: 404, seconds: 0 });
      });
      metrics.rateLimited("sign_in");
      const lines = metrics.text().split("\n");
      assert.ok(lines.includes('cloudways_mcp_rate_limited_total{reason="sign_in"} 1'));
      assert.ok(lines.length < 10_000, `${lines.length} lines`);
    },
  },
  {
    state: "the meaning of field names",
    driver: "made-up names are looked up",
    holds: "known names keep their meaning",
    check: async () => {
      const names = ["password", "label", "api_key", "is_password_set"];
      const before = names.map(kindOfName);
      await forEachStranger((_, index) => kindOfName(`made_up_${index}`));
      assert.deepEqual(names.map(kindOfName), before);
    },
  },
  {
    state: "the mutex by key",
    driver: "made-up keys have work that fails",
    holds: "no key is kept",
    check: async () => {
      const mutex = new KeyedMutex();
      await forEachStranger(({ id }) => mutex.run(id, () => Promise.reject(new Error("refused"))).catch(() => {}));
      assert.equal(mutex.size, 0);
    },
  },
  {
    state: "work that callers share",
    driver: "made-up keys start work that never ends",
    holds: "a customer's work starts and ends",
    check: async () => {
      const flights = new SingleFlight<string>();
      const leaving = new AbortController();
      const hung: Promise<unknown>[] = [];
      await forEachStranger(({ id }) => {
        const flight = flights.run(id, () => new Promise<string>(() => {}), leaving.signal);
        hung.push(flight.catch(() => {}));
      });
      const own = await flights.run(BYSTANDER.id, () => Promise.resolve("own"), new AbortController().signal);
      leaving.abort();
      await Promise.all(hung);
      assert.equal(own, "own");
    },
  },
];

for (const { state, driver, holds, check } of ROWS) {
  Deno.test(`${state}: ${driver}; ${holds}`, check);
}
