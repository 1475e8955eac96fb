/** Signing in with a real browser: what only a browser checks. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import type { Service } from "../support/harness.ts";
import {
  assertFindable,
  assertFitsPhone,
  heading,
  PHONE,
  poorContrast,
  press,
  serveHtml,
} from "../support/page_checks.ts";
import { shutDown } from "../support/shut_down.ts";
import { authorizationUrl, callAtDoor, PASTED, redeem, register, startSignIn } from "../support/sign_in.ts";

/** A client's callback, which remembers how browsers came. */
function serveClient() {
  const visits: { url: URL; referer: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    visits.push({ url: new URL(request.url), referer: request.headers.get("referer") });
    return new Response("<!doctype html><title>Client</title><h1>Back at the client</h1>", {
      headers: { "content-type": "text/html" },
    });
  });
  return {
    redirect: `http://127.0.0.1:${server.addr.port}/callback`,
    visits: () => visits.filter(({ url }) => url.pathname === "/callback"),
    [Symbol.asyncDispose]: () => shutDown(server),
  };
}

async function openConsent(service: Service, page: Page, redirect: string, name = "Browser client"): Promise<string> {
  const clientId = await register(service, { client_name: name, redirect_uris: [redirect] });
  await page.goto(authorizationUrl(service, clientId, { redirect_uri: redirect }).href);
  return clientId;
}

async function letIn(page: Page): Promise<void> {
  await page.getByLabel("Cloudways access token").fill(PASTED);
  await press(page, "Go on");
  await press(page, "Connect");
}

Deno.test("a person lets a client in on a phone, and approves its call in the same browser", async () => {
  await using service = await startSignIn();
  await using client = serveClient();
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: PHONE, isMobile: true });

  const clientId = await openConsent(service, page, client.redirect);
  await assertFitsPhone(page, "token");
  await assertFindable(page, "token");
  assert.deepEqual(await poorContrast(page), []);
  await page.getByLabel("Cloudways access token").fill("cw_wrong");
  await press(page, "Go on");
  assert.match(await page.getByRole("alert").innerText(), /not accept/);
  assert.equal(await page.getByLabel("Cloudways access token").inputValue(), "");
  await page.getByLabel("Cloudways access token").fill(PASTED);
  await press(page, "Go on");
  await assertFitsPhone(page, "choice");
  await assertFindable(page, "choice");
  assert.deepEqual(await poorContrast(page), []);
  assert.equal(await page.getByLabel(/Only look/).isChecked(), true);
  await page.getByLabel(/Also make changes/).check();
  await page.getByLabel("For how long").selectOption("day");
  await press(page, "Connect");
  assert.equal(await heading(page), "Back at the client");
  const [visit] = client.visits();
  const tokens = await redeem(service, clientId, visit?.url.searchParams.get("code") ?? "", {
    redirect_uri: client.redirect,
  });
  const call = { tool: "restart_server", args: { server_id: 100001, wait_seconds: 0 } };
  const asked = await callAtDoor(service, tokens.access, call);
  await page.goto(/"approval_url\\":\\"([^"\\]+)/.exec(asked.text)?.[1] ?? "");
  await press(page, "Approve");
  const state = await heading(page);
  const done = await callAtDoor(service, tokens.access, call);

  assert.equal(client.visits().length, 1);
  assert.equal(visit?.referer, null);
  assert.equal(visit?.url.searchParams.get("iss"), `${service.url}/connect`);
  assert.match(state, /Approved/);
  assert.doesNotMatch(done.text, /confirmation_required|approval_pending/);
  // Chromium reports the refused token, which is answered with 422.
  assert.deepEqual(browser.complaints.filter((line) => !line.includes("422")), []);
});

Deno.test("without script a person lets a client in, and another browser with the address alone does not approve", async () => {
  await using service = await startSignIn();
  await using client = serveClient();
  await using browser = await startBrowser();
  const page = await browser.newPage({ javaScriptEnabled: false });
  const clientId = await openConsent(service, page, client.redirect);
  await page.getByLabel("Cloudways access token").fill(PASTED);
  await press(page, "Go on");
  await page.getByLabel(/Also make changes/).check();
  await press(page, "Connect");
  const code = client.visits()[0]?.url.searchParams.get("code") ?? "";
  const tokens = await redeem(service, clientId, code, { redirect_uri: client.redirect });
  const asked = await callAtDoor(service, tokens.access, { tool: "restart_server", args: { server_id: 100001 } });

  const other = await browser.newPage();
  await other.goto(/"approval_url\\":\\"([^"\\]+)/.exec(asked.text)?.[1] ?? "");
  await press(other, "Approve");

  assert.match(await other.getByRole("alert").innerText(), /not the browser/);
  assert.match(await other.getByRole("status").innerText(), /Waiting/);
});

Deno.test("Cancel takes the person back to the client with an error and no code", async () => {
  await using service = await startSignIn();
  await using client = serveClient();
  await using browser = await startBrowser();
  const page = await browser.newPage();

  await openConsent(service, page, client.redirect);
  await press(page, "Cancel");
  const [visit] = client.visits();

  assert.equal(visit?.url.searchParams.get("error"), "access_denied");
  assert.equal(visit?.url.searchParams.has("code"), false);
});

Deno.test("another site can neither frame the page nor send its form", async () => {
  await using service = await startSignIn();
  await using client = serveClient();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  await openConsent(service, page, client.redirect);
  await page.getByLabel("Cloudways access token").fill(PASTED);
  await press(page, "Go on");
  const form = await page.locator('input[name="form"]').first().inputValue();
  const toolsets = await page.locator('input[name="toolset"]').count();
  await using evil = serveHtml(
    `<form method="post" action="${service.url}/connect/authorize"><input name="form" value="${form}">
<input name="access" value="write"><input name="toolset" value="basic"><input name="duration" value="always">
<button name="step" value="connect">Win a prize</button></form><iframe src="${page.url()}"></iframe>`,
  );

  await page.goto(evil.url);
  const frame = page.frames().find((one) => one !== page.mainFrame());
  const framed = await frame?.locator('input[name="form"]').count() ?? 0;
  await page.getByRole("button", { name: "Win a prize" }).click();

  assert.ok(toolsets > 0);
  assert.equal(framed, 0);
  assert.equal(client.visits().length, 0);
});

Deno.test("a person sees their connections in the browser that made them, and ends one", async () => {
  await using service = await startSignIn();
  await using client = serveClient();
  await using browser = await startBrowser();
  const page = await browser.newPage({ viewport: PHONE, isMobile: true });
  const clientId = await openConsent(service, page, client.redirect, "My assistant");
  await letIn(page);
  const code = client.visits()[0]?.url.searchParams.get("code") ?? "";
  const tokens = await redeem(service, clientId, code, { redirect_uri: client.redirect });

  await page.goto(`${service.url}/connect`);
  await assertFitsPhone(page, "whose");
  await assertFindable(page, "whose");
  await page.getByRole("button", { name: /this browser/ }).click();
  await assertFitsPhone(page, "list");
  await assertFindable(page, "list");
  assert.deepEqual(await poorContrast(page), []);
  const before = await page.getByRole("heading", { level: 3 }).allInnerTexts();
  await page.getByRole("button", { name: "End", exact: true }).click();
  const after = await page.getByRole("heading", { level: 3 }).allInnerTexts();
  const { status } = await callAtDoor(service, tokens.access);

  assert.deepEqual(before, ["“My assistant”"]);
  assert.deepEqual(after, []);
  assert.equal(status, 401);
});
