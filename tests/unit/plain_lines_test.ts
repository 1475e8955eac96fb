/** Lines of every request take a short way. What they show must be what the long way shows. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanText, ELLIPSIS } from "../../src/text/clean.ts";
import { MIN_SEARCHED } from "../../src/text/redaction/given_secrets.ts";
import { HIDDEN, SecretHider } from "../../src/text/redaction/hider.ts";
import { encodedBeyond, layersOf } from "../../src/text/redaction/layers.ts";
import { hidePatterns, isIdOrTime, isKnownHarmless, RULES } from "../../src/text/redaction/patterns.ts";
import { sqlLiterals } from "../../src/text/redaction/sql.ts";
import { safeText, safeValue } from "../../src/text/safe.ts";
import { createLogger } from "../../src/telemetry/log.ts";

const ID = crypto.randomUUID();
const NAMES = [
  "request_id customer connection client method route status milliseconds mcp_method tool outcome operation limited_by"
    .split(
      " ",
    ),
  ["level", "message", "password", "token", "from", "__proto__", "tool\u200b", "status code"],
].flat();

/** Plain words, the same with a little change, and beginnings of well-known tokens. */
const word = fc.oneof(
  fc.constantFrom("POST", "/mcp", "tools/call", "notifications/initialized", "ping", "customer_0123456789abcdef", ID),
  fc.constantFrom("hf_", "npm_", "re_", "SK", "AKIA", "cw_", "key-", "sk_live_", "login ", "/secret/", "user/"),
  fc.stringMatching(/^[a-z]{0,14}\/[a-z_]{0,14}$/),
  fc.stringMatching(/^[A-Z]{1,9}$/),
  fc.constantFrom(
    "",
    " ",
    "a  b",
    "\n",
    "\u200b",
    "…",
    "{}",
    '"x"',
    "2026-12-01T10:00:00Z",
    "2026-12-01T10:00:00.000Z",
    "{'a'}",
    "[a]",
    "%22",
    "a+b",
    "select a where b='x'",
    "select a where b=%27x%27",
    "select a from b where c=&apos;x&apos;",
    "select a where b=0x41",
    "[hidden]",
    "password=hunter22",
    "Bearer abcdef12",
  ),
  fc.uuid(),
);
const text = fc.oneof(word, fc.tuple(word, word).map(([a, b]) => a + b));
/** Names and versions of clients, and other texts that need no escape, with secrets and little changes among them. */
const client = fc.oneof(
  fc.constantFrom("Claude Code 2.1.0", "claude-ai 0.1", "[1]", "a 123456", "Zed é", 'a "b"', "a\\b", "a pass=b"),
  fc.stringMatching(/^[ -~]{0,70}$/),
);
const value = fc.oneof(
  text,
  client,
  fc.integer(),
  fc.double(),
  fc.constantFrom(undefined, null, true, [ID], { tool: "ping" }),
);
const secrets = fc.array(
  fc.oneof(
    text,
    fc.constantFrom(
      "milliseconds",
      "100000",
      "123456",
      "Code 2",
      "claude-ai",
      ID,
      ID.slice(3, 20),
      "customer_0123",
      "01T10:00",
      "2026-12-01T10:00:00Z",
    ),
  ),
  { maxLength: 3 },
);
const someFields = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 }).map(Object.fromEntries);

Deno.test("a line shows what the walk through its fields shows, whatever they hold", () => {
  const lines: string[] = [];
  // One for all cases: what it remembers of one caller's lines must not show in another's.
  const log = createLogger({ level: "INFO", format: "json", write: (line) => lines.push(line) });
  const cases = fc.record({
    secrets,
    message: fc.oneof(text, client),
    fields: fc.tuple(someFields, someFields, someFields),
  });

  fc.assert(
    fc.property(cases, ({ secrets, message, fields: [first, second, third] }) => {
      lines.length = 0;
      const before = log.with(first);
      before.info(message, third);
      const secret = before.withSecrets(secrets).with(second);
      secret.info(message, third);
      secret.info(message, third);

      const shown = lines.map((line) => line.replace(/^\{"timestamp":"[^"]*",/, "{"));
      const expected = walkedLine(message, { ...first, ...second, ...third }, secrets);
      assert.deepEqual(shown, [walkedLine(message, { ...first, ...third }, []), expected, expected]);
    }),
    { numRuns: 5_000 },
  );
});

/** A line without its time, made by one walk through all fields. */
function walkedLine(message: string, fields: Record<string, unknown>, secrets: string[]): string {
  const walked = safeValue(fields, { text: 8192, items: 100, total: 65_536 }, secrets);
  const renamed = Object.entries(Object(walked)).map(([name, shown]) => [
    /^(?:timestamp|level|message)$/.test(name) ? `field_${name}` : name,
    shown,
  ]);
  const hider = new SecretHider(secrets);
  const shownMessage = cleanText(hider.text(cleanText(message)), { maxLength: 8192 });
  return JSON.stringify({ level: "INFO", message: shownMessage, ...Object.fromEntries(renamed) });
}

/** Everything that a search finds in a text, as it is written and decoded. */
function foundIn(text: string): unknown[] {
  const layers = layersOf(text);
  const byRules = layers.flatMap((layer) => Object.values(RULES).flatMap((rule) => [...rule(layer.text)]));
  const literals = layers.filter(({ trueQuotes }) => trueQuotes).flatMap((layer) => [...sqlLiterals(layer.text)]);
  return [...encodedBeyond(layers), ...byRules, ...literals];
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) !== "number";
  } catch {
    return false;
  }
}

Deno.test("no rule finds a secret in a text that is known to be harmless, which is clean and no JSON", () => {
  fc.assert(
    fc.property(text, (text) => {
      hidePatterns(text, { showLiterals: true });
      hidePatterns(text);
      // Names in small letters are never searched. Those that read as JSON hold nothing.
      fc.pre((isKnownHarmless(text) || isIdOrTime(text)) && !/^[a-z_]+$/.test(text));

      const shown = [cleanText(text), safeText(text, { maxLength: 120 })];
      assert.deepEqual([foundIn(text), isJson(text), shown], [[], false, [text, text]]);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("a text that is harmless for one caller is hidden from another whose secret it holds", () => {
  fc.assert(
    fc.property(text, fc.nat(30), (text, from) => {
      const part = text.slice(Math.min(from, Math.max(0, text.length - MIN_SEARCHED)));
      fc.pre(part !== "" && !text.endsWith(ELLIPSIS) && !text.includes(HIDDEN));
      fc.pre(new SecretHider([]).text(text) === text);
      const hider = new SecretHider([part.length < MIN_SEARCHED ? text : part]);

      assert.ok(!hider.leaves(text));
      assert.notEqual(hider.text(text), text);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("a given secret is hidden even where it is a plain word", () => {
  const lines: string[] = [];
  const log = createLogger({ level: "INFO", format: "json", write: (line) => lines.push(line) });

  log.withSecrets(["tools/call", "milliseconds", ID.slice(3, 20)]).info("request", {
    mcp_method: "tools/call",
    request_id: ID,
    milliseconds: 3,
  });
  log.withSecrets(["plain-word"]).info("request", { client: "A PLAIN-Word" });

  assert.doesNotMatch(lines[0] ?? "", /tools\/call|milliseconds/);
  assert.ok(!lines[0]?.includes(ID.slice(3, 20)));
  assert.doesNotMatch(lines[1] ?? "", /plain-word/i);
});

Deno.test("a given secret is hidden in a text that is JSON, however it is written there", () => {
  const lines: string[] = [];
  const log = createLogger({ level: "INFO", format: "json", write: (line) => lines.push(line) });

  log.info("request", { client: "[12.3456e4]" });
  log.withSecrets(["123456"]).info("request", { client: "[12.3456e4]" });

  assert.match(lines[0] ?? "", /12\.3456e4/);
  assert.match(lines[1] ?? "", /\[hidden\]/);
});

/** A sink that keeps each write. */
function countingSink() {
  const writes: string[] = [];
  const sink = {
    write: (bytes: Uint8Array) => Promise.resolve(writes.push(new TextDecoder().decode(bytes)) && bytes.length),
  };
  return { sink, writes };
}

/** Lets everything happen that waits for no timer and no device. */
async function settle(): Promise<void> {
  for (let step = 0; step < 100; step++) await Promise.resolve();
}

Deno.test("lines after a write go out together: at once if they fill a write, and all at disposal", async () => {
  const { sink, writes } = countingSink();
  const log = createLogger({ level: "INFO", format: "json", sink });

  log.info("first");
  await settle();
  const first = writes.length;
  for (let number = 0; number < 5; number++) {
    log.info("soon", { number });
    await settle();
  }
  const collected = writes.length;
  for (let number = 0; number < 5; number++) log.info("long", { text: "x y ".repeat(2_000) });
  await settle();
  const filled = writes.length;
  log.info("last");
  await log[Symbol.asyncDispose]();

  assert.deepEqual([first, collected], [1, 1]);
  assert.ok(filled > 1);
  assert.equal(writes.join("").trimEnd().split("\n").length, 12);
});
