import assert from "node:assert/strict";
import { del, get, getdel, publish, set, takeTokens } from "../../src/store/redis/commands.ts";
import { WrongReplyError } from "../../src/store/redis/error_replies.ts";
import { RefusalWatch } from "../../src/store/redis/refusals.ts";

const SECOND = 1_000;
const LIMIT = { capacity: 10, windowSeconds: 10 };

/** An error reply, as ioredis throws it. */
function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

/** A watch whose clock the test moves, and its reports so far. */
function start() {
  const reports: string[] = [];
  let now = 5 * SECOND;
  const watch = new RefusalWatch(
    (refuses, reason) => reports.push(refuses ? `refuses: ${reason}` : "again"),
    () => now,
  );
  return { watch, reports, pass: (ms: number) => now += ms };
}

for (const word of ["LOADING", "MASTERDOWN", "BUSY", "NOAUTH", "OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"]) {
  Deno.test(`a Redis that answers ${word} is reported once, and so is its recovery`, () => {
    const { watch, reports } = start();

    for (let i = 0; i < 5; i++) watch.failed("set", replyError(`${word} whatever`), word);
    for (let i = 0; i < 5; i++) watch.succeeded(set("key", "value", 1, false), "OK");

    assert.deepEqual(reports, [`refuses: ${word}`, "again"]);
  });
}

const OF_ONE_COMMAND: { what: string; error: Error }[] = [
  { what: "sends a malformed reply", error: new WrongReplyError("getdel") },
  {
    what: "denies its user a command in a script",
    error: replyError("ERR The user executing the script can't run this command or subcommand script: abc, on @user"),
  },
];

for (const { what, error } of OF_ONE_COMMAND) {
  Deno.test(`a Redis that ${what} is reported once, and so is the next success of that command`, () => {
    const { watch, reports } = start();

    watch.failed("getdel", error, "it");
    watch.succeeded(get("key"), null);
    watch.succeeded(getdel("key"), null);

    assert.deepEqual(reports, ["refuses: it", "again"]);
  });
}

Deno.test("a mistake in one entry and a silent Redis are not refusals", () => {
  const { watch, reports } = start();

  for (const message of ["WRONGTYPE Operation against a key", "ERR something", "NOSCRIPT No matching script"]) {
    watch.failed("get", replyError(message), message);
  }
  watch.failed("get", new Error("Command timed out"), "late");
  watch.failed("get", new Error("OOM from another source"), "not Redis");

  assert.deepEqual(reports, []);
});

Deno.test("a refusal ends with a command that its reason would have stopped", () => {
  const { watch, reports } = start();
  watch.failed("takeTokens", replyError("OOM command not allowed"), "full");

  watch.succeeded(get("key"), "value");
  watch.succeeded(del("key"), 1);
  watch.succeeded(set("key", "value", 1, true), null);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 0), [1, 10, 0]);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 1), [0, 0, 500]);
  const before = [...reports];
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 1), [1, 9, 0]);

  assert.deepEqual(before, ["refuses: full"]);
  assert.deepEqual(reports, ["refuses: full", "again"]);
});

Deno.test("a Redis that has lost its master has not recovered while it only publishes messages", () => {
  const { watch, reports } = start();
  watch.failed("get", replyError("MASTERDOWN Link with MASTER is down"), "lost");

  watch.succeeded(publish("channel", "text"), 1);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 0), [1, 10, 0]);
  const before = [...reports];
  watch.succeeded(get("key"), null);

  assert.deepEqual(before, ["refuses: lost"]);
  assert.deepEqual(reports, ["refuses: lost", "again"]);
});

Deno.test("a missing right ends with the same command", () => {
  const { watch, reports } = start();
  watch.failed("getdel", replyError("NOPERM this user has no permissions"), "forbidden");

  watch.succeeded(set("key", "value", 1, false), "OK");
  const before = [...reports];
  watch.succeeded({ ...get("key"), name: "getdel" }, null);

  assert.deepEqual(before, ["refuses: forbidden"]);
  assert.deepEqual(reports, ["refuses: forbidden", "again"]);
});

Deno.test("a Redis that changes state with every command is reported every ten seconds at most", () => {
  const { watch, reports, pass } = start();

  for (let i = 0; i < 300; i++) {
    watch.failed("set", replyError("OOM command not allowed"), "full");
    watch.succeeded(set("key", "value", 1, false), "OK");
    pass(SECOND / 10);
  }

  assert.deepEqual(reports, Array(3).fill(["refuses: full", "again"]).flat());
});

Deno.test("the reason that stopped a script is recognised in replies of Redis 6 too", () => {
  const { watch, reports } = start();
  const message =
    "ERR Error running script (call to f_0123): @user_script:31: @user_script: 31: -OOM command not allowed";

  watch.failed("takeTokens", replyError(message), "full");

  assert.deepEqual(reports, ["refuses: full"]);
});
