/** The MCP Inspector's command line with its own OAuth code, and a person in Chromium. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { FakeClock } from "../sandbox/mod.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { startBrowser } from "../support/browser.ts";
import type { Service } from "../support/harness.ts";
import { freePort } from "../support/free_port.ts";
import { inheritedEnv } from "../support/process.ts";
import { PASTED, postForm, startSignIn } from "../support/sign_in.ts";

const INSPECTOR = "@modelcontextprotocol/inspector@2.12.0";
const HOUR_MS = 3600_000;

/** The home folder of the Inspector, where it keeps its tokens. Removed after the test. */
async function homeFolder() {
  await Deno.mkdir("dist", { recursive: true });
  const path = await Deno.makeTempDir({ dir: "dist", prefix: "inspector-" });
  return { path: await Deno.realPath(path), [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What one run of the Inspector came to. */
interface Run {
  code: number;
  /** The answer of the tool; undefined if it was not called. */
  isError: boolean | undefined;
  /** Whether it sent a person to the sign-in page. */
  askedPerson: boolean;
  output: string;
}

/** Calls a tool with the Inspector, in a process of its own; `person` does what it asks a person to do. */
async function inspect(
  { url }: Service,
  home: string,
  person: (authorizationUrl: string) => Promise<void>,
): Promise<Run> {
  const { HOME = "", ...env } = inheritedEnv();
  await using inspector = new Deno.Command("npx", {
    args: [
      ...["-y", INSPECTOR, "--cli", `${url}/connect/mcp`, "--transport", "http", "--connect-timeout", "0"],
      ...["--callback-url", `http://127.0.0.1:${freePort()}/oauth/callback`],
      ...["--method", "tools/call", "--tool-name", "list_servers", "--format", "json"],
    ],
    // It signs in without a terminal only if it may open a browser, which is not there.
    env: {
      ...env,
      HOME: home,
      npm_config_cache: `${HOME}/.npm`,
      MCP_AUTO_OPEN_ENABLED: "true",
      MCP_INSPECTOR_SECRET_STORE: "file",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const answer = new Response(inspector.stdout).text();
  let output = "";
  let asked: Promise<void> | undefined;
  for await (const text of inspector.stderr.pipeThrough(new TextDecoderStream())) {
    output += text;
    const address = /(http:\/\/127\.0\.0\.1:\d+\/connect\/authorize\?\S+)\s/.exec(output)?.[1];
    if (address !== undefined) asked ??= person(address);
  }
  await asked;
  const { code } = await inspector.status;
  const text = await answer;
  const isError = text.trim() === "" ? undefined : JSON.parse(text).result?.isError === true;
  return { code, isError, askedPerson: asked !== undefined, output };
}

async function letIn(page: Page, authorizationUrl: string): Promise<void> {
  await page.goto(authorizationUrl);
  await page.getByLabel("Cloudways access token").fill(PASTED);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Connect" }).click();
  await page.waitForURL(/\/oauth\/callback\?/);
}

async function endAll(service: Service): Promise<void> {
  const { html } = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const form = /name="form" value="([^"]+)"/.exec(html)?.[1] ?? "";
  await postForm(service, "/connect", [["form", form], ["step", "end_all"]]);
}

Deno.test("the Inspector signs in, refreshes without a person, and signs in again once its connection has ended", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  await using home = await homeFolder();
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const call = () => inspect(service, home.path, (address) => letIn(page, address));

  const first = await call();
  await clock.advance(HOUR_MS);
  const refreshed = await call();
  await endAll(service);
  const again = await call();

  assert.deepEqual([first.code, first.isError, first.askedPerson], [0, false, true], first.output);
  assert.deepEqual([refreshed.code, refreshed.isError, refreshed.askedPerson], [0, false, false], refreshed.output);
  assert.deepEqual([again.code, again.isError, again.askedPerson], [0, false, true], again.output);
  assert.deepEqual(
    loggedRecords(service).map(({ event }) => event).filter((event) => event.endsWith("connected")),
    ["connected", "disconnected", "connected"],
  );
});
