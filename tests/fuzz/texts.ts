/** Cleaning and hiding: twice changes nothing more, and no secret is shown. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { errorResult, successResult } from "../../src/calls/results.ts";
import { ERROR_CODES, ToolError } from "../../src/errors.ts";
import { hideSecrets, hideSecretsInText } from "../../src/text/redaction/hider.ts";
import { cleanText } from "../../src/text/clean.ts";
import { cleanDeep } from "../../src/text/clean_deep.ts";
import { anyJson, anyMutation, anyText, mutate } from "./json_cases.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";

/** A secret that can be found in any text, in any encoding. */
const secret = fc.stringMatching(/^canary[0-9a-zA-Z]{10,30}$/);

/** Text around a secret. */
const around = fc.oneof(
  fc.constantFrom("", " ", '"', "\\", "=", ": ", "Bearer ", "https://user:", "?token=", '{"password":"', "%22", "%"),
  anyText,
);

/** Texts in which a secret may be written. */
const writings: ((text: string) => string)[] = [
  (text) => text,
  (text) => encodeURIComponent(text),
  (text) => JSON.stringify({ note: text }),
  (text) => JSON.stringify([JSON.stringify({ deep: [text] })]),
  (text) => btoa(`user:${text}`),
  (text) => btoa(`x${text}y`),
  (text) => text.slice(0, 3) + "\u200b" + text.slice(3),
  (text) => text.slice(0, 5) + "\u00ad" + text.slice(5),
];

const cleaning = defineProperty({
  name: "texts/cleaning",
  claim: "a cleaned text is one line without invisible characters, and cleaning it again changes nothing",
  quick: 1500,
  bench: () => ({
    cases: fc.record({ text: fc.oneof(anyText, around), maxLength: fc.nat({ max: 30 }), value: anyJson }),
    holds: ({ text, maxLength, value }) => {
      const clean = cleanText(text);
      const cut = cleanText(text, { maxLength });
      const deep = cleanDeep(value);

      assert.equal(cleanText(clean), clean);
      assert.equal(cleanText(cut, { maxLength }), cut);
      assert.ok([...cut].length <= maxLength);
      assert.doesNotMatch(clean, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
      assert.deepEqual(cleanDeep(deep), deep);
    },
  }),
});

const hiding = defineProperty({
  name: "texts/hiding",
  claim: "hiding secrets twice changes nothing more, and the result is always JSON",
  quick: 1500,
  bench: () => ({
    cases: fc.record({ value: anyJson, secrets: fc.array(secret, { maxLength: 2 }), text: anyText }),
    holds: ({ value, secrets, text }) => {
      const hidden = hideSecrets(value, secrets);
      const plain: unknown = JSON.parse(JSON.stringify(hidden));
      const hiddenText = hideSecretsInText(text, secrets);

      assert.deepEqual(JSON.stringify(hideSecrets(plain, secrets)), JSON.stringify(hidden));
      assert.equal(hideSecretsInText(hiddenText, secrets), hiddenText);
    },
  }),
});

const secretsAnywhere = defineProperty({
  name: "texts/secrets",
  claim: "no answer shows a secret of the caller, in any place and any encoding",
  quick: 1500,
  bench: () => ({
    cases: fc.record({
      value: anyJson,
      own: secret,
      writing: fc.nat({ max: writings.length - 1 }),
      before: around,
      after: around,
      mutation: anyMutation,
      asName: fc.boolean(),
      code: fc.constantFrom(...ERROR_CODES),
    }),
    holds: ({ value, own, writing, before, after, mutation, asName, code }) => {
      // A neighbour that continues it in base64 or percent-encoding would change the text.
      const text = `${before} ${writings[writing]?.(own)} ${after}`;
      const planted = asName ? { [text]: 1 } : text;
      const holder = { answer: mutate({ value }, [{ ...mutation, kind: "replace", value: planted }]), [text]: text };

      const success = JSON.stringify(successResult(holder, { secrets: [own], reveal: false }));
      const error = new ToolError(code, text, { hint: "h", details: holder });
      const failure = JSON.stringify(errorResult(error, "id", [own]));

      for (const shown of [success, failure]) {
        const percent = encodeURIComponent(own);
        for (const form of [own, percent, btoa(own).slice(0, 12)]) assert.ok(!shown.includes(form), shown);
      }
    },
  }),
});

/** Cleaning, hiding, and both together in answers. */
export const textProperties: readonly FuzzProperty[] = [cleaning, hiding, secretsAnywhere];
