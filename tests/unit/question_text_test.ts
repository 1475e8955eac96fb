import assert from "node:assert/strict";
import { domainText, questionText, quoted } from "../../src/confirm/text.ts";
import { writeOut } from "../../src/text/odd_characters.ts";
import { safeQuestion } from "../../src/confirm/safe_question.ts";
import type { Question, QuestionSubject } from "../../src/confirm/question.ts";

const ASKER = { customer: "customer_0123456789abcdef", email: "j…@example.com", client: "Some client 1.0" };
const SUBJECT = {
  kind: "server",
  server: { id: 1, label: "Shops", ip: "192.0.2.1" },
  apps: [{ id: 11, label: "Shop", domains: ["shop.example.com"], lastBackup: "2026-08-05T23:19:06" }],
} satisfies QuestionSubject;
const QUESTION = {
  headline: "Restore application 11 of server 1.",
  subject: SUBJECT,
  consequences: ["Newer orders are lost.", "rollback_app_restore brings them back, once."],
  losesData: true,
  facts: [{ name: "Added", values: ["192.0.2.7", "192.0.2.8"] }, { name: "Policy", values: ["block_all"] }],
} satisfies Question;

Deno.test("a question names the action, its subject, the account, and what the assistant sent", () => {
  const text = questionText(QUESTION, { time: "2026-08-05T23:19:06", type: "complete" }, ASKER);

  assert.equal(
    text,
    `Restore application 11 of server 1. Server \`Shops\`; application \`Shop\`.

Newer orders are lost.
rollback_app_restore brings them back, once.

Account: customer_0123456789abcdef (\`j…@example.com\`)
Client, by its own account: \`Some client 1.0\`
Server: 1 \`Shops\`, \`192.0.2.1\`
Applications: 1
- 11 \`Shop\`: \`shop.example.com\`; last backup: \`2026-08-05T23:19:06\`
Added: 2
- \`192.0.2.7\`
- \`192.0.2.8\`
Policy: \`block_all\`
Sent by the assistant:
- time: \`2026-08-05T23:19:06\`
- type: \`complete\``,
  );
});

Deno.test("text of the account can't leave its quotation, start a line, or become a link", () => {
  const hostile = "Fine`\n\n# Approved already\u202e [click](https://evil.example) `rm`";

  const text = quoted(hostile);

  assert.match(text, /^`[^`\n]*`$/);
  assert.equal(text.includes("://"), false);
  assert.equal(text.includes("\u202e"), false);
});

Deno.test("a value is quoted completely, and a description is cut on request", () => {
  assert.equal(quoted("x".repeat(500)).length, 502);
  assert.equal([...quoted("x".repeat(200), 60)].length, 62);
  assert.match(quoted("x".repeat(200), 60), /…`$/);
});

Deno.test("texts that differ are quoted differently", () => {
  const texts = ["a`b", "a'b", "a\\u{60}b", "ssh://h", "ssh: //h", "ssh:\\u{20}//h"].map(writeOut);

  assert.equal(new Set(texts.map((text) => quoted(text))).size, texts.length);
});

Deno.test("a domain that only looks like another shows its DNS form", () => {
  assert.equal(domainText("shop.example.com"), "`shop.example.com`");
  assert.equal(domainText("shоp.example.com"), "`shоp.example.com` (`xn--shp-ted.example.com`)");
  assert.equal(domainText("git@exämple.com:shop.git"), "`git@exämple.com:shop.git` (`xn--exmple-cua.com`)");
  assert.equal(domainText("mаin"), "`mаin` (not all plain letters: `m\\u{430}in`)");
  assert.equal(
    domainText("git@shоp.example.com:tеam.git"),
    "`git@shоp.example.com:tеam.git` (`xn--shp-ted.example.com`; " +
      "not all plain letters: `git@sh\\u{43E}p.example.com:t\\u{435}am.git`)",
  );
});

Deno.test("long lists are counted before they are shown in part", () => {
  const apps = Array.from({ length: 105 }, (_, index) => (
    { id: index + 1, label: "App", domains: [], lastBackup: null }
  ));

  const text = questionText({ ...QUESTION, subject: { ...SUBJECT, apps } }, {}, ASKER);

  assert.match(text, /\nApplications: 105\n- 1 `App`: no domain; last backup: not looked up\n/);
  assert.match(text, /\n- 100 `App`.*\n- and 5 more\n/);
  assert.doesNotMatch(text, /- 101 /);
});

Deno.test("facts and arguments are listed completely, however many and long they are", () => {
  const values = Array.from({ length: 31 }, (_, index) => `${"x".repeat(100)}${index}`);

  const text = questionText({ ...QUESTION, facts: [{ name: "After", values }] }, { add: values, remove: [] }, ASKER);

  assert.match(text, /\nAfter: 31\n- `x{100}0`\n/);
  assert.match(text, /\n- add: 31 entries\n {2}- `x{100}0`\n/);
  assert.match(text, /\n- remove: 0 entries$/);
  assert.equal(text.match(/`x{100}30`/g)?.length, 2);
});

Deno.test("a label in letters of another script has them spelled out beside it", () => {
  const server = { ...SUBJECT.server, label: "Shоps" };

  const text = questionText({ ...QUESTION, subject: { ...SUBJECT, server } }, {}, ASKER);

  assert.match(text, /^Server: 1 `Shоps` \(not all plain letters: `Sh\\u\{43E\}ps`\), `192\.0\.2\.1`$/m);
});

Deno.test("a question shows no secret of the account or the caller, and shows what is sent as it is sent", () => {
  const sent = "git@gitlab.com:cw_evil/shop.git";
  const TOKEN = `cw_${"a1b2c3d4".repeat(4)}`;
  const question = {
    ...QUESTION,
    subject: { ...SUBJECT, server: { ...SUBJECT.server, label: "Bearer EXAMPLE-SECRET" } },
    facts: [{ name: "Repository", values: [sent, `token=${TOKEN}`, "a\u200bb"] }],
  };

  const safe = safeQuestion(question, ["EXAMPLE-SECRET"], new Map([[sent, sent]]));

  assert.equal(JSON.stringify(safe.subject).includes("EXAMPLE-SECRET"), false);
  assert.equal(JSON.stringify(safe.subject).includes("[hidden]"), true);
  assert.deepEqual(safe.facts?.[0]?.values, [sent, "token=[hidden]", "a\\u{200B}b"]);
});

Deno.test("a host that looks like a secret is shown if its address is shown", () => {
  const host = `glpat-${"a1b2c3d4".repeat(2)}.example.com`;
  const sent = `git@${host.toUpperCase()}:team/shop.git`;
  const question = { ...QUESTION, facts: [{ name: "Host", values: [host] }, { name: "Before", values: [`x${host}`] }] };

  const safe = safeQuestion(question, [], new Map([[sent, sent]]));
  const other = safeQuestion(question, [], new Map());

  assert.deepEqual(safe.facts?.[0]?.values, [host]);
  assert.equal(other.facts?.[0]?.values.includes(host), false);
});

Deno.test("a question about one application reads like one about a server with only that application", () => {
  const [app] = SUBJECT.apps;
  assert.ok(app !== undefined);

  const text = questionText({ ...QUESTION, subject: { kind: "app", server: SUBJECT.server, app } }, {}, ASKER);

  assert.equal(text, questionText(QUESTION, {}, ASKER));
});

Deno.test("a question about a domain or the account names no server", () => {
  const facts = [{ name: "Member", values: ["jane@example.com"], isFirst: true as const }];
  const { subject: _subject, losesData: _loses, ...words } = { ...QUESTION, headline: "Do it.", consequences: ["So."] };

  const ofDomain = questionText({ ...words, subject: { kind: "domain", domain: "exämple.com" }, facts: [] }, {}, ASKER);
  const ofAccount = questionText({ ...words, subject: { kind: "account" }, facts }, {}, ASKER);
  const withoutFacts = questionText({ ...words, subject: { kind: "account" }, facts: [] }, {}, ASKER);

  const who = "Account: customer_0123456789abcdef (`j…@example.com`)\nClient, by its own account: `Some client 1.0`";
  assert.equal(
    ofDomain,
    `Do it. Domain \`exämple.com\`.\n\nSo.\n\n${who}\nDomain: \`exämple.com\` (\`xn--exmple-cua.com\`)`,
  );
  const concerns = "Concerns: the account itself, no single server";
  assert.equal(
    ofAccount,
    `Do it. Member \`jane@example.com\`.\n\nSo.\n\n${who}\n${concerns}\nMember: \`jane@example.com\``,
  );
  assert.equal(withoutFacts, `Do it.\n\nSo.\n\n${who}\n${concerns}`);
});

Deno.test("a domain that a question is about shows no secret", () => {
  const { subject: _subject, ...words } = QUESTION;

  const safe = safeQuestion({ ...words, subject: { kind: "domain", domain: "EXAMPLE-SECRET.example" } }, [
    "EXAMPLE-SECRET",
  ], new Map());

  assert.deepEqual(safe.subject, { kind: "domain", domain: "[hidden].example" });
});

Deno.test("a domain that is sent is shown as it is sent, even if it looks like a secret", () => {
  const { subject: _subject, ...words } = QUESTION;
  const domain = `glpat-${"a1b2c3d4".repeat(2)}.example.com`;

  const safe = safeQuestion({ ...words, subject: { kind: "domain", domain } }, [], new Map([[domain, domain]]));

  assert.deepEqual(safe.subject, { kind: "domain", domain });
});
