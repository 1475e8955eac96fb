import assert from "node:assert/strict";
import fc from "fast-check";
import { GivenSecrets, MIN_SEARCHED } from "../../src/text/redaction/given_secrets.ts";
import { HIDDEN, SecretHider } from "../../src/text/redaction/hider.ts";
import { safeText } from "../../src/text/safe.ts";
import { formsOf } from "../../src/text/redaction/secret_forms.ts";
import { noWork } from "../../src/text/work_counts.ts";

/** Few letters, so that texts repeat themselves, contain each other and overlap. */
const letters = fc.constantFrom(...'aab%2Bé"/\\+ ');
const secret = fc.string({ unit: letters, minLength: 1, maxLength: 12 });

/** Texts made of the secrets' forms, of parts of them and of what is between. */
function textOf(secrets: readonly string[]): fc.Arbitrary<string> {
  const form = fc.constantFrom(...secrets.flatMap(formsOf), "");
  const part = fc.tuple(form, fc.nat(20), fc.nat(20)).map(([text, from, to]) => text.slice(from, to));
  const piece = fc.oneof(
    form,
    part,
    form.map((text) => text.toUpperCase()),
    fc.string({ unit: letters, maxLength: 6 }),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
}

/** What must be hidden, found by the simplest search. */
function naive(text: string, secrets: readonly string[]): string {
  if (secrets.includes(text) && text !== "") return HIDDEN;
  const places: [number, number][] = [];
  for (const form of new Set(secrets.filter(({ length }) => length >= MIN_SEARCHED).flatMap(formsOf))) {
    const [folded, wanted] = [text.toLowerCase(), form.toLowerCase()];
    for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
      places.push([at, at + form.length]);
    }
  }
  let [result, end] = ["", 0];
  let open: [number, number] | undefined;
  for (const [from, to] of places.sort(([a], [b]) => a - b)) {
    if (open !== undefined && from < open[1]) {
      open[1] = Math.max(open[1], to);
      continue;
    }
    if (open !== undefined) [result, end] = [result + text.slice(end, open[0]) + HIDDEN, open[1]];
    open = [from, to];
  }
  if (open !== undefined) [result, end] = [result + text.slice(end, open[0]) + HIDDEN, open[1]];
  return result + text.slice(end);
}

Deno.test("given secrets are hidden wherever a plain search finds one of their forms, and nowhere else", () => {
  const cases = fc.array(secret, { minLength: 1, maxLength: 4 }).chain((secrets) =>
    fc.record({ secrets: fc.constant(secrets), text: textOf(secrets) })
  );

  fc.assert(
    fc.property(cases, ({ secrets, text }) => {
      assert.equal(new GivenSecrets(secrets).hideIn(text, HIDDEN), naive(text, secrets));
    }),
    { numRuns: 5000 },
  );
});

Deno.test("a secret is hidden in every way of writing it", () => {
  const given = fc.oneof(
    fc.stringMatching(/^[\w.-]{6,20}$/),
    fc.stringMatching(/^[\w.~+*-]{6,12}$/),
    fc.string({ unit: fc.constantFrom(...'aB0_.-~*!%é"/\\+&='), minLength: 6, maxLength: 20 }),
  );

  fc.assert(
    fc.property(given, (secret) => {
      const utf8 = String.fromCharCode(...new TextEncoder().encode(secret));
      const ways = [
        secret,
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret),
        new URLSearchParams([["", secret]]).toString().slice(1),
        ...["", "x", "xy"].map((before) => btoa(before + utf8).replaceAll("=", "")),
      ];
      for (const way of ways) {
        assert.ok(!new GivenSecrets([secret]).hideIn(`<${way}>`, HIDDEN).includes(way), way);
      }
    }),
    { numRuns: 2_000 },
  );
});

/** The letters of a secret appear nowhere else in the texts below. */
const strange = fc.stringMatching(/^[A-Z]{8,40}$/);

Deno.test("a secret across the place where a text is bounded or cut shows no recognizable part", () => {
  const cases = fc.record({
    secret: strange,
    before: fc.oneof(fc.nat(70), fc.integer({ min: 1100, max: 1160 })),
    /** Cleaned away, so that even a short secret reaches over the bound. */
    between: fc.constantFrom("", "\u200b", "\u200b".repeat(30), "\u200b".repeat(60), "\u200b".repeat(90)),
    after: fc.constantFrom(0, 3000),
    maxLength: fc.integer({ min: 1, max: 80 }),
  });

  fc.assert(
    fc.property(cases, ({ secret, before, between, after, maxLength }) => {
      const text = "x ".repeat(before / 2) + [...secret].join(between) + " x".repeat(after / 2);

      const shown = safeText(text, { secrets: [secret], maxLength });

      const seen = shown.replaceAll("x", "").replaceAll(/\[?h?i?d?d?e?n?\]?…?$|\[hidden\]/g, "").trim();
      assert.ok(seen.length < MIN_SEARCHED, shown);
      assert.ok([...shown].length <= maxLength);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a text without the start of a secret costs no search, and many texts cost one", () => {
  const work = noWork();
  const hider = new SecretHider(["cw_not_real_0123456789"], work);

  hider.text("an ordinary text");
  const afterOne = work.searches;
  for (const text of ["a cw_not_real_0123456789", "b cw_not_real_0123456789"]) hider.text(text);
  const shown = hider.with({ showLiterals: true }).text("c cw_not_real_0123456789");

  assert.equal(afterOne, 0);
  assert.equal(shown, `c ${HIDDEN}`);
  assert.equal(work.searches, 1);
});
