/** Sealed and signed texts open unchanged, and not after any change. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ApprovalCodes } from "../../src/confirm/code.ts";
import { QuestionStates } from "../../src/confirm/state.ts";
import { SessionIds } from "../../src/mcp/session_id.ts";
import { ChainSigner } from "../../src/audit/chain.ts";
import { stamp } from "../../src/audit/entry.ts";
import { auditKey, AuditRecords } from "../../src/audit/records.ts";
import type { JsonValue } from "../../src/text/clean.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { anyText } from "./json_cases.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";

const KEYS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const customer = fc.constantFrom("a".repeat(64), "b".repeat(64), "shared");
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const wellFormed = anyText.map((text) => text.toWellFormed());
const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));

/** One change to a text that is sealed or signed. */
const damage = fc.record({
  kind: fc.constantFrom("bit", "bit", "cut", "cut front", "swap", "insert", "repeat", "case", "empty"),
  at: fc.nat({ max: 100_000 }),
  bit: fc.nat({ max: 6 }),
});

function damaged(text: string, { kind, at, bit }: typeof damage extends fc.Arbitrary<infer D> ? D : never): string {
  const place = at % Math.max(1, text.length);
  const [before, after] = [text.slice(0, place), text.slice(place + 1)];
  const flipped = String.fromCharCode(text.charCodeAt(place) ^ 1 << bit);
  switch (kind) {
    case "bit":
      return before + flipped + after;
    case "cut":
      return before;
    case "cut front":
      return text.slice(place + 1);
    case "swap":
      return text.slice(place) + before;
    case "insert":
      return before + flipped + text.slice(place);
    case "repeat":
      return text + text.slice(place);
    case "case":
      return before +
        (text[place] === text[place]?.toUpperCase() ? text[place]?.toLowerCase() : text[place]?.toUpperCase()) + after;
    default:
      return "";
  }
}

const boxes = defineProperty({
  name: "sealed/box",
  claim: "a box opens to its text, and not after a change or for another customer or purpose",
  quick: 1500,
  async bench() {
    const box = new Box(await KeyRing.create({ encryptionKeys: KEYS }));
    const strange = new Box(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(3)] }));
    const purpose = fc.constantFrom("token", "listing", "approval_yes", "question", "");
    const cases = fc.record({ text: wellFormed, customer, purpose, other: fc.record({ customer, purpose }), damage });
    return {
      cases,
      holds: async ({ text, customer, purpose, other, damage }) => {
        const sealed = await box.seal(text, { customer, purpose });
        const wrong = damaged(sealed, damage);
        const isSame = other.customer === customer && other.purpose === purpose;

        assert.equal(await box.open(sealed, { customer, purpose }), text);
        assert.equal(await box.open(sealed, other), isSame ? text : undefined);
        assert.equal(await strange.open(sealed, { customer, purpose }), undefined);
        if (wrong !== sealed) assert.equal(await box.open(wrong, { customer, purpose }), undefined);
      },
    };
  },
});

const questionStates = defineProperty({
  name: "sealed/question-state",
  claim: "the state of a question opens to its content, and not for others, after its end or after a change",
  quick: 800,
  async bench() {
    const clock = new FakeClock();
    const box = new Box(await KeyRing.create({ encryptionKeys: KEYS }));
    const states = new QuestionStates(box, clock);
    const state = fc.record({
      askedBy: fc.constantFrom("form", "url"),
      tool: fc.string({ maxLength: 60 }),
      call: hex(64),
      target: hex(64),
      nonce: hex(32),
      sentAt: fc.integer({ min: -600_000, max: 0 }).map((ms) => clock.now() + ms),
      expiresAt: fc.integer({ min: -2, max: 600_000 }).map((ms) => clock.now() + ms),
    });
    return {
      cases: fc.record({ state, customer, other: customer, damage, text: wellFormed }),
      holds: async ({ state: parts, customer, other, damage, text }) => {
        const state = { ...parts };
        const sealed = await states.seal(customer, state);
        const wrong = damaged(sealed, damage);
        const open = clock.now() < state.expiresAt;
        const elsewhere = await box.seal(JSON.stringify(state), { customer, purpose: "question" });

        assert.deepEqual(await states.open(customer, sealed), open ? state : undefined);
        assert.deepEqual(await states.open(other, sealed), open && other === customer ? state : undefined);
        if (wrong !== sealed) assert.equal(await states.open(customer, wrong), undefined);
        assert.equal(await states.open(customer, elsewhere), undefined);
        assert.equal(await states.open(customer, text), undefined);
      },
    };
  },
});

const sessionIds = defineProperty({
  name: "sealed/session-id",
  claim: "a session id holds the declaration, is short, and is refused after a change",
  quick: 800,
  async bench() {
    const ids = new SessionIds(await KeyRing.create({ encryptionKeys: KEYS }));
    const flag = fc.constantFrom<unknown>({}, { more: 1 }, true, null, "x");
    const elicitation = fc.oneof(
      fc.constant({}),
      fc.record({ form: flag, url: flag }, { requiredKeys: [] }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const capabilities = fc.oneof(
      fc.record({ elicitation, sampling: fc.jsonValue(), roots: fc.jsonValue() }, { requiredKeys: [] }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    return {
      cases: fc.record({
        capabilities,
        name: anyText,
        version: anyText,
        revision: fc.constantFrom("2025-11-25", "2025-03-26"),
        damage,
      }),
      holds: async ({ capabilities, name, version, revision: protocolVersion, damage }) => {
        const id = await ids.issue({ protocolVersion, capabilities, name, version });
        if (id === undefined) return;
        const memo = await ids.read(id);
        const wrong = damaged(id, damage);

        assert.ok(id.length <= 1024);
        assert.equal(memo?.protocolVersion, protocolVersion);
        const { form, url } = memo.capabilities.elicitation;
        assert.ok(form !== undefined || url !== undefined);
        if (wrong !== id) assert.equal(await ids.read(wrong), undefined);
      },
    };
  },
});

const approvalCodes = defineProperty({
  name: "sealed/approval-code",
  claim: "an approval accepts only its own code, and only with its own digest",
  quick: 800,
  async bench() {
    const codes = new ApprovalCodes(await KeyRing.create({ encryptionKeys: KEYS }));
    const code = fc.stringMatching(/^[\x21-\x7e]{8,64}$/);
    return {
      cases: fc.record({ code, approval: hex(64), otherCode: code, otherApproval: hex(64), damage }),
      holds: async ({ code, approval, otherCode, otherApproval, damage }) => {
        const digest = await codes.digest(approval, code);
        const nearly = damaged(code, damage);
        const elsewhere = await codes.digest(otherApproval, code);

        assert.equal(await codes.matches(approval, code, digest), true);
        assert.equal(await codes.matches(approval, nearly, digest), nearly === code);
        assert.equal(await codes.matches(approval, otherCode, digest), otherCode === code);
        assert.equal(await codes.matches(otherApproval, code, digest), otherApproval === approval);
        assert.equal(elsewhere === digest, otherApproval === approval);
      },
    };
  },
});

const auditRecords = defineProperty({
  name: "sealed/audit-record",
  claim: "an audit record reads as written, only in its own place, and not after a change",
  quick: 400,
  async bench() {
    const ring = await KeyRing.create({ encryptionKeys: KEYS });
    const records = new AuditRecords({ box: new Box(ring), signer: new ChainSigner(ring) });
    const entry = fc.record({
      event: fc.constantFrom(
        "intent",
        "outcome",
        "asked",
        "decided",
        "revealed",
        "connected",
        "disconnected",
        "refused",
      ),
      tool: anyText,
      target: json,
      arguments: json,
      approval: fc.constantFrom("not_needed", "elicitation", "page", "confirm_off", null),
      outcome: fc.option(anyText),
      operation_id: fc.option(anyText),
      request_id: fc.uuid(),
      client: fc.option(anyText, { nil: undefined }),
    });
    const head = fc.option(fc.record({ number: fc.integer({ min: 1, max: 1_000_000 }), mark: hex(64) }), {
      nil: undefined,
    });
    return {
      cases: fc.record({
        entry,
        customer,
        other: customer,
        head,
        number: fc.integer({ min: -1, max: 1_000_001 }),
        damage,
      }),
      holds: async ({ entry, customer, other, head, number, damage }) => {
        const stamped = stamp({ ...entry, customer }, Date.UTC(2026, 0, 1));
        const { mark, value } = await records.seal(auditKey(customer), stamped, head);
        const own = (head?.number ?? 0) + 1;
        const opened = await records.open(auditKey(customer), { number: own, mark, value });
        const elsewhere = await records.open(auditKey(customer, "refused"), { number: own, mark, value });

        const { client, ...rest } = stamped;
        assert.deepEqual(opened?.record, { ...rest, client: client ?? undefined, number: own });
        assert.equal(opened.previous, head?.mark ?? null);
        assert.equal(elsewhere, undefined);
        if (other !== customer) {
          assert.equal(await records.open(auditKey(other), { number: own, mark, value }), undefined);
        }
        if (number !== own) assert.equal(await records.open(auditKey(customer), { number, mark, value }), undefined);
        for (
          const [wrongMark, wrongValue] of [[damaged(mark, damage), value], [mark, damaged(value, damage)]] as const
        ) {
          if (wrongMark === mark && wrongValue === value) continue;
          assert.equal(
            await records.open(auditKey(customer), { number: own, mark: wrongMark, value: wrongValue }),
            undefined,
          );
        }
      },
    };
  },
});

/** Boxes, states of questions, session ids, approval codes, audit records. */
export const sealedProperties: readonly FuzzProperty[] = [
  boxes,
  questionStates,
  sessionIds,
  approvalCodes,
  auditRecords,
];
