/** Marking alerts as read, and the channels they are sent through: what is asked, sent, read back and kept secret. */
import assert from "node:assert/strict";
import type { ChannelState, FaultKind, Sandbox } from "../sandbox/mod.ts";
import { ask, refusedUnasked, writesTo } from "../support/asked.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

/** The part of web addresses that nothing may show. */
const SECRET = "T0/B0/Canary-of-Hooks-7391";
const HOOK = `https://hooks.example.com/services/${SECRET}`;
const OTHER_HOOK = `https://alerts.example.org/in/${SECRET}`;
const MAIL = { channel_id: 8888 };
const SLACK = { channel_id: 9001 };
const NEW_SLACK = { name: "Shop alerts", kind: "Slack", webhook_url: HOOK };
const PUBLIC_URL = "http://127.0.0.1:7000";

function start(CONFIRM = "off"): Promise<Service> {
  return startService({ env: { CONFIRM, PUBLIC_URL, RATE_LIMIT_REQUESTS: "100000", LOG_LEVEL: "DEBUG" } });
}

async function call(service: Service, tool: string, args: Record<string, unknown> = {}) {
  return (await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS)).json;
}

/** Adds a channel of Slack to the account. */
function addSlack({ sandbox }: Service): ChannelState {
  const channel: ChannelState = {
    id: SLACK.channel_id,
    name: "Team",
    channel: 3,
    events: [1],
    config: { url: HOOK },
    isActive: true,
    created_at: "2026-01-01 00:00:00",
    updated_at: null,
  };
  sandbox.account().channels.push(channel);
  return channel;
}

function channelOf({ sandbox }: Service, id: number): ChannelState {
  const found = sandbox.account().channels.find((channel) => channel.id === id);
  assert.ok(found !== undefined);
  return found;
}

/** Only the first read of an operation gets the right answer. */
function readsOnce(sandbox: Sandbox, operationId: string, kind: FaultKind): void {
  sandbox.addFault({ operationId, times: 1, kind: { delayMs: 0 } });
  sandbox.addFault({ operationId, kind });
}

/** Gives a member of the state another value at each reading; the last one stays. */
function readsInTurn<T extends object>(state: T, name: keyof T, values: readonly unknown[]): void {
  let reads = 0;
  Object.defineProperty(state, name, {
    enumerable: true,
    get: () => values[Math.min(reads++, values.length - 1)],
    set: () => {},
  });
}

function assertSecret(...sights: unknown[]): void {
  for (const sight of sights) {
    assert.ok(sight !== undefined);
    assert.equal(JSON.stringify(sight).includes("Canary-of-Hooks"), false, JSON.stringify(sight));
  }
}

/** The fingerprint that a question shows for an argument. */
function fingerprintIn(message: string): string {
  return /webhook_url: `⟨\d+ characters, fingerprint ([0-9a-f]{24})⟩`/.exec(message)?.[1] ?? "none";
}

Deno.test("one alert, or all, are marked as read, and nothing else changes", async () => {
  await using service = await start();
  const unread = () => service.sandbox.account().alerts.filter(({ is_read }) => !is_read).map(({ id }) => id);
  const before = unread();

  const one = await call(service, "mark_alerts_read", { alert_id: 88888 });
  const after = unread();
  const all = await call(service, "mark_alerts_read", { all: true });

  assert.deepEqual(after, before.filter((id) => id !== 88888));
  assert.ok(after.length > 0 && after.length < before.length);
  assert.deepEqual([one.alert_id, one.all, all.alert_id, all.all, unread()], [88888, false, null, true, []]);
});

Deno.test("channels are listed with kinds and events by name, and the host of a web address", async () => {
  await using service = await start();
  addSlack(service);

  const { channels, kinds, events } = await call(service, "list_alert_channels");

  const [mail, slack] = Object(channels);
  assert.deepEqual([mail.id, mail.kind, mail.email, mail.enabled], [8888, "Email", "ops@example.com", true]);
  assert.deepEqual(mail.events, [{ id: 1, name: "Web Stack Health" }, { id: 2, name: "Host Health" }]);
  assert.deepEqual([slack.id, slack.kind, slack.host, slack.created_at], [
    9001,
    "Slack",
    "hooks.example.com",
    "2026-01-01T00:00:00Z",
  ]);
  assert.match(slack.fingerprint, /^[0-9a-f]{24}$/);
  assert.deepEqual(kinds, ["Email", "Slack"]);
  assert.deepEqual(Object(events).map(({ id }: { id: number }) => id), [1, 2]);
});

Deno.test("kinds of channels are understood as a list too, as one client has them", async () => {
  await using service = await start();
  const body = { events: [{ id: 1, name: "Host", level: "high" }], channels: [{ id: 3, name: "Slack" }] };
  const kind = { status: 200, body };
  service.sandbox.addFault({ operationId: "cloudways_bot_integration_channels_list", kind });

  const { channels, kinds } = await call(service, "list_alert_channels");
  const { channel_id } = await call(service, "create_alert_channel", NEW_SLACK);

  assert.deepEqual(kinds, ["Slack"]);
  assert.equal(Object(channels)[0].kind, "2", "a kind without a name is shown by its id");
  assert.deepEqual(channelOf(service, Number(channel_id)).events, [1]);
});

Deno.test("the first line of a new channel says where alerts go, and the web address stays secret everywhere", async () => {
  await using service = await start("ask");
  const asked = await ask(service, "create_alert_channel", NEW_SLACK);
  const { json: onPage } = await callTool(service.mcpUrl, "create_alert_channel", NEW_SLACK, TOKEN_HEADERS);
  const { pathname } = new URL(String(Object(onPage.details).approval_url));
  const page = await (await fetch(service.url + pathname)).text();

  const made = await asked.approve();
  const list = await call(service, "list_alert_channels");
  const trail = await call(service, "get_audit_log");

  assert.match(asked.firstLine, /`hooks\.example\.com`/);
  assert.match(page, /hooks\.example\.com/);
  assert.deepEqual(channelOf(service, Number(made?.channel_id)).config, { url: HOOK });
  assert.equal(made?.place, "hooks.example.com");
  const listed = Object(list.channels).find(({ id }: { id: number }) => id === made?.channel_id);
  assert.equal(listed.fingerprint, fingerprintIn(asked.message), "the same address has the same fingerprint");
  assert.ok(loggedRecords(service).some(({ tool, outcome }) => tool === "create_alert_channel" && outcome === "ok"));
  assertSecret(asked.message, onPage, page, made, list, trail, service.logLines);
});

Deno.test("a web address that Cloudways repeats in a refusal stays secret", async () => {
  await using service = await start();
  const body = { url: [{ code: "url", message: `${HOOK} does not answer` }] };
  service.sandbox.addFault({ operationId: "cloudways_bot_integration_create", kind: { status: 422, body } });

  const refused = await call(service, "create_alert_channel", NEW_SLACK);

  assert.equal(refused.code, "validation_failed");
  assert.match(JSON.stringify(refused.details), /does not answer/);
  assertSecret(refused, service.logLines);
});

Deno.test("a new channel sends every event, or only the named ones, and may be off", async () => {
  await using service = await start();

  const all = await call(service, "create_alert_channel", { name: "Owner", kind: "e-mail", email: "a@example.com" });
  const some = await call(service, "create_alert_channel", { ...NEW_SLACK, event_ids: [2, 2], enabled: false });

  const { events, config, channel, isActive } = channelOf(service, Number(all.channel_id));
  assert.deepEqual([events, config, channel, isActive], [[1, 2], { to: "a@example.com" }, 2, true]);
  assert.deepEqual(some.events, [{ id: 2, name: "Host Health" }]);
  const off = channelOf(service, Number(some.channel_id));
  assert.deepEqual([off.events, off.isActive], [[2], false]);
});

Deno.test("nobody is asked about a kind, an event or an address that does not fit", async () => {
  await using service = await start("ask");
  const create = (args: Record<string, unknown>) =>
    refusedUnasked(service, "create_alert_channel", { ...NEW_SLACK, ...args });

  const kind = await create({ kind: "Pager" });
  const event = await create({ event_ids: [1, 7] });
  const rest = [
    [await create({ webhook_url: undefined }), "webhook_url"],
    [await create({ email: "a@example.com" }), "email"],
    [await create({ kind: "Email" }), "webhook_url"],
    [await create({ kind: "Email", webhook_url: undefined }), "email"],
    [await refusedUnasked(service, "update_alert_channel", { ...MAIL, webhook_url: HOOK }), "webhook_url"],
    [await refusedUnasked(service, "update_alert_channel", { ...MAIL, add: [7] }), "add"],
  ] as const;

  assert.deepEqual([kind.code, Object(kind.details).known], ["invalid_arguments", ["Email", "Slack"]]);
  assert.deepEqual([event.code, Object(event.details).known], ["invalid_arguments", ["1", "2"]]);
  for (const [json, argument] of rest) {
    assert.equal(json.code, "invalid_arguments");
    assert.equal(Object(json.details).problems[0].argument, argument);
  }
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("a place that gets alerts already is named, and nobody is asked", async () => {
  await using service = await start("ask");
  addSlack(service);

  const web = await refusedUnasked(service, "create_alert_channel", NEW_SLACK);
  const args = { name: "Again", kind: "Email", email: "ops@example.com" };
  const mail = await refusedUnasked(service, "create_alert_channel", args);

  assert.deepEqual([web.code, web.details], ["validation_failed", SLACK]);
  assert.deepEqual([mail.code, mail.details], ["validation_failed", MAIL]);
});

Deno.test("a new name leaves the web address, the events and the state as they are", async () => {
  await using service = await start("ask");
  addSlack(service);
  const { message, firstLine, approve } = await ask(service, "update_alert_channel", { ...SLACK, name: "Night" });

  const json = await approve();
  const trail = await call(service, "get_audit_log");

  const { name, config, events, isActive } = channelOf(service, SLACK.channel_id);
  assert.deepEqual([name, config, events, isActive], ["Night", { url: HOOK }, [1], true]);
  assert.match(firstLine, /`hooks\.example\.com`/);
  assert.deepEqual([json?.name, Object(json?.channel).host], ["Night", "hooks.example.com"]);
  assertSecret(message, json, trail, service.logLines);
});

Deno.test("a web address whose form is known to be secret is written back whole too", async () => {
  await using service = await start();
  const url = `https://hooks.slack.com/services/${SECRET}`;
  addSlack(service).config = { url };

  const json = await call(service, "update_alert_channel", { ...SLACK, enabled: false });

  const { config, isActive } = channelOf(service, SLACK.channel_id);
  assert.deepEqual([config, isActive], [{ url }, false]);
  assert.equal(Object(json.channel).host, "hooks.slack.com");
  assertSecret(json, service.logLines);
});

Deno.test("a channel that is moved shows both places by host and fingerprint", async () => {
  await using service = await start("ask");
  addSlack(service);
  const { message, firstLine, approve } = await ask(service, "update_alert_channel", {
    ...SLACK,
    webhook_url: OTHER_HOOK,
  });

  const json = await approve();

  assert.match(firstLine, /`alerts\.example\.org`/);
  assert.match(message, /\nAlerts went to: `hooks\.example\.com`/);
  const prints = [...message.matchAll(/^Fingerprint[^:]*: `([0-9a-f]{24})`/gm)].map(([, print]) => print);
  assert.equal(prints[0], fingerprintIn(message));
  assert.notEqual(prints[1], prints[0]);
  assert.deepEqual(channelOf(service, SLACK.channel_id).config, { url: OTHER_HOOK });
  assert.equal(Object(json?.channel).fingerprint, prints[0]);
  assertSecret(message, json);
});

Deno.test("events are added and removed one by one, or replaced", async () => {
  await using service = await start();
  addSlack(service);
  const events = () => channelOf(service, SLACK.channel_id).events;

  await call(service, "update_alert_channel", { ...SLACK, add: [2] });
  const added = events();
  await call(service, "update_alert_channel", { ...SLACK, remove: [1] });
  const removed = events();
  await call(service, "update_alert_channel", { ...SLACK, replace: [1] });

  assert.deepEqual([added, removed, events()], [[1, 2], [2], [1]]);
});

Deno.test("a change that would leave no event, or change nothing, is refused", async () => {
  await using service = await start("ask");
  addSlack(service);
  const update = (args: Record<string, unknown>) => refusedUnasked(service, "update_alert_channel", args);

  const refusals = [
    await update({ ...SLACK, remove: [1] }),
    await update({ ...SLACK, name: "Team", enabled: true, add: [1], webhook_url: HOOK }),
  ];
  const unknown = await update({ channel_id: 7777, enabled: false });

  assert.deepEqual(refusals.map(({ code }) => code), ["validation_failed", "validation_failed"]);
  assert.equal(unknown.code, "not_found");
  assertSecret(refusals);
});

Deno.test("a channel whose state is not told is changed only if the call gives it", async () => {
  await using service = await start();
  const integrations = [{ id: 8888, name: "Ops mail", channel: 2, events: [1, 2], config: { to: "ops@example.com" } }];
  const kind = { status: 200, body: { integrations } };
  service.sandbox.addFault({ operationId: "cloudways_bot_integrations_list", kind });

  const untold = await call(service, "update_alert_channel", { ...MAIL, name: "Night" });
  const before = writesTo(service.sandbox).length;
  await call(service, "update_alert_channel", { ...MAIL, name: "Night", enabled: false });

  assert.deepEqual([untold.code, before], ["validation_failed", 0]);
  assert.equal(channelOf(service, MAIL.channel_id).isActive, false);
});

Deno.test("a channel that somebody else changes in between is left alone", async () => {
  await using service = await start();
  readsInTurn(addSlack(service), "config", [{ url: HOOK }, { url: OTHER_HOOK }]);

  const json = await call(service, "update_alert_channel", { ...SLACK, name: "Night" });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(writesTo(service.sandbox), []);
  assertSecret(json, service.logLines);
});

Deno.test("a channel that becomes another one than was asked for is a failure with both states", async () => {
  await using service = await start();
  readsInTurn(addSlack(service), "events", [[1], [1], [1]]);

  const json = await call(service, "update_alert_channel", { ...SLACK, add: [2] });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(writesTo(service.sandbox), ["cloudways_bot_integration_update"]);
  assert.deepEqual(Object(json.details).wanted.events.length, 2);
  assert.deepEqual(Object(json.details).found.events.length, 1);
  assertSecret(json);
});

Deno.test("taking a new name back leaves what somebody changed else", async () => {
  await using service = await start();
  const { undo } = await call(service, "update_alert_channel", { ...MAIL, name: "Night watch" });
  const place = { email: "night@example.com", enabled: false, replace: [2] };
  await call(service, "update_alert_channel", { ...MAIL, ...place });

  const json = await call(service, "undo_change", { receipt: Object(undo).receipt });

  assert.equal(json.code, undefined, JSON.stringify(json));
  const { name, config, isActive, events } = channelOf(service, MAIL.channel_id);
  assert.deepEqual({ name, config, isActive, events }, {
    name: "Ops mail",
    config: { to: "night@example.com" },
    isActive: false,
    events: [2],
  });
});

Deno.test("the question says whether a channel can be changed back", async () => {
  const saysNo = async (before: Partial<ChannelState>, change: Record<string, unknown>) => {
    await using service = await start("ask");
    Object.assign(channelOf(service, MAIL.channel_id), before);
    return (await ask(service, "update_alert_channel", { ...MAIL, ...change })).message.includes("can't be undone");
  };

  assert.equal(await saysNo({}, { replace: [1] }), false);
  assert.equal(await saysNo({ events: [] }, { replace: [1] }), true);
  assert.equal(await saysNo({ events: [1, 99] }, { replace: [1] }), true);
  assert.equal(await saysNo({ events: [1, 99] }, { name: "Night watch" }), false);
});

Deno.test("a channel is deleted after a yes that names its place, and seen to be gone", async () => {
  await using service = await start("ask");
  addSlack(service);
  const { firstLine, message, approve } = await ask(service, "delete_alert_channel", SLACK);

  const answer = await approve();

  assert.match(firstLine, /`hooks\.example\.com`/);
  assert.ok(answer !== undefined);
  const { undo, ...json } = answer;
  assert.deepEqual(Object.keys(Object(undo)), ["instead"]);
  assert.deepEqual(json, { ...SLACK, name: "Team", deleted: true, verified: true });
  assert.deepEqual(service.sandbox.account().channels.map(({ id }) => id), [8888]);
  assertSecret(message);
});

Deno.test("a deletion that did not happen is a failure, and one that can't be looked up says so", async () => {
  await using service = await start();
  const { sandbox } = service;
  const operationId = "cloudways_bot_integration_delete";
  sandbox.addFault({ operationId, times: 1, kind: { status: 200, body: {} } });

  const still = await call(service, "delete_alert_channel", MAIL);
  readsOnce(sandbox, "cloudways_bot_integrations_list", { status: 503 });
  const unseen = await call(service, "delete_alert_channel", MAIL);

  assert.equal(still.code, "upstream_error");
  assert.deepEqual([unseen.deleted, unseen.verified], [true, false]);
});
