import assert from "node:assert/strict";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";

function startLog() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ level: "INFO", format: "json", write: (line) => lines.push(JSON.parse(line)) });
  let ms = 0;
  const folded = new FoldedLog({ log, now: () => ms });
  return { lines, log, folded, advance: (by: number) => ms += by };
}

Deno.test("a stranger's lines of one kind are written once a minute, with their count at its end", () => {
  const { lines, log, folded, advance } = startLog();
  const stranger = folded.of("192.0.2.1", log.with({ request_id: "1" })).with({ route: "/mcp" });
  for (let i = 0; i < 500; i++) stranger.info("request", { status: 401, milliseconds: i });
  stranger.info("request", { status: 404 });

  advance(60_000);
  folded.sumUpWhenDue();

  assert.equal(lines.length, 3);
  assert.deepEqual([lines[0]?.status, lines[0]?.milliseconds, lines[0]?.from], [401, 0, "192.0.2.1"]);
  assert.equal(lines[1]?.status, 404);
  const { repeated, within_seconds, status, route, from } = lines[2] ?? {};
  assert.deepEqual({ repeated, within_seconds, status, route, from }, {
    repeated: 499,
    within_seconds: 60,
    status: 401,
    route: "/mcp",
    from: "192.0.2.1",
  });
});

Deno.test("the first twenty errors of a kind are written, and the others are counted", () => {
  const { lines, log, folded } = startLog();
  const stranger = folded.of("192.0.2.1", log);
  for (let i = 0; i < 25; i++) stranger.error("internal error", { route: "/mcp", error: new Error(String(i)) });
  folded.sumUp();

  assert.equal(lines.length, 21);
  assert.deepEqual([lines[19]?.level, lines[19]?.repeated], ["ERROR", undefined]);
  assert.deepEqual([lines[20]?.repeated, lines[20]?.route, lines[20]?.from], [5, "/mcp", "192.0.2.1"]);
});

Deno.test("however much strangers cause, the lines of a minute are bounded, and the counts are complete", () => {
  const { lines, log, folded } = startLog();
  for (let i = 0; i < 10_000; i++) {
    const stranger = folded.of(`192.0.${i % 256}.${i}`, log).with({ client: `client ${i}`, tool: `tool ${i}` });
    stranger.info("tool", { outcome: "authentication_failed" });
    stranger.warn("unexpected upstream answer", { operation: "server_list" });
    stranger.error("internal error", { error: new Error(String(i)) });
  }
  folded.sumUp();

  assert.ok(lines.length < 500, `${lines.length} lines`);
  const counted = lines.reduce((sum, { repeated }) => sum + (typeof repeated === "number" ? repeated : 1), 0);
  assert.equal(counted, 30_000);
});

Deno.test("a logger derived from a stranger's folds too, and hides its secrets", () => {
  const { lines, log, folded } = startLog();
  const secret = "not-a-real-secret-0123456789";
  const stranger = folded.of("192.0.2.1", log).withSecrets([secret]);

  for (let i = 0; i < 3; i++) stranger.with({ number: i }).info("hello", { text: secret });
  stranger.verbatim("signed", { a: 1 });

  assert.equal(lines.length, 2);
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(secret));
  assert.equal(lines[1]?.message, "signed");
});
