/** Where alerts are sent: listing, adding, changing and deleting the channels. */
import * as z from "zod";
import type { Fields } from "../../cloudways/http.ts";
import { idNumber } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { SecretText } from "../../text/secret_text.ts";
import { isSeenGone } from "../define/gone.ts";
import { noInput } from "../define/inputs.ts";
import { asWritten, checkEdit } from "../define/list_edits.ts";
import { anyReply, records } from "../define/outputs.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { channelBack } from "./channel_back.ts";
import { planChannelChange, readBackChange } from "./channel_change.ts";
import { type Channel, channelView, findChannel, placeOf, readChannels, readChoices } from "./channel_list.ts";
import { additionQuestion, changeQuestion, deletionQuestion } from "./channel_questions.ts";
import { kindNamed, placeFor, placeInput, requireEvents } from "./channel_target.ts";

const channelId = z.int().min(1).meta(declare({ role: "target" })).describe("Id from list_alert_channels.");
const channelName = z.string().min(1).max(100);
const eventIds = z.array(z.int().min(1)).max(100);
const channelOutput = { channel_id: z.number(), name: z.string() };

const listAlertChannels = defineTool({
  name: "list_alert_channels",
  title: "Alert channels",
  toolset: "alerts",
  effect: "read",
  description:
    "Lists where alerts are sent: e-mail, Slack, webhooks and others, with the events of each; and the kinds " +
    "and events that there are. Web addresses are secret: only their host and a fingerprint are shown.",
  input: noInput,
  output: () => z.looseObject({ channels: records, kinds: z.array(z.string()), events: records }),
  handler: async (_input, { account, secrets }) => {
    const [channels, choices] = await Promise.all([readChannels(account, secrets), readChoices(account)]);
    return {
      channels: channels.map((channel) => channelView(channel, choices)),
      kinds: choices.kinds.map(({ name }) => name),
      events: choices.events.map(({ id, name }) => ({ id, name })),
    };
  },
});

/** A channel as it is sent. */
interface SentChannel extends Pick<Channel, "name" | "kind" | "email" | "url"> {
  events: readonly number[];
  isOn: boolean;
}

function fieldsOf({ name, kind, email, url, events, isOn }: SentChannel): Fields {
  const place = email === "" ? { url: new SecretText(url) } : { to: email };
  return { name, channel: kind, events, is_active: isOn, ...place };
}

const createAlertChannel = defineAskingTool({
  name: "create_alert_channel",
  title: "Add an alert channel",
  toolset: "alerts",
  effect: "destructive",
  undo: { none: "delete_alert_channel removes the channel" },
  description:
    "Sends the account's alerts to a further place: an e-mail address, or the webhook of Slack or another kind of " +
    "list_alert_channels. After an unclear end look there first. A person has to approve it.",
  input: () =>
    z.strictObject({
      name: channelName.describe("Name to recognise it by."),
      kind: z.string().min(1).max(40).describe("Kind by its name: Slack, Email"),
      ...placeInput,
      event_ids: eventIds.min(1).optional().describe("Ids of the only events to send, from list_alert_channels."),
      enabled: z.boolean().default(true).describe("false adds it switched off."),
    }),
  output: () =>
    z.looseObject({
      ...channelOutput,
      kind: z.string(),
      place: z.string(),
      enabled: z.boolean(),
      events: records,
    }),
  facts: async ({ kind: kindName, event_ids, ...input }, { account, secrets }) => {
    const choices = await readChoices(account);
    const kind = kindNamed(choices, kindName);
    requireEvents(choices, "event_ids", event_ids);
    const place = placeFor(kind.id, input);
    const present = await readChannels(account, secrets);
    const same = present.find(({ email, url }) => email === place.email && url === place.url);
    if (same !== undefined) throw isThere(same.id);
    return {
      name: input.name,
      kind: kind.id,
      ...place,
      fingerprint: place.url === "" ? null : await secrets.fingerprintOf(place.url),
      events: event_ids === undefined ? choices.events.map(({ id }) => id) : [...new Set(event_ids)],
      isOn: input.enabled,
      choices,
      present,
    };
  },
  question: additionQuestion,
  handler: async (_input, { account }, added) => {
    const { integration } = await account.write({
      operation: "cloudways_bot_integration_create",
      method: "POST",
      path: path`/integrations`,
      form: fieldsOf(added),
      reply: z.looseObject({ integration: z.looseObject({ id: idNumber }) }),
    });
    const { kind, events } = channelView(
      { ...added, id: integration.id, createdAt: null, updatedAt: null },
      added.choices,
    );
    const { name, isOn } = added;
    return { channel_id: integration.id, name, kind, place: placeOf(added), enabled: isOn, events };
  },
});

function isThere(id: number): ToolError {
  return new ToolError("validation_failed", `Alert channel ${id} sends to this place already.`, {
    hint: "Nothing was done, and nobody was asked. update_alert_channel changes which events it sends.",
    details: { channel_id: id },
    done: "nothing",
  });
}

const updateAlertChannel = defineAskingTool({
  name: "update_alert_channel",
  title: "Change an alert channel",
  toolset: "alerts",
  effect: "destructive",
  idempotent: true,
  description:
    "Changes a channel's name, where it sends to, or whether it is on, or edits which events it sends: add and remove, " +
    "or replace all. What is left out stays. A person has to approve it.",
  input: () =>
    z.strictObject({
      channel_id: channelId,
      name: channelName.optional().describe("New name."),
      ...placeInput,
      enabled: z.boolean().optional().describe("false stops its alerts, and keeps it."),
      add: eventIds.min(1).optional().describe("Ids of events to send too: [1]"),
      remove: eventIds.min(1).optional().describe("Ids of events not to send any more."),
      replace: eventIds.min(1).optional().describe("The whole new list, instead of add and remove."),
    }).superRefine(({ add, remove, replace, name, email, webhook_url, enabled }, context) => {
      const edit = { add: add?.map(String), remove: remove?.map(String), replace: replace?.map(String) };
      const isGiven = [name, email, webhook_url, enabled].some((given) => given !== undefined);
      checkEdit(edit, context, asWritten, { name: "name, email, webhook_url or enabled", isGiven });
    }),
  output: () => z.looseObject({ ...channelOutput, channel: z.looseObject({}) }),
  facts: planChannelChange,
  question: changeQuestion,
  handler: async (_input, { account, secrets }, change) => {
    const { channel: { id }, after, choices } = change;
    const found = await readBackChange(change, {
      read: () => findChannel(account, secrets, id),
      write: () =>
        account.write({
          operation: "cloudways_bot_integration_update",
          method: "PUT",
          path: path`/integrations/${id}`,
          form: fieldsOf(after),
          reply: anyReply,
        }),
    });
    return { channel_id: id, name: found.name, channel: channelView(found, choices) };
  },
  undo: channelBack,
});

const deleteAlertChannel = defineAskingTool({
  name: "delete_alert_channel",
  title: "Delete an alert channel",
  toolset: "alerts",
  effect: "destructive",
  undo: { instead: "create_alert_channel adds it again, with another id; a web address has to come from the user." },
  idempotent: true,
  description:
    "Stops alerts to one place by deleting its channel. To keep it, switch it off with update_alert_channel. A " +
    "person has to approve it.",
  input: () => z.strictObject({ channel_id: channelId }),
  output: () => z.looseObject({ ...channelOutput, deleted: z.boolean(), verified: z.boolean() }),
  facts: async ({ channel_id }, { account, secrets }) => ({
    channel: await findChannel(account, secrets, channel_id),
    choices: await readChoices(account),
  }),
  question: deletionQuestion,
  handler: async (_input, { account, secrets }, { channel: { id, name } }) => {
    await account.write({
      operation: "cloudways_bot_integration_delete",
      method: "DELETE",
      path: path`/integrations/${id}`,
      reply: anyReply,
      mayBeEmpty: true,
    });
    const isThere = async () => (await readChannels(account, secrets)).some((channel) => channel.id === id);
    return { channel_id: id, name, deleted: true, verified: await isSeenGone("alert channel", isThere) };
  },
});

/** The tools of this file. */
export const channelsTools: readonly Tool[] = [
  listAlertChannels,
  createAlertChannel,
  updateAlertChannel,
  deleteAlertChannel,
];
