import { type Call, type Handlers, isOn, nothing, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { exampleOf, operationById } from "../facts.ts";
import { isRecord } from "../read_request.ts";
import { invalidField, notFound } from "../refusals.ts";
import type { ChannelState } from "../state.ts";

const email = 2;

/** Where alerts are sent. The list of kinds answers with its documented example. */
export const alertChannelHandlers: Handlers = {
  cloudways_bot_integrations_list: ({ account }) => ({ integrations: account.channels.map(shown) }),
  cloudways_bot_integration_create(call) {
    const channel: ChannelState = {
      id: ++call.account.lastId.channel,
      ...given(call),
      created_at: recordTime(call.clock.now()),
      updated_at: null,
    };
    call.account.channels.push(channel);
    return { integration: { ...shown(channel), user_id: call.account.userId } };
  },
  cloudways_bot_integration_update(call) {
    const channel = theChannel(call);
    Object.assign(channel, given(call), { updated_at: recordTime(call.clock.now()) });
    return { integration: { ...shown(channel), user_id: call.account.userId } };
  },
  cloudways_bot_integration_delete(call) {
    const gone = theChannel(call);
    call.account.channels = call.account.channels.filter((one) => one !== gone);
    return call.forms === "live" ? undefined : nothing(call);
  },
};

/** An e-mail address for one kind, a web address for all others. */
function given(call: Call): Pick<ChannelState, "name" | "channel" | "events" | "config" | "isActive"> {
  const channel = number(call, "channel");
  const field = channel === email ? "to" : "url";
  if (!kinds().includes(String(channel))) throw invalidField("channel", "in", "The selected channel is invalid.");
  const target = text(call, field);
  if (target === "") throw invalidField(field, "required", `The ${field} field is required.`);
  const { events } = call.fields;
  return {
    name: text(call, "name"),
    channel,
    events: Array.isArray(events) ? events.map(Number) : [],
    config: channel === email ? { to: target } : { url: target },
    isActive: isOn(call, "is_active"),
  };
}

function kinds(): string[] {
  const example = exampleOf(operationById("cloudways_bot_integration_channels_list"));
  return isRecord(example) && isRecord(example.channels) ? Object.keys(example.channels) : [];
}

function theChannel(call: Call): ChannelState {
  const found = call.account.channels.find(({ id }) => id === number(call, "channel_id"));
  if (found === undefined) throw notFound("channel_id");
  return found;
}

function shown({ isActive, ...channel }: ChannelState): Record<string, unknown> {
  return { ...channel, is_active: isActive ? 1 : 0 };
}
