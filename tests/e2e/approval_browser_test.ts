import assert from "node:assert/strict";
import type { Question } from "../../src/confirm/question.ts";
import type { Page } from "playwright-core";
import * as z from "zod";
import {
  APPROVAL_CODE,
  askOn,
  CUSTOMER,
  FINGERPRINT,
  type PageServer,
  QUESTION,
  startPage,
} from "../support/approvals.ts";
import { startBrowser } from "../support/browser.ts";
import {
  assertFindable,
  assertFitsPhone,
  heading,
  PHONE,
  poorContrast,
  press,
  serveHtml,
} from "../support/page_checks.ts";

/** A question with everything that is hard to lay out on a page. */
const WIDE_QUESTION = {
  ...QUESTION,
  subject: {
    kind: "server",
    server: { id: 101, label: "W".repeat(60), ip: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
    apps: [...Array(12).keys()].map((n) => (
      { id: 5_000_000 + n, label: "x".repeat(60), domains: [`${"y".repeat(40)}.ü${n}.example.com`], lastBackup: null }
    )),
  },
  facts: [
    { name: "Before", values: [...Array(31).keys()].map((n) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${n}/128`) },
    { name: "Branch", values: ["ь".repeat(250)] },
  ],
} satisfies Question;

async function stateOf({ approvals }: PageServer, id: string): Promise<string | undefined> {
  return (await approvals.look(id))?.state;
}

/** The name of the focused control. */
async function focused(page: Page): Promise<string> {
  const name = await page.evaluate(
    "document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent",
  );
  return z.string().parse(name);
}

/** Brings one approval into each state and calls `visit` with the page of each. */
async function eachState(server: PageServer, visit: (id: string, state: string) => Promise<void>): Promise<void> {
  const id = await askOn(server, { question: WIDE_QUESTION, approvalCode: APPROVAL_CODE });
  await visit(id, "open");
  await server.approvals.approve(id, "not-the-code");
  await visit(id, "wrong code");
  await server.approvals.approve(id, APPROVAL_CODE);
  await visit(id, "approved");
  await server.approvals.takeYes(CUSTOMER, FINGERPRINT);
  await visit(id, "used");
  await visit("0".repeat(32), "unknown");
}

Deno.test("the page shows all of a list of 31 addresses, on a phone and in columns on a wide screen", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const [list] = WIDE_QUESTION.facts;
  const id = await askOn(server, { question: WIDE_QUESTION });
  for (const [viewport, columns] of [[PHONE, 1], [{ width: 1100, height: 800 }, 2]] as const) {
    const page = await browser.newPage({ viewport });
    await page.goto(`${server.url}/approve/${id}`);
    const entries = page.locator("ul.long").first().getByRole("listitem");

    const texts = await entries.allInnerTexts();
    const lefts = await page.evaluate(
      '[...document.querySelector("ul.long").children].map((item) => item.getBoundingClientRect().left)',
    );

    assert.deepEqual(texts, list?.values.map((value) => `“${value}”`));
    assert.equal(new Set(z.array(z.number()).parse(lefts)).size, columns);
  }
});

Deno.test("a person approves in a browser without scripts, and can withdraw the approval", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server);
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${server.url}/approve/${id}`);
  const asked = await heading(page);

  await press(page, "Approve");
  const approved = await heading(page);
  const approvedState = await stateOf(server, id);
  await page.reload();
  await press(page, "Withdraw");

  assert.equal(asked, QUESTION.headline);
  assert.equal(approved, "Approved, not used yet");
  assert.equal(approvedState, "approved");
  assert.equal(await heading(page), "Approval withdrawn");
  assert.equal(await stateOf(server, id), "withdrawn");
  assert.equal(page.url(), `${server.url}/approve/${id}`);
  assert.deepEqual(browser.complaints, []);
});

Deno.test("after a person denies, going back and pressing Approve changes nothing", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server);
  const page = await browser.newPage();
  const stale = await browser.newPage();
  await page.goto(`${server.url}/approve/${id}`);
  await stale.goto(`${server.url}/approve/${id}`);

  await press(page, "Deny");
  await press(stale, "Approve");

  assert.equal(await heading(page), "Denied");
  assert.equal(await heading(stale), "Denied");
  assert.equal(await server.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
});

Deno.test("where a code is asked for, approving needs the right one and denying needs none", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server, { approvalCode: APPROVAL_CODE });
  const denied = await askOn(server, { approvalCode: APPROVAL_CODE, fingerprint: "1".repeat(64) });
  const page = await browser.newPage();
  await page.goto(`${server.url}/approve/${id}`);

  await page.getByRole("button", { name: "Approve" }).click();
  const withoutCode = await server.approvals.look(id);
  await page.getByLabel("Approval code").fill("not-the-code");
  await press(page, "Approve");
  const alert = await page.getByRole("alert").innerText();
  const focus = await focused(page);
  await page.getByLabel("Approval code").fill(APPROVAL_CODE);
  await press(page, "Approve");
  const approved = await heading(page);
  await page.goto(`${server.url}/approve/${denied}`);
  await press(page, "Deny");

  assert.equal(withoutCode?.triesLeft, 5);
  assert.match(alert, /A wrong code was typed. 4 tries are left/);
  assert.equal(focus, "Approval code");
  assert.equal(approved, "Approved, not used yet");
  assert.equal(await heading(page), "Denied");
});

Deno.test("what is gone for good is typed; a wrong text is said, and denying takes none", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const question = { ...QUESTION, typed: "Blumenläden & Co" };
  const id = await askOn(server, { question, approvalCode: APPROVAL_CODE });
  const denied = await askOn(server, { question, fingerprint: "1".repeat(64) });
  const page = await browser.newPage({ viewport: PHONE, isMobile: true, hasTouch: true });
  await page.goto(`${server.url}/approve/${id}`);
  const field = page.getByLabel("To approve, type “Blumenläden & Co”");

  await page.getByRole("button", { name: "Approve" }).click();
  const untyped = await stateOf(server, id);
  await field.fill("Blumenladen & Co");
  await page.getByLabel("Approval code").fill(APPROVAL_CODE);
  await press(page, "Approve");
  const alert = await page.getByRole("alert").innerText();
  await assertFitsPhone(page, "wrong label");
  await assertFindable(page, "wrong label");
  const poor = await poorContrast(page);
  await field.fill(" Blumenla\u0308den & Co ");
  await page.getByLabel("Approval code").fill(APPROVAL_CODE);
  await press(page, "Approve");
  const approved = await heading(page);
  await page.goto(`${server.url}/approve/${denied}`);
  await press(page, "Deny");

  assert.equal(untyped, "open");
  assert.match(alert, /What was typed is not what is shown here. Nothing was done/);
  assert.deepEqual(poor, []);
  assert.equal(approved, "Approved, not used yet");
  assert.equal(await heading(page), "Denied");
});

Deno.test("the keyboard alone is enough", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server, { approvalCode: APPROVAL_CODE });
  const denied = await askOn(server, { fingerprint: "1".repeat(64) });
  const page = await browser.newPage();
  await page.goto(`${server.url}/approve/${id}`);
  const order: string[] = [];
  for (let n = 0; n < 3; n++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }

  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type(APPROVAL_CODE);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const approved = await heading(page);
  await page.goto(`${server.url}/approve/${denied}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Space")]);

  assert.deepEqual(order, ["Approval code", "Approve", "Deny"]);
  assert.equal(approved, "Approved, not used yet");
  assert.equal(await heading(page), "Denied");
});

Deno.test("on a phone everything fits the screen's width, and buttons are large enough for a thumb", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: PHONE, isMobile: true, hasTouch: true });

  await eachState(server, async (id, state) => {
    await page.goto(`${server.url}/approve/${id}`);

    await assertFitsPhone(page, state);
  });
});

Deno.test("the buttons are visible at once, however long the list is", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server, { question: WIDE_QUESTION });
  const page = await browser.newPage({ viewport: PHONE });

  await page.goto(`${server.url}/approve/${id}`);

  const deny = await page.getByRole("button", { name: "Deny" }).boundingBox();
  assert.ok(deny !== null && deny.y + deny.height <= PHONE.height);
});

Deno.test("every text is readable in light and in dark", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const grounds: string[] = [];

  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ colorScheme });
    await eachState(server, async (id, state) => {
      await page.goto(`${server.url}/approve/${id}`);
      grounds.push(z.string().parse(await page.evaluate("getComputedStyle(document.body).backgroundColor")));

      assert.deepEqual(await poorContrast(page), [], `${colorScheme}, ${state}`);
    });
  }
  assert.equal(new Set(grounds).size, 2);
});

Deno.test("a page has what a screen reader needs: language, title, landmarks, headings, names", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const page = await browser.newPage();

  await eachState(server, async (id, state) => {
    await page.goto(`${server.url}/approve/${id}`);

    await assertFindable(page, state);
    assert.equal(await page.getByRole("status").count(), state === "unknown" ? 0 : 1, state);
  });
});

Deno.test("another site can neither frame the page nor send its form", async () => {
  await using server = await startPage();
  await using browser = await startBrowser();
  const id = await askOn(server);
  const address = `${server.url}/approve/${id}`;
  await using evil = serveHtml(
    `<iframe src="${address}"></iframe><form method="post" action="${address}">` +
      `<button name="decision" value="approve">Win a prize</button></form>`,
  );
  const page = await browser.newPage();
  await page.goto(evil.url);
  const framed = page.frames()[1];

  const shownInFrame = await framed?.getByRole("button").count();
  await page.getByRole("button", { name: "Win a prize" }).click();

  assert.equal(shownInFrame, 0);
  assert.ok(
    browser.complaints.some((text) => /frame-ancestors|X-Frame-Options/i.test(text)),
    browser.complaints.join(),
  );
  assert.equal(await stateOf(server, id), "open");
});
