/**
 * Jobs around add-ons and alerts of an assistant that knows only the default list: it finds each tool by what people
 * say, and calls it through `call_tool` or `call_read_tool`. The person sees what they approve.
 */
import assert from "node:assert/strict";
import { startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";

/** What a step showed the assistant, and the person where they were asked. */
interface Done {
  answer: Record<string, unknown>;
  /** Everything that the assistant has read in this step. */
  read: string;
  /** The question; undefined where nobody was asked. */
  question: string | undefined;
}

/** Finds the tool by a query, and calls it; a person says yes where one is asked. */
async function carryOut(service: Service, query: string, tool: string, args: Record<string, unknown>): Promise<Done> {
  const base = { url: service.mcpUrl, headers: TOKEN_HEADERS };
  const found = await callModern({ ...base, name: "find_tools", args: { query } });
  assert.ok(found.kind === "result", JSON.stringify(found));
  const [first] = Object(found.answer.json.tools);
  assert.equal(first?.name, tool, `${query}: ${JSON.stringify(found.answer.json).slice(0, 300)}`);

  const name = first.effect === "read" ? "call_read_tool" : "call_tool";
  const call = { ...base, name, args: { name: tool, arguments: JSON.stringify(args) } };
  const asked = await callModern(call);
  const done = asked.kind === "question"
    ? await callModern({ ...call, answered: { state: asked.state, reply: yesTo(asked.message) } })
    : asked;
  assert.ok(done.kind === "result", JSON.stringify(done));
  assert.equal(done.answer.isError, false, JSON.stringify(done.answer.json));
  const question = asked.kind === "question" ? asked.message : undefined;
  return { answer: done.answer.json, read: JSON.stringify([found.answer.json, done.answer.json]), question };
}

Deno.test("through discovery alerts are sent to a Slack channel, whose address only the person's service knows", async () => {
  await using sandbox = await startSandbox();
  await using service = await startService({ sandbox });
  const webhook_url = "https://hooks.example.com/services/Canary-of-Hooks-7391";

  const list = await carryOut(service, "where do alerts go", "list_alert_channels", {});
  const { answer, read, question } = await carryOut(
    service,
    "send alerts to our Slack channel",
    "create_alert_channel",
    { name: "Shop alerts", kind: Object(list.answer.kinds)[1], webhook_url },
  );

  assert.match(question?.split("\n")[0] ?? "", /`hooks\.example\.com`/);
  const channel = sandbox.account().channels.find(({ id }) => id === answer.channel_id);
  assert.deepEqual([channel?.name, channel?.channel, channel?.config], ["Shop alerts", 3, { url: webhook_url }]);
  assert.doesNotMatch(`${read}${question}${service.logLines.join()}`, /Canary-of-Hooks/);
});

Deno.test("through discovery an add-on is ordered at a price that the person saw before the yes", async () => {
  await using sandbox = await startSandbox();
  await using service = await startService({ sandbox });

  const list = await carryOut(service, "which add-ons are there and what do they cost", "list_addons", {});
  const addon = Object(list.answer.addons).find(({ label }: { label: string }) => label === "Rackspace Email");
  const { answer, question } = await carryOut(service, "order an add-on for the account", "activate_addon", {
    addon_id: addon.id,
    package_id: addon.packages[0].id,
  });

  assert.match(question?.split("\n")[0] ?? "", new RegExp(`\`${addon.packages[0].price_usd} US dollars per month\``));
  assert.equal(answer.status, "active");
  assert.deepEqual(sandbox.account().subscriptions.at(-1), { addonId: 5, packageId: 11, status: 1 });
});

Deno.test("through discovery alerts of one kind are stopped, and Copilot leaves a server alone", async () => {
  await using sandbox = await startSandbox();
  await using service = await startService({ sandbox });

  const update = await carryOut(service, "send fewer events to an alert channel", "update_alert_channel", {
    channel_id: 8888,
    remove: [1],
  });
  const off = await carryOut(service, "switch Copilot insights off for one server", "set_server_insights", {
    server_id: 100001,
    enabled: false,
  });

  assert.ok(update.question !== undefined && off.question !== undefined);
  assert.deepEqual(sandbox.account().channels[0]?.events, [2]);
  assert.deepEqual(sandbox.account().copilot.off, [100001]);
});
