import assert from "node:assert/strict";
import fc from "fast-check";
import { createLogger, type Logger, type LoggerOptions } from "../../src/telemetry/log.ts";
import { until } from "../until.ts";

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

/** A stream that keeps the text written to it. */
function textStream(): { stream: WritableStream<Uint8Array>; text: () => string } {
  const decoder = new TextDecoder();
  let text = "";
  const stream = new WritableStream<Uint8Array>({ write: (bytes) => void (text += decoder.decode(bytes)) });
  return { stream, text: () => text };
}

Deno.test("a JSON line has timestamp, level, message and the fields beside them", () => {
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

Deno.test("fields of a derived logger stand on its lines only, and later ones win", () => {
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

  Deno.test(`the caller's own credentials are hidden wherever they stand as ${format}`, () => {
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

  Deno.test(`no canary under a secret name reaches a line as ${format}`, () => {
    const name = fc.constantFrom("password", "apiKey", "ACCESS-TOKEN", "Private_Key", "clientSecret", "x-access-token");

    fc.assert(fc.property(name, fc.jsonValue(), fc.nat(6), (secretName, noise, depth) => {
      let value: unknown = { [secretName]: "canary-deep", noise };
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { noise, value };

      assert.doesNotMatch(linesOf({ format }, (log) => log.info("x", { value })).join(), /canary/);
    }));
  });
}

Deno.test("an error in a field tells its name, message, stack, cause and code", () => {
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

Deno.test("what cannot be written as JSON costs no line", () => {
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

Deno.test("a secret at the place where a long text is cut is hidden whole", () => {
  const padding = "x".repeat(8192 - 12);

  const line = linesOf(
    {},
    (log) => log.info(`${padding} cw_canary-0123456789`, { text: `${padding} cw_canary-01234567` }),
  );

  assert.doesNotMatch(line.join(), /canary/);
  assert.ok(line.join().length < 20_000);
});

Deno.test("an output that fails never throws into whoever logs", () => {
  const log = createLogger({
    level: "INFO",
    format: "json",
    write: () => {
      throw new Error("gone");
    },
  });

  log.error("x", { error: new Error("y") });
});

Deno.test("disposal writes out what is buffered, in order, and what comes later is dropped", async () => {
  const { stream, text } = textStream();
  const log = createLogger({ level: "INFO", format: "json", stream });

  for (let i = 0; i < 500; i++) log.info(`line ${i}`);
  await log[Symbol.asyncDispose]();
  log.error("too late");
  await log[Symbol.asyncDispose]();

  const messages = text().trimEnd().split("\n").map((line): Record<string, unknown> => JSON.parse(line)["message"]);
  assert.deepEqual(messages, Array.from({ length: 500 }, (_, i) => `line ${i}`));
});

Deno.test("the fields on a line are those of the moment it was logged", async () => {
  const { stream, text } = textStream();
  const fields = { state: "before" };
  {
    await using log = createLogger({ level: "INFO", format: "json", stream });
    log.info("x", fields);
    fields.state = "after";
  }

  assert.match(text(), /"state":"before"/);
});

Deno.test("a stream that fails throws neither into whoever logs nor at disposal", async () => {
  const stream = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error("closed pipe")) });
  const log = createLogger({ level: "INFO", format: "console", stream });

  for (let i = 0; i < 5; i++) log.error("x");

  await assert.doesNotReject(async () => await log[Symbol.asyncDispose]());
});

Deno.test("a stream that stands still loses the oldest lines and says how many", async () => {
  const gate = Promise.withResolvers<void>();
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const stream = new WritableStream<Uint8Array>({
    async write(bytes) {
      await gate.promise;
      lines.push(decoder.decode(bytes));
    },
  });
  {
    await using log = createLogger({ level: "INFO", format: "json", stream });
    for (let i = 0; i < 5000; i++) log.info(`line ${i}`);
    gate.resolve();
    await until(() => lines.some((line) => line.includes("dropped")));
  }

  const all = lines.join("");
  assert.match(all, /"message":"line 4999"/);
  assert.match(all, /"message":"log lines were dropped","count":\d+/);
});
