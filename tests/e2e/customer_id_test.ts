/** From a change in the log to the person: whose call it was, with the commands of docs/audit.md. */
import assert from "node:assert/strict";
import { startSandbox } from "../sandbox/mod.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { run, startServer } from "../support/process.ts";
import { callTool } from "../support/rpc.ts";

const [ENCRYPTION_KEY, CUSTOMER_ID_KEY] = TEST_KEYS;
const TOKEN = TOKEN_HEADERS["x-cloudways-access-token"];
const EMAIL = KEY_HEADERS["x-cloudways-email"];
const API_KEY = KEY_HEADERS["x-cloudways-api-key"];
const ID = /^(customer_[0-9a-f]{16})\n([0-9a-f]{64})\n$/;

function customerId(input: string, env: Record<string, string> = { ENCRYPTION_KEY, CUSTOMER_ID_KEY }) {
  return run("deno", ["task", "--quiet", "customer-id"], { env, input });
}

/** The recipes of the page that ask the log something, by the question before each. */
async function recipes(): Promise<Map<string, string>> {
  const page = await Deno.readTextFile("docs/audit.md");
  const found = page.matchAll(/^\*\*([^*]+\?)\*\*\n\n```sh\n(.*?)^```$/gms);
  return new Map([...found].map(([, question = "", command = ""]) => [question, command]));
}

/** Runs a recipe of the form `jq ARGUMENTS FILE`, with this text in place of the file. */
async function ask(recipe: string | undefined, log: string, replace: Record<string, string> = {}): Promise<string[]> {
  let [, options = "", filter = ""] = /^jq (-\w+) '(.*)' \S+\n$/s.exec(recipe ?? "") ?? [];
  assert.notEqual(filter, "", recipe);
  for (const [from, to] of Object.entries(replace)) {
    assert.ok(filter.includes(from), `${from} in ${filter}`);
    filter = filter.replaceAll(from, to);
  }
  const { code, stdout, stderr } = await run("jq", [options, filter], { input: log });
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "");
}

Deno.test("who stopped a server is found from the log, and led back to the credentials", async () => {
  await using sandbox = await startSandbox({ pace: { polls: 1, seconds: 0 } });
  const env = {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    ENCRYPTION_KEY,
    CUSTOMER_ID_KEY,
    CONFIRM: "off",
    LOG_FORMAT: "json",
  };
  await using server = await startServer("deno run", env);
  await callTool(server.mcpUrl, "get_alerts", {}, KEY_HEADERS);
  await callTool(server.mcpUrl, "stop_server", { server_id: 100001, wait_seconds: 0 }, TOKEN_HEADERS);
  await callTool(server.mcpUrl, "stop_server", { server_id: 999999, wait_seconds: 0 }, TOKEN_HEADERS);
  server.program.signal("SIGTERM");
  const log = (await server.program.ended()).stderr;
  const token = ID.exec((await customerId(`${TOKEN}\n`)).stdout);
  const pair = ID.exec((await customerId(`${EMAIL}\n${API_KEY}\n`)).stdout);
  const all = await recipes();

  const stopped = await ask(all.get("Who stopped server 100001?"), log);
  const did = await ask(all.get("What did a customer change?"), log, { '"CUSTOMER"': JSON.stringify(token?.[1]) });
  const failed = await ask(all.get("Which calls failed, and how often?"), log);
  const slow = await ask(all.get("What took longest?"), log);
  const requests = await ask(all.get("What happened in a request?"), log, { "REQUEST-ID": requestIdIn(stopped) });

  assert.equal(stopped.length, 1);
  assert.match(stopped[0] ?? "", new RegExp(`${token?.[1]}\\tconfirm_off\\tok\\t`));
  assert.ok(did.some((line) => line.includes("stop_server")));
  assert.ok(failed.some((line) => line.includes("stop_server") && line.includes("not_found")), failed.join());
  assert.ok(slow.length >= 3 && slow.length <= 10);
  assert.ok(requests.some((line) => line.includes('"tool"')));
  assert.notEqual(pair?.[2], token?.[2]);
  assert.equal(all.size, 5);
  assert.ok(log.includes(token?.[1] ?? "no id") && log.includes(pair?.[1] ?? "no id"));
});

function requestIdIn(lines: readonly string[]): string {
  return /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(lines[0] ?? "")?.[0] ?? "no request id";
}

Deno.test("customer-id takes no credentials as arguments", async () => {
  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "customer-id", "cw_an-argument"], {
    env: { ENCRYPTION_KEY },
  });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /Usage:/);
});
