/** The cost of hiding grows linearly with the length of a text, whatever the text is. */
import assert from "node:assert/strict";
import { hidePatterns, RULES } from "../../src/text/redaction/patterns.ts";
import { layersOf } from "../../src/text/redaction/layers.ts";
import { sqlLiterals } from "../../src/text/redaction/sql.ts";
import { TOKEN_FORMS } from "../../src/text/redaction/tokens.ts";
import { mustHide } from "../secret_rows/must_hide.ts";

/** Pieces of texts that are made to cost much work, with the heads of every form of secret. */
const PIECES = [
  ..."a A 1 _ - = : @ % + & ' \" \\ ` # { [ ( < / . , ; |".split(" "),
  ...["a ", '\\"', "%22", "%2522", "&quot;", "&amp;", "::", ": ", "=>", "://", "://a:", "://a@", "?a=", "''", "\\'"],
  ...[
    "password",
    "password=",
    "password: ",
    "password ",
    "password is ",
    "password=a(",
    "password=password=",
    "?token=a(",
    '"password":',
    "'password',",
    "token",
    "key ",
  ],
  ...[
    "Bearer ",
    "Basic ",
    "Cookie: a=b; ",
    "curl -b ",
    "mysql -p",
    "mysql '",
    "wp config set ",
    "echo a|",
    "--a ",
    "- ",
  ],
  ...['s:8:"password";s:6:"', "name=", "<a>", "<a b", "<password>", "a_b ", "define('a',", "new PDO('"],
  ...["SELECT ", "SELECT a FROM b ", "WHERE a='", "INSERT INTO a (", "VALUES ('a',", "IDENTIFIED BY '", "/*", "-- "],
  ...["https://hooks.slack.com/services/", "/hooks/", "abcd ", "{{ ", "Authorization: ", "a.b.c.", "a.b(", "a::b"],
  ...["-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "cw_", "cw_a1b2c3d4/", "[hidden]"],
  ...TOKEN_FORMS.flatMap(({ anchors }) => anchors),
  ...mustHide.map(({ text }) => text.replace("{}", "")),
];

/** Counts the work of patterns while something runs: how often they run, and how many characters they match. */
function workOf(run: () => void): number {
  const { exec } = RegExp.prototype;
  let work = 0;
  RegExp.prototype.exec = function (text: string) {
    const from = this.sticky || this.global ? this.lastIndex : 0;
    const found = exec.call(this, text);
    // A search without a match has read the rest of the text; a sticky one, what it could have matched.
    work += 1 + (found?.[0].length ?? (this.sticky ? 1 : Math.max(0, text.length - from)));
    return found;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return work;
}

function repeated(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

Deno.test("four times the text costs at most about six times the work, for each rule and for reading", () => {
  const works: Record<string, (text: string) => unknown> = { ...RULES, sqlLiterals, layersOf };
  const grown = PIECES.flatMap((piece) =>
    Object.entries(works).flatMap(([name, work]) => {
      const [short = 0, long = 0] = [4_000, 16_000].map((length) =>
        workOf(() => readAll(work(repeated(piece, length))))
      );
      return long > 6 * short + 20_000 ? [`${name} of ${JSON.stringify(piece)}: ${short}, then ${long}`] : [];
    })
  );

  assert.deepEqual(grown, []);
});

/** Rules search for the next secret only on request. */
function readAll(found: unknown): void {
  if (typeof found === "object" && found !== null && Symbol.iterator in found) Array.from(Object(found));
}

Deno.test("a text is read a bounded number of times", () => {
  const reads = PIECES.map((piece) => {
    const text = repeated(piece, 1_000);
    const { test } = RegExp.prototype;
    let whole = 0;
    RegExp.prototype.test = function (given: string) {
      if (this.source === "cw_") whole++;
      return test.call(this, given);
    };
    try {
      hidePatterns(text);
    } finally {
      RegExp.prototype.test = test;
    }
    return whole;
  });

  // Each of nine readings, four times over.
  assert.ok(Math.max(...reads) > 0 && Math.max(...reads) <= 36, String(Math.max(...reads)));
});

Deno.test("each rule and each form finds a bounded number of secrets", () => {
  for (const piece of PIECES) {
    const text = repeated(piece, 2_000);

    for (const rule of Object.values(RULES)) assert.ok([...rule(text)].length <= text.length / 2, piece);
  }
});

Deno.test("a token form is searched only at its anchor, and has no nested repetition", () => {
  for (const { kind, anchors, pattern } of TOKEN_FORMS) {
    assert.ok(anchors.length > 0 && anchors.every((anchor) => anchor !== ""), kind);
    assert.doesNotMatch(pattern.source, /[*+}]\)(?:[*+]|\{\d+,\})/, kind);
    assert.doesNotMatch(pattern.source, /\.[*+]/, kind);
  }
});
