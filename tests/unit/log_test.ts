import assert from "node:assert/strict";
import fc from "fast-check";
import type { ByteSink } from "../../src/telemetry/line_writer.ts";
import { createLogger, type Logger, type LoggerOptions } from "../../src/telemetry/log.ts";
import { until } from "../support/until.ts";

const FORMATS: LoggerOptions["format"][] = ["console", "json"];

/** The lines that the logger wrote while `use` ran. */
function linesOf(options: Partial<LoggerOptions>, use: (log: Logger) => void): string[] {
  const lines: string[] = [];
  use(createLogger({ level: "DEBUG", format: "json", ...options, write: (line) => lines.push(line) }));
  return lines;
}

/** The one line that the logger wrote while `use` ran, parsed. */
function entryOf(use: (log: Logger) => void): Record<string, unknown> {
  const [line = "", ...more] = linesOf({ format: "json" }, use);
  assert.equal(more.length, 0);
  return JSON.parse(line);
}

/** A sink that keeps the text written to it. */
function textSink(): { sink: ByteSink; text: () => string } {
  const decoder = new TextDecoder();
  let text = "";
  const write = (bytes: Uint8Array) => {
    text += decoder.decode(bytes);
    return Promise.resolve(bytes.length);
  };
  return { sink: { write }, text: () => text };
}

Deno.test("a JSON line has timestamp, level, message and the fields", () => {
  const { timestamp, ...rest } = entryOf((log) =>
    log.warn("slow reply", { operation: "list_servers", ms: 12, ok: true })
  );

  assert.deepEqual(rest, { level: "WARNING", message: "slow reply", operation: "list_servers", ms: 12, ok: true });
  assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

Deno.test("a field cannot replace the timestamp, level or message of its line", () => {
  const entry = entryOf((log) => log.info("true", { level: "ERROR", message: "forged", timestamp: "then" }));

  assert.equal(entry["level"], "INFO");
  assert.equal(entry["message"], "true");
  assert.equal(entry["field_message"], "forged");
  assert.notEqual(entry["timestamp"], "then");
});

Deno.test("a console line reads as time, level, message and fields, without colours", () => {
  const [line = ""] = linesOf({ format: "console" }, (log) => {
    log.error("call failed", { tool: "get_app", note: 'two "words"', list: [1, 2], empty: "" });
  });

  assert.match(line, /^\S+Z ERR call failed tool=get_app note="two \\"words\\"" list=\[1,2\] empty=""$/);
});

Deno.test("lines below the level are not written", () => {
  const all = (log: Logger) => {
    log.debug("1");
    log.info("2");
    log.warn("3");
    log.error("4");
  };

  const counts = (["DEBUG", "INFO", "WARNING", "ERROR"] as const).map((level) => linesOf({ level }, all).length);

  assert.deepEqual(counts, [4, 3, 2, 1]);
});

Deno.test("fields of a derived logger are only on its lines, and later ones win", () => {
  const lines = linesOf({}, (log) => {
    const derived = log.with({ request_id: "r1", step: 1 });
    derived.info("a", { step: 2 });
    log.info("b");
  }).map((line): Record<string, unknown> => JSON.parse(line));

  assert.equal(lines[0]?.["request_id"], "r1");
  assert.equal(lines[0]?.["step"], 2);
  assert.equal(lines[1]?.["request_id"], undefined);
});

for (const format of FORMATS) {
  Deno.test(`no secret comes out of fields, messages and errors as ${format}`, () => {
    const cause = new Error("login with password=canary-cause refused", { cause: { api_key: "canary-inner" } });
    const error = Object.assign(new Error("GET https://u:canary-user@x.example/?token=canary-query", { cause }), {
      details: { sys_password: "canary-details" },
    });
    const many = new AggregateError([new Error("Bearer canary-many1")], "several");

    const lines = linesOf({ format }, (log) => {
      log.info("Authorization: Bearer canary-header", {
        accessToken: "canary-field",
        nested: [{ a: { PASSWORD: 1234567 } }],
      });
      log.with({ "x-cw-api-key": "canary-with" }).error("failed", { error, many, text: '{"password":"canary-text"}' });
      log.warn("cw_canarytoken1");
    });

    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join("\n"), /canary|1234567/);
    assert.match(lines.join("\n"), /x\.example/);
  });

  Deno.test(`the caller's credentials are hidden everywhere as ${format}`, () => {
    const lines = linesOf({ format }, (log) => {
      const request = log.withSecrets(["canary-one"]).with({ echoed: "is canary-one" }).withSecrets(["canary/two"]);
      request.info("got canary-one and canary%2Ftwo", {
        "canary-one": [btoa("canary/two")],
        error: new Error("canary/two"),
      });
    });

    assert.doesNotMatch(lines.join("\n"), new RegExp(`canary|${btoa("canary/two").slice(0, 10)}`));
  });

  Deno.test(`whatever a field or message holds, its line stays one line as ${format}`, () => {
    const hostile = fc.array(
      fc.oneof(fc.constantFrom("\n", "\r", "\u2028", "\u0085", "\x1b[2J", "\x9b", "\u202e", '"', "{"), fc.string()),
    ).map((parts) => parts.join(""));

    fc.assert(fc.property(hostile, hostile, hostile, (message, name, value) => {
      const lines = linesOf({ format }, (log) => log.info(message, { [name]: value, deep: { [name]: [value] } }));

      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines[0] ?? "", /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    }));
  });

  Deno.test(`no value under a secret name reaches a line as ${format}`, () => {
    const name = fc.constantFrom("password", "apiKey", "ACCESS-TOKEN", "Private_Key", "clientSecret", "x-access-token");

    fc.assert(fc.property(name, fc.jsonValue(), fc.nat(6), (secretName, noise, depth) => {
      let value: unknown = { [secretName]: "canary-deep", noise };
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { noise, value };

      assert.doesNotMatch(linesOf({ format }, (log) => log.info("x", { value })).join(), /canary/);
    }));
  });
}

Deno.test("an error in a field gives its name, message, stack, cause and code", () => {
  const error = Object.assign(new TypeError("outer", { cause: new Error("inner") }), { code: "E1" });

  const entry = entryOf((log) => log.error("failed", { error }));

  const shown = entry["error"];
  assert.ok(typeof shown === "object" && shown !== null);
  assert.partialDeepStrictEqual(shown, {
    name: "TypeError",
    message: "outer",
    code: "E1",
    cause: { message: "inner" },
  });
  assert.match(JSON.stringify(shown), /TypeError: outer at /);
});

Deno.test("a value that JSON can't hold does not lose its line", () => {
  const loop: Record<string, unknown> = { big: 5n, bytes: new Uint8Array(9), run: () => 1, none: undefined };
  loop["self"] = loop;
  const trap = {
    get broken(): string {
      throw new Error("getter");
    },
  };

  const lines = linesOf({}, (log) => {
    log.info("loop", { loop });
    log.info("trap", { trap });
  });

  assert.match(lines[0] ?? "", /"big":"5","bytes":"9 bytes","self":"\[circular\]"/);
  assert.match(lines[1] ?? "", /"message":"trap"/);
});

Deno.test("a secret at the cut of a long text is completely hidden", () => {
  const padding = "x".repeat(8192 - 12);

  const line = linesOf(
    {},
    (log) => log.info(`${padding} cw_canary-0123456789`, { text: `${padding} cw_canary-01234567` }),
  );

  assert.doesNotMatch(line.join(), /canary/);
  assert.ok(line.join().length < 20_000);
});

Deno.test("a failing output never throws in the caller of the logger", () => {
  const log = createLogger({
    level: "INFO",
    format: "json",
    write: () => {
      throw new Error("gone");
    },
  });

  log.error("x", { error: new Error("y") });
});

Deno.test("disposal writes buffered lines in order, and later lines are dropped", async () => {
  const { sink, text } = textSink();
  const log = createLogger({ level: "INFO", format: "json", sink });

  for (let i = 0; i < 500; i++) log.info(`line ${i}`);
  await log[Symbol.asyncDispose]();
  log.error("too late");
  await log[Symbol.asyncDispose]();

  const messages = text().trimEnd().split("\n").map((line): Record<string, unknown> => JSON.parse(line)["message"]);
  assert.deepEqual(messages, Array.from({ length: 500 }, (_, i) => `line ${i}`));
});

Deno.test("a line has the fields at the time of logging", async () => {
  const { sink, text } = textSink();
  const fields = { state: "before" };
  {
    await using log = createLogger({ level: "INFO", format: "json", sink });
    log.info("x", fields);
    fields.state = "after";
  }

  assert.match(text(), /"state":"before"/);
});

/** A sink that blocks until it is opened, or fails on demand. */
function troubledSink() {
  const decoder = new TextDecoder();
  const gate = Promise.withResolvers<void>();
  const seen = { text: "", fails: false, room: Infinity };
  const sink: ByteSink = {
    async write(bytes) {
      await gate.promise;
      if (seen.fails || seen.room === 0) throw new Error("No space left on device");
      const taken = bytes.subarray(0, seen.room);
      seen.room -= taken.length;
      seen.text += decoder.decode(taken);
      return taken.length;
    },
  };
  return { sink, seen, open: gate.resolve };
}

function messagesIn(text: string): unknown[] {
  return text.trimEnd().split("\n").map((line): unknown => JSON.parse(line).message);
}

Deno.test("a failing sink throws neither in the caller nor at disposal, and its lines are counted", async () => {
  const { sink, seen, open } = troubledSink();
  seen.fails = true;
  open();
  const log = createLogger({ level: "INFO", format: "console", sink });

  for (let i = 0; i < 5; i++) log.error("x");

  await assert.doesNotReject(async () => await log[Symbol.asyncDispose]());
  assert.equal(log.linesLost, 5);
});

Deno.test("a blocked sink loses the oldest lines, and the log says how many once there is room", async () => {
  const { sink, seen, open } = troubledSink();
  let lost = 0;
  {
    await using log = createLogger({ level: "INFO", format: "json", sink });
    for (let i = 0; i < 5000; i++) log.info(`line ${i}`);
    lost = log.linesLost;
    open();
  }

  assert.ok(lost >= 2900, `${lost}`);
  assert.match(seen.text, /"message":"line 4999"/);
  assert.match(seen.text, new RegExp(`"message":"log lines were lost","count":${lost}}`));
});

Deno.test("after a full disk the log goes on with complete lines, and says how many are missing", async () => {
  const { sink, seen, open } = troubledSink();
  open();
  const log = createLogger({ level: "INFO", format: "json", sink });
  log.info("before");
  await until(() => seen.text !== "");
  seen.room = 20;
  for (let i = 0; i < 3; i++) log.info("lost");
  await until(() => log.linesLost === 3);
  seen.room = Infinity;

  log.info("after");
  await log[Symbol.asyncDispose]();

  const [before = "", half = "", ...rest] = seen.text.split("\n");
  assert.deepEqual([messagesIn(before), half.length], [["before"], 20]);
  assert.deepEqual(messagesIn(rest.join("\n")), ["log lines were lost", "after"]);
  assert.match(seen.text, /"count":3/);
});

Deno.test("a required line waits for one write at most, however many other lines wait", async () => {
  const { sink, seen, open } = troubledSink();
  const log = createLogger({ level: "INFO", format: "json", sink });
  for (let i = 0; i < 5000; i++) log.info(`line ${i}`);

  const written = log.verbatim("audit", { number: 1 });
  open();
  await written;

  const before = messagesIn(seen.text).indexOf("audit");
  assert.ok(before >= 0 && before < 500, `${before} lines first`);
  await log[Symbol.asyncDispose]();
});

Deno.test("a required line that can't be written throws", async () => {
  const { sink, seen, open } = troubledSink();
  open();
  const log = createLogger({ level: "INFO", format: "json", sink });
  seen.fails = true;

  await assert.rejects(log.verbatim("audit", {}), /No space left/);
});
