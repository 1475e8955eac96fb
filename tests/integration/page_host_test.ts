/** What approvals and secrets ask of the host of their pages, which may serve pages only while one is open. */
import assert from "node:assert/strict";
import { type NotServed, type PageHost, PageNotServedError } from "../../src/confirm/page_access.ts";
import { hashOf } from "../../src/confirm/page_ids.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { CUSTOMER, FINGERPRINT, idOf, KEYS, makeReplica, NO, request, SHOPS } from "../support/approvals.ts";
import { callSecrets, idIn, makeSecretPages, newSecrets } from "../support/secrets.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const TEN_MINUTES = 600_000;
const TWO_MINUTES = 120_000;

/** A host that notes until when each page is to be served, and can refuse to serve any. */
class NotingHost implements PageHost {
  refusal: NotServed | undefined;
  readonly ends = new Map<string, number>();

  open(page: string, until: number): Promise<NotServed | undefined> {
    if (this.refusal === undefined) this.ends.set(page, until);
    return Promise.resolve(this.refusal);
  }

  endAt(page: string, until: number): void {
    if (this.ends.has(page)) this.ends.set(page, until);
  }
}

async function startApprovals() {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const host = new NotingHost();
  const { approvals } = await makeReplica(store, clock, [KEYS[0]], "http://127.0.0.1:7000", host);
  return { approvals, clock, host, [Symbol.asyncDispose]: () => store.close() };
}

type Approvals = Awaited<ReturnType<typeof startApprovals>>["approvals"];

/** What is done with a question one second after it was asked, and for how long from then its page is needed. */
const STEPS: Record<string, { act: (approvals: Approvals, id: string) => Promise<unknown>; neededMs: number }> = {
  "open": { act: () => Promise.resolve(), neededMs: TEN_MINUTES - 1000 },
  "approved": { act: (approvals, id) => approvals.approve(id, undefined), neededMs: TEN_MINUTES - 1000 },
  "used": {
    act: async (approvals, id) => {
      await approvals.approve(id, undefined);
      await approvals.takeYes(CUSTOMER, FINGERPRINT);
    },
    neededMs: 0,
  },
  "denied": { act: (approvals, id) => approvals.deny(id), neededMs: TWO_MINUTES },
  "denied in the client": {
    act: (approvals) => approvals.decline({ customer: CUSTOMER, fingerprint: FINGERPRINT, no: NO }),
    neededMs: TWO_MINUTES,
  },
  "withdrawn": {
    act: async (approvals, id) => {
      await approvals.approve(id, undefined);
      await approvals.withdraw(id);
    },
    neededMs: TWO_MINUTES,
  },
  "taken back": {
    act: async (approvals, id) => {
      await approvals.deny(id);
      await approvals.takeNoBack(id);
    },
    neededMs: 0,
  },
};

for (const [state, { act, neededMs }] of Object.entries(STEPS)) {
  Deno.test(`the page of an approval that is ${state} is served as long as something can be done on it`, async () => {
    await using world = await startApprovals();
    const { approvals, clock, host } = world;
    const id = idOf(await approvals.ask(request()));
    await clock.advance(1000);

    await act(approvals, id);

    assert.deepEqual([...host.ends], [[await hashOf(id), clock.now() + neededMs]]);
  });
}

Deno.test("a question whose page can't be served is not asked, and takes no slot", async () => {
  await using world = await startApprovals();
  const { approvals, host } = world;
  host.refusal = "port in use";
  for (let n = 0; n < 12; n++) {
    await assert.rejects(approvals.ask(request()), (error) => {
      return error instanceof PageNotServedError && error.why === "port in use";
    });
  }
  host.refusal = undefined;

  const asked = await approvals.ask(request());

  assert.equal(asked.isNew, true);
});

Deno.test("the address of an open question is given out again only if its page is served", async () => {
  await using world = await startApprovals();
  const { approvals, host } = world;
  const { url } = await approvals.ask(request());
  const served = await approvals.openFor(request());
  host.refusal = "can't listen";

  const notServed = await approvals.openFor(request());

  assert.equal(served?.url, url);
  assert.equal(notServed, undefined);
  await assert.rejects(approvals.ask(request()), PageNotServedError);
});

async function startSecrets() {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const host = new NotingHost();
  const pages = await makeSecretPages(store, clock, { host });
  return { pages, clock, host, [Symbol.asyncDispose]: () => store.close() };
}

Deno.test("the page of a secret is served until it is seen, and its time begins again once it can be opened", async () => {
  await using world = await startSecrets();
  const { pages, clock, host } = world;
  const kept = await pages.keep(newSecrets(), "waiting");
  const hash = await hashOf(idIn(kept.url));
  const waiting = host.ends.get(hash);
  await clock.advance(60_000);

  await pages.arm(kept, "ready");
  const ready = host.ends.get(hash);
  await pages.open(idIn(kept.url), undefined);
  const shown = host.ends.get(hash);

  assert.equal(waiting, clock.now() - 60_000 + TEN_MINUTES);
  assert.equal(ready, clock.now() + TEN_MINUTES);
  assert.equal(shown, clock.now());
});

Deno.test("the page of a secret that is discarded is not needed any more", async () => {
  await using world = await startSecrets();
  const { pages, clock, host } = world;

  await pages.discard(await pages.keep(newSecrets(), "waiting"));

  assert.deepEqual([...host.ends.values()], [clock.now()]);
});

Deno.test("a password whose page can't be served is not sent, and takes no slot", async () => {
  await using world = await startSecrets();
  const { pages, host } = world;
  host.refusal = "port in use";
  let sent = 0;
  const made = { name: "Database password", subject: SHOPS, show: "page" } as const;
  const set = () => callSecrets(pages).setPassword(made, () => Promise.resolve(++sent));
  for (let n = 0; n < 22; n++) {
    await assert.rejects(set(), { code: "confirmation_required", message: /another program uses that port/ });
  }
  host.refusal = undefined;

  const { answer } = await set();

  assert.equal(sent, 1);
  assert.match(String(answer.secret_url), /\/secret\/[0-9a-f]{32}$/);
});

Deno.test("a password that is sent while its page goes gets no address, and the answer says so", async () => {
  await using world = await startSecrets();
  const { pages, host } = world;
  const made = { name: "Database password", subject: SHOPS, show: "page" } as const;

  const { answer } = await callSecrets(pages).setPassword(made, () => {
    host.refusal = "shutting down";
    return Promise.resolve();
  });

  assert.equal(answer.secret_url, undefined);
  assert.match(String(answer.show_next_step), /set it once more/);
});
