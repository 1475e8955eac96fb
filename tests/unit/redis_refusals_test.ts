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

/** A watch whose time a test moves, and what it has told so far. */
function start() {
  const told: string[] = [];
  let now = 5 * SECOND;
  const watch = new RefusalWatch((refuses, reason) => told.push(refuses ? `refuses: ${reason}` : "again"), () => now);
  return { watch, told, pass: (ms: number) => now += ms };
}

for (const word of ["LOADING", "MASTERDOWN", "BUSY", "NOAUTH", "OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"]) {
  Deno.test(`a Redis that answers ${word} is told of once, and once that it takes commands again`, () => {
    const { watch, told } = start();

    for (let i = 0; i < 5; i++) watch.failed("set", replyError(`${word} whatever`), word);
    for (let i = 0; i < 5; i++) watch.succeeded(set("key", "value", 1, false), "OK");

    assert.deepEqual(told, [`refuses: ${word}`, "again"]);
  });
}

const OF_ONE_COMMAND: { what: string; error: Error }[] = [
  { what: "gives a reply of a wrong form", error: new WrongReplyError("getdel") },
  {
    what: "lets its user run no command of a script",
    error: replyError("ERR The user executing the script can't run this command or subcommand script: abc, on @user"),
  },
];

for (const { what, error } of OF_ONE_COMMAND) {
  Deno.test(`a Redis that ${what} is told of until that command gets through`, () => {
    const { watch, told } = start();

    watch.failed("getdel", error, "it");
    watch.succeeded(get("key"), null);
    watch.succeeded(getdel("key"), null);

    assert.deepEqual(told, ["refuses: it", "again"]);
  });
}

Deno.test("a mistake in one entry and a Redis that is silent are no refusals", () => {
  const { watch, told } = start();

  for (const message of ["WRONGTYPE Operation against a key", "ERR something", "NOSCRIPT No matching script"]) {
    watch.failed("get", replyError(message), message);
  }
  watch.failed("get", new Error("Command timed out"), "late");
  watch.failed("get", new Error("OOM said by nobody"), "not Redis");

  assert.deepEqual(told, []);
});

Deno.test("what shows that nothing is refused any more is a command that the reason would have stopped", () => {
  const { watch, told } = start();
  watch.failed("takeTokens", replyError("OOM command not allowed"), "full");

  watch.succeeded(get("key"), "value");
  watch.succeeded(del("key"), 1);
  watch.succeeded(set("key", "value", 1, true), null);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 0), [1, 10, 0]);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 1), [0, 0, 500]);
  const before = [...told];
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 1), [1, 9, 0]);

  assert.deepEqual(before, ["refuses: full"]);
  assert.deepEqual(told, ["refuses: full", "again"]);
});

Deno.test("a Redis that has lost its master and still takes what is told on channels is not back", () => {
  const { watch, told } = start();
  watch.failed("get", replyError("MASTERDOWN Link with MASTER is down"), "lost");

  watch.succeeded(publish("channel", "text"), 1);
  watch.succeeded(takeTokens("key", LIMIT, 10_000, 0), [1, 10, 0]);
  const before = [...told];
  watch.succeeded(get("key"), null);

  assert.deepEqual(before, ["refuses: lost"]);
  assert.deepEqual(told, ["refuses: lost", "again"]);
});

Deno.test("a command that a user may not run is taken again when that very command is", () => {
  const { watch, told } = start();
  watch.failed("getdel", replyError("NOPERM this user has no permissions"), "forbidden");

  watch.succeeded(set("key", "value", 1, false), "OK");
  const before = [...told];
  watch.succeeded({ ...get("key"), name: "getdel" }, null);

  assert.deepEqual(before, ["refuses: forbidden"]);
  assert.deepEqual(told, ["refuses: forbidden", "again"]);
});

Deno.test("a Redis that comes and goes with every command is told of every ten seconds at most", () => {
  const { watch, told, pass } = start();

  for (let i = 0; i < 300; i++) {
    watch.failed("set", replyError("OOM command not allowed"), "full");
    watch.succeeded(set("key", "value", 1, false), "OK");
    pass(SECOND / 10);
  }

  assert.deepEqual(told, Array(3).fill(["refuses: full", "again"]).flat());
});

Deno.test("what stopped a script is known in the words of Redis 6 too", () => {
  const { watch, told } = start();
  const message =
    "ERR Error running script (call to f_0123): @user_script:31: @user_script: 31: -OOM command not allowed";

  watch.failed("takeTokens", replyError(message), "full");

  assert.deepEqual(told, ["refuses: full"]);
});
