/** Passwords that a call sets: when their page opens, and when there is no page. */
import assert from "node:assert/strict";
import { ToolError } from "../../src/errors.ts";
import type { CallSecrets } from "../../src/secrets/call_secrets.ts";
import type { SecretPages } from "../../src/secrets/pages.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import type { SecretText } from "../../src/text/secret_text.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CUSTOMER, SHOPS } from "../support/approvals.ts";
import { callSecrets, idIn, makeSecretPages } from "../support/secrets.ts";

const MADE = { subject: SHOPS, name: "Database password", user: "shopuser", show: "page" } as const;
const ANSWERED = { ...MADE, show: "answer" } as const;

/** The stored part of a secret. */
const KEPT = [["secret", CUSTOMER], ["secret_value", CUSTOMER], ["secret_address", "shared"]] as const;

interface Started extends AsyncDisposable {
  pages: SecretPages;
  secrets: CallSecrets;
  store: MemoryStore;
  clock: FakeClock;
}

async function start(): Promise<Started> {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const pages = await makeSecretPages(store, clock);
  return { pages, secrets: callSecrets(pages), store, clock, [Symbol.asyncDispose]: () => store.close() };
}

/** The result of opening an address. */
async function seen({ pages }: Started, url: unknown): Promise<string> {
  const opened = await pages.open(idIn(String(url)), undefined);
  return opened.kind === "shown" ? opened.values.join() : opened.kind;
}

async function failureOf(work: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof ToolError, String(error));
  return error;
}

Deno.test("the page shows the password that was sent", async () => {
  await using started = await start();
  const sent: string[] = [];

  const { reply, answer } = await started.secrets.setPassword(MADE, (password) => {
    sent.push(password.reveal());
    return Promise.resolve("done");
  });

  assert.equal(reply, "done");
  assert.deepEqual(Object.keys(answer), ["secret_url", "secret_expires_at", "show_next_step"]);
  assert.deepEqual([await seen(started, answer.secret_url)], sent);
  assert.equal(await seen(started, answer.secret_url), "too_late");
});

Deno.test("the page exists before the password is sent, and opens only afterwards", async () => {
  await using started = await start();
  const kept: string[] = [];
  const keep = started.pages.keep.bind(started.pages);
  started.pages.keep = async (...args) => {
    const secrets = await keep(...args);
    kept.push(secrets.url);
    return secrets;
  };
  let meanwhile = "";

  await started.secrets.setPassword(MADE, async () => {
    assert.equal(await started.pages.look(idIn(kept[0] ?? "")), undefined);
    meanwhile = await seen(started, kept[0]);
  });

  assert.equal(meanwhile, "unknown");
  assert.equal((await started.pages.look(idIn(kept[0] ?? "")))?.record.state, "ready");
});

Deno.test("the page's ten minutes begin when the password is sent", async () => {
  await using started = await start();

  const { answer } = await started.secrets.setPassword(MADE, () => started.clock.advance(5 * 60_000));

  await started.clock.advance(9 * 60_000);
  assert.match(await seen(started, answer.secret_url), /^[A-Za-z0-9!_-]{24}$/);
});

for (
  const [name, error] of [
    ["an answer that does not come", new ToolError("upstream_timeout", "Cloudways did not answer in time.")],
    ["an answer that can't be understood", new ToolError("upstream_error", "Odd.", { details: { status: 500 } })],
    ["work that fails", new ToolError("operation_failed", "It failed.")],
    ["the end of the call's time", new DOMException("Timed out", "TimeoutError")],
  ] as const
) {
  Deno.test(`after ${name} the page opens, and says that the outcome is unknown`, async () => {
    await using started = await start();
    let sent: SecretText | undefined;

    const failure = await failureOf(started.secrets.setPassword(MADE, (password) => {
      sent = password;
      return Promise.reject(error);
    }));

    const url = failure.details?.secret_url;
    assert.equal(failure.done, "unknown");
    assert.match(failure.hint ?? "", /never open it yourself/);
    assert.equal((await started.pages.look(idIn(String(url))))?.record.state, "unconfirmed");
    assert.equal(await seen(started, url), sent?.reveal());
  });
}

for (
  const error of [
    new ToolError("upstream_busy", "Busy."),
    new ToolError("not_found", "Not there."),
    new ToolError("upstream_unreachable", "No connection.", { done: "nothing" }),
  ]
) {
  Deno.test(`after ${error.code} nothing is stored, since nothing was set`, async () => {
    await using started = await start();
    const kept: string[] = [];
    const keep = started.pages.keep.bind(started.pages);
    started.pages.keep = async (...args) => {
      const secrets = await keep(...args);
      kept.push(secrets.record.hash);
      return secrets;
    };

    const failure = await failureOf(started.secrets.setPassword(MADE, () => Promise.reject(error)));

    assert.equal(failure, error);
    for (const [purpose, customer] of KEPT) {
      assert.equal(await started.store.get({ purpose, customer, name: kept[0] ?? "" }), undefined, purpose);
    }
    const place = { purpose: "slot", customer: CUSTOMER, name: "secret-0" } as const;
    assert.equal(await started.store.get(place), undefined);
  });
}

Deno.test("if the page can't be stored, nothing is sent", async () => {
  await using started = await start();
  await started.store.close();
  let sends = 0;

  const failure = await failureOf(started.secrets.setPassword(MADE, () => Promise.resolve(sends++)));

  assert.equal(failure.code, "store_unavailable");
  assert.equal(failure.done, "nothing");
  assert.equal(sends, 0);
});

Deno.test("if the page can't be opened afterwards, the change still succeeds, and no link is given", async () => {
  await using started = await start();

  const { reply, answer } = await started.secrets.setPassword(MADE, async () => {
    await started.store.close();
    return "done";
  });

  assert.equal(reply, "done");
  assert.deepEqual(Object.keys(answer), ["show_next_step"]);
  assert.match(answer.show_next_step ?? "", /set it once more/);
});

Deno.test("a password in the answer has no page", async () => {
  await using started = await start();
  await started.store.close();

  const { answer } = await started.secrets.setPassword(ANSWERED, (password) => Promise.resolve(password.reveal()));

  assert.match(answer.password ?? "", /^[A-Za-z0-9!_-]{24}$/);
  assert.equal(answer.secret_url, undefined);
});

for (const made of [MADE, ANSWERED]) {
  Deno.test(`a password that Cloudways refuses is replaced once (${made.show})`, async () => {
    await using started = await start();
    const sent: string[] = [];
    const refused = new ToolError("validation_failed", "Wrong.", {
      details: { fields: [{ field: "password", messages: ["too plain"] }] },
    });
    const send = (refusals: number) => (password: SecretText) =>
      sent.push(password.reveal()) <= refusals ? Promise.reject(refused) : Promise.resolve("done");

    const { reply } = await started.secrets.setPassword(made, send(1));
    const [first, second] = sent.splice(0);
    const failure = await failureOf(started.secrets.setPassword(made, send(9)));

    assert.equal(reply, "done");
    assert.notEqual(first, second);
    assert.equal(failure, refused);
    assert.equal(sent.length, 2);
  });
}

Deno.test("after any other refusal no other password is sent", async () => {
  await using started = await start();
  let sends = 0;
  const details = { fields: [{ field: "username", messages: ["already exists"] }] };

  await failureOf(started.secrets.setPassword(MADE, () => {
    sends++;
    return Promise.reject(new ToolError("validation_failed", "Wrong.", { details }));
  }));

  assert.equal(sends, 1);
});
