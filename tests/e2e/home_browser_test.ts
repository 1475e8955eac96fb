/** `/` in a real browser: with and without a script, on a phone, in the dark, and for people who can't see it. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import * as z from "zod";
import { startBrowser } from "../support/browser.ts";
import { assertFindable, assertFitsPhone, heading, PHONE, poorContrast, press } from "../support/page_checks.ts";
import { startSignIn } from "../support/sign_in.ts";

/** Every form of the page. */
const PAGES = {
  "all tools": "",
  "a search": "?q=backup&effect=write",
  "a search without results": "?q=zzzzqqqq",
  "a subject": "?toolset=dns",
  "a tool": "?tool=update_backup_schedule",
  "a tool with long values": "?tool=install_ssl_certificate",
  "no tool": "?tool=nothing",
};

const DARK_PHONE = { viewport: PHONE, isMobile: true, colorScheme: "dark" } as const;

const violationsSchema = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** What axe finds wrong: the rule and the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = violationsSchema.parse(
    await page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"),
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function shownTools(page: Page): Promise<number> {
  return await page.locator("ul.tools > li:visible").count();
}

Deno.test("without a script a person finds a tool and its page, and comes back", async () => {
  await using service = await startSignIn();
  await using browser = await startBrowser();
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(service.url);

  await page.getByLabel("What do you want to do?").fill("SFTP user for a freelancer");
  await press(page, "Search");
  await page.locator("ul.tools a").first().click();
  const tool = await page.locator("h1 + p code").innerText();
  await page.getByRole("link", { name: "All tools" }).click();

  assert.equal(tool, "create_app_user");
  assert.equal(await page.locator("ul.tools > li").count(), service.app.catalogue.entries().length);
  assert.deepEqual(browser.complaints, []);
});

Deno.test("with its script the list narrows while a person types, and a click copies", async () => {
  await using service = await startSignIn();
  await using browser = await startBrowser();
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(service.url);
  const folded = await shownTools(page);

  await page.getByLabel("What do you want to do?").fill("dns RECORD");
  const typed = await shownTools(page);
  const said = await page.getByRole("status").innerText();
  await page.getByLabel("Effect").selectOption("read");
  const reading = await shownTools(page);
  await page.getByLabel("What do you want to do?").fill("");
  await page.getByLabel("Effect").selectOption("");
  const all = await page.getByRole("status").innerText();
  await page.getByText("Claude Code", { exact: true }).click();
  await page.getByRole("button", { name: "Copy: Claude Code, signing in" }).click();
  const copied = await page.evaluate("navigator.clipboard.readText()");

  assert.equal(folded, 0);
  assert.ok(typed > 1 && typed < 20, String(typed));
  assert.equal(said, `${typed} tools`);
  assert.ok(reading > 0 && reading < typed, String(reading));
  assert.equal(all, `${service.app.catalogue.entries().length} tools`);
  assert.equal(
    copied,
    `claude mcp add --transport http cloudways ${service.url}/connect/mcp\nclaude mcp login cloudways`,
  );
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual(browser.complaints, []);
});

Deno.test("the keyboard alone opens a client's steps and a subject's tools", async () => {
  await using service = await startSignIn();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(service.url);

  await page.getByText("Cursor", { exact: true }).focus();
  await page.keyboard.press("Enter");
  const steps = await page.locator("details[open] pre").first().innerText();
  await page.locator("details.toolset summary").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/tool=/);

  assert.match(steps, /mcpServers/);
  assert.ok((await heading(page)).length > 0);
});

/** Opens what is folded, but of the subjects only the first: they are all alike. */
const UNFOLD = `for (const one of document.querySelectorAll("details.toolset:first-of-type,details[name]")) {
  one.removeAttribute("name");
  one.open = true;
}`;

for (const [where, options] of Object.entries({ "a light desk": {}, "a dark phone": DARK_PHONE })) {
  Deno.test(`every form of the page can be used by everybody, on ${where}`, async () => {
    await using service = await startSignIn();
    await using browser = await startBrowser();
    const page = await browser.newPage(options);

    for (const [name, query] of Object.entries(PAGES)) {
      await page.goto(`${service.url}/${query}`);
      if (options === DARK_PHONE) await assertFitsPhone(page, name);
      await page.evaluate(UNFOLD);
      assert.deepEqual(await violations(page), [], name);
      assert.deepEqual(await poorContrast(page), [], name);
      await assertFindable(page, name);
    }
    assert.deepEqual(browser.complaints.filter((text) => !text.includes("404")), []);
  });
}
