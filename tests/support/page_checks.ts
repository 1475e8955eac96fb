/** Checks for every page of this server in a browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import * as z from "zod";

/** A small phone. */
export const PHONE = { width: 360, height: 640 };

/** The main heading. */
export async function heading(page: Page): Promise<string> {
  return await page.getByRole("heading", { level: 1 }).innerText();
}

/** Presses a button that sends a form, and waits until the page that comes is there. */
export async function press(page: Page, name?: string): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", name === undefined ? {} : { name }).click();
  await loaded;
}

/** On a {@linkcode PHONE} everything fits the screen's width, and buttons are large enough for a thumb. */
export async function assertFitsPhone(page: Page, state: string): Promise<void> {
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), PHONE.width, state);
  for (const button of await page.getByRole("button").all()) {
    const box = await button.boundingBox();
    assert.ok(box !== null && box.width >= 44 && box.height >= 44, state);
  }
}

/** A page has what a screen reader needs: language, title, landmarks, headings, names. */
export async function assertFindable(page: Page, state: string): Promise<void> {
  const levels = z.array(z.number()).parse(
    await page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"),
  );
  assert.equal(await page.getAttribute("html", "lang"), "en", state);
  assert.ok((await page.title()).length > 20, state);
  for (const landmark of ["banner", "main", "contentinfo"] as const) {
    assert.equal(await page.getByRole(landmark).count(), 1, `${state}: ${landmark}`);
  }
  assert.equal(levels.filter((level) => level === 1).length, 1, state);
  assert.ok(levels.every((level, n) => level <= (levels[n - 1] ?? 0) + 1), `${state}: ${levels}`);
  assert.deepEqual(await namelessControls(page), [], state);
}

/** Another site. */
export function serveHtml(body: string): AsyncDisposable & { url: string } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(`<!doctype html><title>Evil</title>${body}`, { headers: { "content-type": "text/html" } }),
  );
  return { url: `http://localhost:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

const axNode = z.object({
  ignored: z.boolean(),
  role: z.object({ value: z.string() }).optional(),
  name: z.object({ value: z.string() }).optional(),
});

/** The roles of the controls that have no name for a screen reader. */
async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const controls = z.array(axNode).parse(nodes).filter(({ ignored, role }) =>
    !ignored && ["button", "textbox", "link", "form", "checkbox"].includes(role?.value ?? "")
  );
  return controls.filter(({ name }) => (name?.value ?? "") === "").map(({ role }) => role?.value ?? "");
}

/** The texts with too little contrast to their background (WCAG 2.2 AA, small text). */
export async function poorContrast(page: Page): Promise<string[]> {
  return z.array(z.string()).parse(await page.evaluate(POOR_CONTRAST));
}

const POOR_CONTRAST = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const channel = (value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.length === 4 && color[3] === 0 ? behind(element.parentElement) : color;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === "") continue;
    const [low, high] = [parse(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < 4.5) poor.push(walker.currentNode.data.trim());
  }
  return poor;
})()`;
