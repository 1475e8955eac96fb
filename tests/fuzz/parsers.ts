/** The readers of Cloudways' answers: any JSON is read, or is an error of the contract, and nothing else is thrown. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKey, addressListReply } from "../../src/cloudways/address_lists.ts";
import { formatRange, parseRange } from "../../src/cloudways/address_ranges.ts";
import { CertificateError, checkCertificate } from "../../src/cloudways/certificates.ts";
import { isoTime } from "../../src/cloudways/models.ts";
import { startedReply } from "../../src/cloudways/operations.ts";
import { APPS, PACKAGES, PROVIDERS, REGIONS, SERVER_SIZES } from "../../src/cloudways/reference_data.ts";
import { isOutage, readReply, retryAfterSeconds } from "../../src/cloudways/replies.ts";
import { readReport } from "../../src/cloudways/report_tables.ts";
import { serverListReply } from "../../src/cloudways/server_list_reply.ts";
import { readServerUsage } from "../../src/cloudways/server_usage.ts";
import { describeGraph, graphReply } from "../../src/cloudways/server_graph.ts";
import { ToolError } from "../../src/errors.ts";
import { editList } from "../../src/tools/define/list_edits.ts";
import { errorResult, successResult } from "../../src/calls/results.ts";
import { hideSecrets } from "../../src/text/redaction/hider.ts";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import { anyJson, anyMutation, anyText, mutate, toText } from "./json_cases.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";

const retryAfter = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "-1",
    "999999999999",
    "9".repeat(400),
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "soon",
    "GMT",
    "1.5",
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
);

/** Bodies by which Cloudways refuses, changed a little. */
const REFUSALS: readonly unknown[] = [
  { message: "Refused", error: "invalid", error_description: "Refused." },
  { operation: { id: "1", type: "x", status: "y", server_id: 1, app_id: 0, estimated_time_remaining: "2" } },
  { server_id: [{ code: "e", message: "Required." }] },
  { status: false, message: "No." },
];

const refusals = fc.record({ base: fc.constantFrom(...REFUSALS), mutations: fc.array(anyMutation, { maxLength: 2 }) })
  .map(({ base, mutations }) => toText(mutate(base, mutations)));

const replies = defineProperty({
  name: "parsers/reply",
  claim: "any answer of Cloudways is read or gives an error of the contract, with a bounded pause",
  quick: 1500,
  bench: () => ({
    cases: fc.record({
      status: fc.oneof(
        fc.constantFrom(200, 400, 401, 403, 404, 422, 429, 500, 502, 503),
        fc.integer({ min: 200, max: 599 }),
      ),
      text: fc.oneof(refusals, anyJson.map(toText), anyText),
      headers: fc.record({ "retry-after": retryAfter, date: retryAfter }, { requiredKeys: [] }),
    }),
    holds: ({ status, text, headers: named }) => {
      const headers = new Headers({ ...named });
      const reply = { status, headers, text };

      const seconds = retryAfterSeconds(headers);
      const outcome = attempt(() => readReply(reply, { operation: "some_operation", method: "POST" }));

      assert.ok(seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 900));
      assert.equal(isOutage(reply), [502, 503, 504].includes(status));
      if (outcome instanceof ToolError) {
        assert.notEqual(outcome.code, "internal_error");
        const shown = errorResult(outcome, "id", []).content[0];
        assert.ok(shown?.type === "text" && shown.text.length <= 60_000);
      } else {
        assert.ok(status < 300);
      }
    },
  }),
});

/** What each kind of answer looks like when it is right. */
const RECORDS: readonly unknown[] = [
  { servers: [{ id: "1", label: "x", ssh_keys: [{ id: 1 }], apps: [{ id: "2", aliases: ["a"], project_id: "3" }] }] },
  { operation_id: 1 },
  { response: { task_id: "flex-1" } },
  { data: { ip_list: ["192.0.2.1", "2001:db8::/48"], policy: "allow_all" } },
  { ip_list: '["192.0.2.1"]', policy: "" },
  { content: [{ target: "Idle CPU", datapoints: [[1.5, 1_700_000_000], [null, "1700000060"]] }] },
  { contents: '[{"target":"Free memory","datapoints":[["1",1700000000]]}]' },
  { applications: { header: ["user", "cpu"], body: [["abc", "1.5", 3, 4]] } },
  { top: { header: ["ip", "count", "ip"], body: [["192.0.2.1", 2, 3, 4]], from: "2026-01-01 00:00:00" } },
  { regions: { do: [{ id: "nyc3", name: "New York" }] }, sizes: { do: ["1GB"] }, providers: [{ id: "do", name: "x" }] },
  {
    apps: { wordpress: { label: "W", versions: [{ app_version: "6", application: "wordpress" }] } },
    packages: { a: [] },
  },
];

const SCHEMAS = [
  startedReply,
  addressListReply,
  graphReply,
  APPS.reply,
  PACKAGES.reply,
  PROVIDERS.reply,
  REGIONS.reply,
  SERVER_SIZES.reply,
];

const records = defineProperty({
  name: "parsers/record",
  claim: "any JSON is read as a record or refused, and the result fits into an answer",
  quick: 1000,
  bench: () => ({
    cases: fc.record({
      base: fc.constantFrom(...RECORDS),
      mutations: fc.array(anyMutation, { maxLength: 3 }),
      other: fc.option(anyJson, { freq: 4 }),
    }),
    holds: async ({ base, mutations, other }) => {
      const text = toText(other ?? mutate(base, mutations));
      const json = hideSecrets(JSON.parse(text));

      for (const schema of SCHEMAS) schema.safeParse(json);
      await serverListReply.parseInTurns(json);
      const graph = graphReply.safeParse(json).data;
      const report = readReport(json);
      const usage = readServerUsage(json, []);

      successResult({ ...report }, { secrets: [], reveal: false });
      successResult({ ...usage }, { secrets: [], reveal: false });
      if (graph !== undefined) successResult({ graph: describeGraph(graph) }, { secrets: [], reveal: false });
    },
  }),
});

const addresses = defineProperty({
  name: "parsers/address",
  claim: "a range has one spelling, and editing a list removes only named entries",
  quick: 1000,
  bench: () => {
    const part = fc.oneof(
      fc.constantFrom("/", ":", "::", ".", "0", "32", "/0", "%", "ffff"),
      fc.ipV4(),
      fc.ipV6(),
      anyText,
    );
    const text = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(""));
    const list = fc.array(text, { maxLength: 6 });
    return {
      cases: fc.record({ text, before: list, add: list, remove: list }),
      holds: ({ text, before, add, remove }) => {
        const range = parseRange(text);
        const merged = editList(before, { add, remove }, addressKey);

        if (range !== undefined) {
          const spelt = formatRange(range);
          const again = parseRange(spelt);
          assert.ok(again !== undefined && formatRange(again) === spelt);
        }
        const named = new Set(remove.map(keyOf));
        for (const ip of before) {
          if (!named.has(keyOf(ip))) assert.ok(merged.after.some((kept) => keyOf(kept) === keyOf(ip)), ip);
        }
        assert.equal(isoTime(text) === undefined, false);
      },
    };
  },
});

function keyOf(text: string): string {
  const range = parseRange(text.trim());
  return range === undefined ? text.trim() : formatRange(range);
}

const certificates = defineProperty({
  name: "parsers/certificate",
  claim: "any files are a certificate with its key, or an error that shows nothing of the key",
  quick: 300,
  bench: () => {
    const certificate = certificatePem({ domains: ["shop.example.com"] });
    const privateKey = keyPem(testKey(1));
    const change = fc.record({
      at: fc.nat({ max: 5000 }),
      cut: fc.nat({ max: 40 }),
      piece: fc.oneof(anyText, fc.constantFrom(certificate, privateKey, "-----", "\n", "A")),
    });
    const changes = fc.array(change, { maxLength: 2 });
    return {
      cases: fc.record({ certificate: changes, privateKey: changes, password: fc.option(anyText, { nil: undefined }) }),
      holds: async (edits) => {
        const files = {
          certificate: edited(certificate, edits.certificate),
          privateKey: edited(privateKey, edits.privateKey),
          password: edits.password,
        };

        const outcome = await checkCertificate(files, Date.UTC(2026, 5, 1)).catch((error: unknown) => error);
        assert.ok(!(outcome instanceof Error) || outcome instanceof CertificateError, String(outcome));

        if (outcome instanceof CertificateError) {
          for (const line of privateKey.split("\n")) {
            if (!line.includes("-") && line.length > 8) assert.ok(!outcome.message.includes(line));
          }
        }
      },
    };
  },
});

function edited(text: string, changes: readonly { at: number; cut: number; piece: string }[]): string {
  return changes.reduce((whole, { at, cut, piece }) => {
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + piece + whole.slice(place + cut);
  }, text);
}

/** The result, or the error of the only expected kind. */
function attempt<T>(work: () => T) {
  try {
    return work();
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

/** Cloudways' answers, addresses and certificates. */
export const parserProperties: readonly FuzzProperty[] = [replies, records, addresses, certificates];
