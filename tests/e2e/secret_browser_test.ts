import assert from "node:assert/strict";
import { SecretText } from "../../src/text/secret_text.ts";
import { APPROVAL_CODE, SHOPS } from "../support/approvals.ts";
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
import { CANARY, idIn, newSecrets, type SecretServer, startSecretPage } from "../support/secrets.ts";

/** Secrets with everything that is hard to lay out on a page. */
const WIDE = {
  subject: { ...SHOPS, server: { id: 101, label: "W".repeat(60), ip: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" } },
  secrets: [
    { name: "SSH/SFTP password", user: "u".repeat(100), value: new SecretText("W".repeat(120)) },
    { name: "Admin password", user: "owner@example.com", value: new SecretText("b\u200Bь") },
    { name: "Redis password", value: new SecretText("short") },
  ],
};

async function keepOn({ pages }: SecretServer, changes: Parameters<typeof newSecrets>[0] = {}): Promise<string> {
  return (await pages.keep(newSecrets(changes), "ready")).url;
}

/** Brings one secret into each state; `visit` gets the address of each, and the form that the state answers. */
async function eachState(
  server: SecretServer,
  visit: (url: string, state: string, presses: boolean) => Promise<void>,
): Promise<void> {
  const url = await keepOn(server, { ...WIDE, approvalCode: APPROVAL_CODE });
  await visit(url, "with a code", false);
  await server.pages.open(idIn(url), "not-the-code");
  await visit(url, "wrong code", false);
  const kept = await server.pages.keep(newSecrets(WIDE), "waiting");
  await server.pages.arm(kept, "unconfirmed");
  await visit(kept.url, "unconfirmed", false);
  await visit(kept.url, "shown", true);
  await visit(kept.url, "shown before", false);
  for (let n = 0; n < 4; n++) await server.pages.open(idIn(url), "not-the-code");
  await visit(url, "closed", false);
  await visit(url.slice(0, -32) + "0".repeat(32), "unknown", false);
}

Deno.test("a person sees a secret in a browser without scripts, once", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const url = await keepOn(server);
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(url);
  const asked = await page.content();

  await press(page, "Show it once");
  const shown = await page.locator(".secret").innerText();
  await page.goBack();
  const back = await page.content();
  await page.goto(url);

  assert.equal(asked.includes(CANARY), false);
  assert.equal(shown, CANARY);
  assert.equal(back.includes(CANARY), false);
  assert.equal(await heading(page), "This was shown already");
  assert.deepEqual(browser.complaints, []);
});

Deno.test("reloading the page does not show the secret again", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(await keepOn(server));
  await press(page, "Show it once");

  await page.reload();

  assert.equal(await heading(page), "This was shown already");
});

Deno.test("one click selects exactly the secret", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(await keepOn(server));
  await press(page, "Show it once");

  await page.locator(".secret code").click();

  assert.equal(await page.evaluate("getSelection().toString()"), CANARY);
});

Deno.test("with a code the keyboard alone is enough, and a wrong code is reported", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(await keepOn(server, { approvalCode: APPROVAL_CODE }));

  await page.keyboard.press("Tab");
  await page.keyboard.type("not-the-code");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const alert = await page.getByRole("alert").innerText();
  await page.keyboard.type(APPROVAL_CODE);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);

  assert.match(alert, /A wrong code was typed. 4 tries are left/);
  assert.equal(await page.locator(".secret").innerText(), CANARY);
});

Deno.test("on a phone everything fits the screen's width, and buttons are large enough for a thumb", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: PHONE, isMobile: true, hasTouch: true });

  await eachState(server, async (url, state, presses) => {
    await page.goto(url);
    if (presses) await press(page);

    await assertFitsPhone(page, state);
  });
});

Deno.test("every text is readable in light and in dark, and the page has language, title, landmarks, headings and names", async () => {
  await using browser = await startBrowser();
  for (const colorScheme of ["light", "dark"] as const) {
    await using server = await startSecretPage();
    const page = await browser.newPage({ colorScheme });
    await eachState(server, async (url, state, presses) => {
      await page.goto(url);
      if (presses) await press(page);

      assert.deepEqual(await poorContrast(page), [], `${colorScheme}, ${state}`);
      await assertFindable(page, state);
      assert.equal(await page.getByRole("status").count(), state === "unknown" ? 0 : 1, state);
    });
  }
});

Deno.test("another site can neither frame the page nor send its form", async () => {
  await using server = await startSecretPage();
  await using browser = await startBrowser();
  const url = await keepOn(server);
  await using evil = serveHtml(
    `<iframe src="${url}"></iframe><form method="post" action="${url}">` +
      `<button name="show" value="once">Win a prize</button></form>`,
  );
  const page = await browser.newPage();
  await page.goto(evil.url);

  const shownInFrame = await page.frames()[1]?.getByRole("button").count();
  await page.getByRole("button", { name: "Win a prize" }).click();

  assert.equal(shownInFrame, 0);
  assert.equal((await page.content()).includes(CANARY), false);
  assert.equal((await server.pages.look(idIn(url)))?.record.state, "ready");
});
