import assert from "node:assert/strict";
import { domainText, questionText, quoted } from "../../src/mcp/question_text.ts";
import { safeQuestion } from "../../src/mcp/safe_question.ts";
import type { Question } from "../../src/tools/question.ts";

const ASKER = { customer: "customer_0123456789abcdef", email: "j…@example.com", client: "Some client 1.0" };
const QUESTION: Question = {
  headline: "Restore application 11 of server 1.",
  server: { id: 1, label: "Shops", ip: "192.0.2.1" },
  apps: [{ id: 11, label: "Shop", domains: ["shop.example.com"], lastBackup: "2026-08-05T23:19:06" }],
  consequences: ["Newer orders are lost.", "rollback_app_restore brings them back, once."],
  facts: [{ name: "Added", values: ["192.0.2.7", "192.0.2.8"] }, { name: "Policy", values: ["block_all"] }],
};

Deno.test("a question names what is done, to what, for whom, and what the assistant sent", () => {
  const text = questionText(QUESTION, { time: "2026-08-05T23:19:06", type: "complete" }, ASKER);

  assert.equal(
    text,
    `Restore application 11 of server 1.

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

Deno.test("text of the account is cut after sixty characters", () => {
  assert.equal([...quoted("x".repeat(200))].length, 62);
  assert.match(quoted("x".repeat(200)), /…`$/);
});

Deno.test("a domain that only looks like another shows what DNS knows it as", () => {
  assert.equal(domainText("shop.example.com"), "`shop.example.com`");
  assert.equal(domainText("shоp.example.com"), "`shоp.example.com` (`xn--shp-ted.example.com`)");
  assert.equal(domainText("git@exämple.com:shop.git"), "`git@exämple.com:shop.git` (`xn--exmple-cua.com`)");
});

Deno.test("long lists are counted before they are shown in part", () => {
  const apps = Array.from({ length: 25 }, (_, index) => (
    { id: index + 1, label: "App", domains: [], lastBackup: null }
  ));

  const text = questionText({ ...QUESTION, apps }, {}, ASKER);

  assert.match(text, /\nApplications: 25\n- 1 `App`: no domain; last backup: not known\n/);
  assert.match(text, /\n- 20 `App`.*\n- and 5 more\n/);
  assert.doesNotMatch(text, /- 21 /);
});

Deno.test("a question shows no secret, not even the caller's own", () => {
  const target = { last: ["EXAMPLE-SECRET\u202e"] };
  const question = { ...QUESTION, server: { ...QUESTION.server, label: "Bearer EXAMPLE-SECRET" }, target };

  const safe = safeQuestion(question, ["EXAMPLE-SECRET"]);

  assert.equal(safe.server.label.includes("EXAMPLE-SECRET"), false);
  assert.deepEqual(safe.target, { last: ["[hidden]"] });
});
