/** Two tables of texts, hidden and kept; each row is tested in every wrapping in which a text may come. */
import assert from "node:assert/strict";
import { hideSecrets, hideSecretsInText } from "../../src/text/redaction/hider.ts";
import { RULES } from "../../src/text/redaction/patterns.ts";
import { type Rule, withoutSpans } from "../../src/text/redaction/spans.ts";
import { sqlLiterals } from "../../src/text/redaction/sql.ts";
import { type HideRow, mustHide } from "../secret_rows/must_hide.ts";
import { mustKeep } from "../secret_rows/must_keep.ts";
import { survives } from "../secret_rows/survives.ts";

/** Ways in which a text may be wrapped. */
const WRAPPINGS: Readonly<Record<string, (text: string) => unknown>> = {
  "as it is": (text) => text,
  "in a sentence": (text) => `Cloudways said: ${text} (end)`,
  "in a field": (text) => ({ list: [{ text }] }),
  "in JSON kept as text": (text) => ({ parameters: JSON.stringify({ note: text, id: 1 }) }),
  "in JSON that was cut off": (text) => JSON.stringify({ note: text, id: 1 }).slice(0, -1),
  "escaped for HTML": escapeHtml,
  "percent-encoded": (text) => encodeURIComponent(text.toWellFormed()),
  "encoded as a form": (text) => new URLSearchParams({ q: text.toWellFormed() }).toString(),
  "on one line": (text) => text.replace(/\s+/g, " "),
};

/** Wrappings that lose the end of a value, or the nesting of quotes. */
const LOSING = new Set(["in JSON that was cut off", "encoded as a form"]);

/** Whether the text's end is the value's end in this wrapping. */
function isKeptIn(wrapping: string): boolean {
  return wrapping !== "in a sentence";
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#039;",
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** Words on either side of the secret. */
function wordsAround({ text }: HideRow): string[] {
  const [before = "", after = ""] = text.split("{}");
  return [/^\w+/.exec(before)?.[0] ?? "", /\w+$/.exec(after)?.[0] ?? ""].filter((word) => word !== "");
}

Deno.test("the tables are long enough", () => {
  assert.ok(mustHide.length >= 150 && mustKeep.length >= 150, `${mustHide.length}, ${mustKeep.length}`);
  assert.equal(new Set(mustHide.map(({ text, secret }) => text + secret)).size, mustHide.length);
  assert.equal(new Set(mustKeep).size, mustKeep.length);
});

for (const [name, wrap] of Object.entries(WRAPPINGS)) {
  Deno.test(`every secret of the table is hidden ${name}, and the words around it stay`, () => {
    const wrong = mustHide.flatMap((row) => {
      const hidden = JSON.stringify(hideSecrets(wrap(row.text.replace("{}", () => row.secret))));
      const lost = LOSING.has(name) ? [] : wordsAround(row).filter((word) => !hidden.includes(word));
      if (survives(hidden, row.secret)) return [`shown: ${hidden}`];
      return lost.length === 0 ? [] : [`${lost.join(" ")} lost: ${hidden}`];
    });

    assert.deepEqual(wrong, []);
  });

  Deno.test(`no text of the table without secrets is changed ${name}`, () => {
    const texts = isKeptIn(name) ? mustKeep : mustKeep.filter((text) => !/^[[{]/.test(text));

    const changed = texts.map(wrap).flatMap((wrapped) => {
      const hidden = JSON.stringify(hideSecrets(wrapped));
      return hidden === JSON.stringify(wrapped) ? [] : [hidden];
    });

    assert.deepEqual(changed, []);
  });
}

Deno.test("the head of a secret is hidden if the text is cut off inside it", () => {
  const shown = mustHide.filter(({ whole }) => whole !== true).flatMap(({ text, secret }) => {
    const head = secret.slice(0, Math.ceil(secret.length / 2));
    const [before = ""] = text.split("{}");
    const hidden = hideSecretsInText(before + head);
    const known = head.length >= 6 ? survives(hidden, head) : hidden.slice(before.length).includes(head);
    return known ? [hidden] : [];
  });

  assert.deepEqual(shown, []);
});

Deno.test("every rule hides a secret of the table that no other rule hides", () => {
  const rules: Record<string, Rule> = { ...RULES, sqlLiterals };
  const found = mustHide.map((row) => {
    const text = row.text.replace("{}", () => row.secret);
    const layers = [text, text.replaceAll('\\"', '"')];
    return {
      ...row,
      layers,
      spans: layers.map((layer) => Object.entries(rules).map(([name, rule]) => [name, [...rule(layer)]] as const)),
    };
  });

  const idle = Object.keys(rules).filter((left) =>
    !found.some(({ secret, layers, spans }) =>
      layers.every((layer, index) => {
        const others = spans[index]?.filter(([name]) => name !== left).flatMap(([, each]) => each) ?? [];
        return survives(withoutSpans(layer, others), secret);
      })
    )
  );

  assert.deepEqual(idle, []);
});

Deno.test("hiding twice changes nothing more", () => {
  const changed = [...mustHide.map(({ text, secret }) => text.replace("{}", () => secret)), ...mustKeep].flatMap((
    text,
  ) =>
    Object.values(WRAPPINGS).flatMap((wrap) => {
      const once = hideSecrets(wrap(text));
      const twice = hideSecrets(once);
      return JSON.stringify(once) === JSON.stringify(twice) ? [] : [[once, twice]];
    })
  );

  assert.deepEqual(changed, []);
});
