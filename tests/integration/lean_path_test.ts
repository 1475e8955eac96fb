/**
 * The lean path and the SDK give the same answers and write the same log: two servers that differ in nothing else get the
 * same requests. `tests/fuzz/lean_path.ts` sends them random ones.
 */
import assert from "node:assert/strict";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import type { Service } from "../support/harness.ts";
import {
  type Base,
  base2025,
  base2026,
  BASES,
  call,
  compare,
  compareLogs,
  INITIALIZE,
  sentOf,
  startPair,
} from "../support/lean_pair.ts";
import {
  edited,
  namesAt,
  objectsIn,
  ODD_HEADERS,
  ODD_NAMES,
  ODD_VALUES,
  textOf,
  withHeader,
} from "../support/near_messages.ts";
import { toolRows } from "../tool_rows/mod.ts";

const catalogue = new Catalogue(allTools);

Deno.test("plain requests get the same answers with and without the SDK, and leave the same log", async () => {
  await using pair = await startPair();
  const plain = BASES.slice(0, 9);

  for (const base of [...plain, ...plain]) await compare(pair, sentOf(base));

  await compareLogs(pair);
  // The first answer to each but a call is made by the SDK, and kept.
  assert.equal(pair.leanAnswers(), 2 * plain.length - 5);
});

Deno.test("every tool that only reads gives the same answers with and without the SDK", async () => {
  await using pair = await startPair();
  const rows = toolRows.filter(({ tool }) => catalogue.isPlain(tool));

  for (const { tool, minimal, full, wrong } of rows) {
    for (const args of [minimal, full, ...wrong.map(({ args }) => args), { ...minimal, nonsense: "\u200b" }]) {
      await compare(pair, sentOf(base2025("tools/call", call(tool, args))));
      await compare(pair, sentOf(base2026("tools/call", call(tool, args))));
    }
  }

  await compareLogs(pair);
  assert.ok(rows.length > 40);
  assert.equal(pair.leanAnswers(), 2 * rows.reduce((sum, { wrong }) => sum + 3 + wrong.length, 0));
});

Deno.test("a plain request with one odd member gets the same answer with and without the SDK", async () => {
  await using pair = await startPair();
  let [sent, odd] = [0, 0];

  for (const { message, headers } of BASES) {
    for (const path of objectsIn(message)) {
      const own = namesAt(message, path);
      const names = [...new Set([...own, ...ODD_NAMES])];
      for (const name of names) {
        // Each value meets a few of the message's own members, and other names meet a few values.
        const values = ODD_VALUES.filter(() => odd++ % (own.includes(name) ? 13 : 199) === 0);
        for (const value of [...own.includes(name) ? [undefined] : [], ...values]) {
          await compare(pair, { headers, body: textOf(edited(message, { path, name, value })) });
          sent++;
        }
      }
    }
  }

  await compareLogs(pair);
  assert.ok(pair.leanAnswers() > sent / 20, `${pair.leanAnswers()} of ${sent}`);
  assert.ok(pair.leanAnswers() < sent);
});

Deno.test("a plain request with an odd header gets the same answer with and without the SDK", async () => {
  await using pair = await startPair();
  const declared = { ...INITIALIZE, capabilities: { elicitation: {} } };
  const initialized = await fetch(pair.on.mcpUrl, { method: "POST", ...fetched(base2025("initialize", declared)) });
  await initialized.body?.cancel();
  const session = initialized.headers.get("mcp-session-id") ?? "";
  assert.notEqual(session, "");
  const headersOf = Object.entries({ ...ODD_HEADERS, "mcp-session-id": [session, "v1.e30.00", ""] });

  for (const { message, headers } of BASES) {
    for (const [name, values] of headersOf) {
      for (const value of values) {
        const sent = { body: textOf(message), headers: withHeader(headers, name, value) };
        // Twice: a view's first answer is made by the SDK.
        await compare(pair, sent);
        await compare(pair, sent);
      }
    }
  }

  await compareLogs(pair);
  assert.ok(pair.leanAnswers() > 100);
});

function fetched(base: Base): RequestInit {
  return sentOf(base);
}

Deno.test("both paths count the same in the metrics", async () => {
  await using pair = await startPair();

  for (const base of BASES) await compare(pair, sentOf(base));

  const [on, off] = await Promise.all([pair.on, pair.off].map(counts));
  assert.deepEqual(on, off);
});

/** The metrics that don't depend on time. */
async function counts({ url }: Service): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split("\n").filter((line) => !/^#|_seconds|_bytes|uptime|start/.test(line));
}
