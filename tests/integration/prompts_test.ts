/** The skills as prompts: through the official clients of both eras, within the caller's bounds. */
import assert from "node:assert/strict";
import * as z from "zod";
import { allSkills } from "../../src/prompts/skills.ts";
import { CLIENT_KINDS, connect, TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { post, readMessage } from "../support/rpc.ts";

const listSchema = z.object({
  prompts: z.array(z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    arguments: z.array(z.object({ name: z.literal("about"), description: z.string(), required: z.literal(false) })),
  })),
});
const promptSchema = z.object({
  messages: z.tuple([
    z.object({ role: z.literal("user"), content: z.object({ type: z.literal("text"), text: z.string() }) }),
  ]),
});

async function request(url: URL, method: string, params: object, headers: Record<string, string> = {}) {
  const response = await post(url, { jsonrpc: "2.0", id: 1, method, params }, { ...TOKEN_HEADERS, ...headers });
  return await readMessage(response);
}

async function listed(url: URL, headers: Record<string, string> = {}): Promise<string[]> {
  const { result } = await request(url, "prompts/list", {}, headers);
  return listSchema.parse(result).prompts.map(({ name }) => name);
}

for (const kind of CLIENT_KINDS) {
  Deno.test(`every skill is a prompt with the same text, for a ${kind}`, async () => {
    await using service = await startService();
    await using client = await connect(kind, service.mcpUrl, TOKEN_HEADERS);

    const names = await client.listPrompts();
    const messages = await Promise.all(names.map((name) => client.getPrompt(name)));

    assert.deepEqual(names, allSkills.map(({ name }) => name));
    assert.deepEqual(messages, allSkills.map(({ text }) => [{ role: "user", content: { type: "text", text } }]));
  });
}

Deno.test("what the user says about the job ends the prompt: cleaned, cut, without the caller's credentials", async () => {
  await using service = await startService();
  const about = `shop.example.com\u202e ${TOKEN_HEADERS["x-cloudways-access-token"]} ${"é".repeat(2_000)}`;

  const { result } = await request(service.mcpUrl, "prompts/get", { name: "slow-site", arguments: { about } });

  const { text } = promptSchema.parse(result).messages[0].content;
  const said = text.slice(allSkills.find(({ name }) => name === "slow-site")?.text.length);
  assert.match(said, /shop\.example\.com/);
  assert.ok(!said.includes("\u202e"));
  assert.ok(!said.includes(TOKEN_HEADERS["x-cloudways-access-token"]));
  assert.ok(said.length < 600);
});

Deno.test("a caller has the prompts whose job is within their bounds, and no other", async () => {
  await using service = await startService();
  const { mcpUrl } = service;

  const readOnly = await listed(mcpUrl, { "x-mcp-readonly": "true" });
  const withoutStaging = await listed(mcpUrl, { "x-mcp-exclude-tools": "push_staging_app" });
  const refused = await request(mcpUrl, "prompts/get", { name: "go-live" }, { "x-mcp-readonly": "true" });
  const unknown = await request(mcpUrl, "prompts/get", { name: "no-such-job" });

  assert.deepEqual(readOnly, ["slow-site", "takeover-audit", "weekly-report"]);
  assert.deepEqual(withoutStaging, allSkills.map(({ name }) => name).filter((name) => name !== "go-live"));
  for (const { error } of [refused, unknown]) assert.equal(Object(error).code, -32602);
});
