/** How the change of a channel is put back. */
import { sameEntries } from "../define/list_edits.ts";
import { type ChangedState, differing, pick, type Reverse } from "../define/undo.ts";
import type { ChannelChange } from "./channel_change.ts";
import { type Channel, type ChannelChoices, nameIn, placeOf } from "./channel_list.ts";

/** How a call of `update_alert_channel` is put back. A former web address is secret, and is not kept for that. */
export const channelBack = {
  state: ({ channel, choices }: ChannelChange): ChangedState => stateOf(channel, choices),
  about: () => ({ subject: { kind: "account" } } as const),
  reverse: (before: ChangedState, { channel, after, choices }: ChannelChange): Reverse => {
    const left = stateOf(after, choices);
    return {
      after: pick(left, differing(left, before)),
      arguments: canBeSent(channel, after, choices) ? formerValues(channel, after) : undefined,
    };
  },
};

function stateOf(channel: Channel, { events }: ChannelChoices): ChangedState {
  const { name, fingerprint, isOn } = channel;
  return {
    "Channel": name,
    "Alerts go to": fingerprint === null ? placeOf(channel) : `${placeOf(channel)}, fingerprint ${fingerprint}`,
    "Alerts are sent": isOn,
    "Events": channel.events.map((id) => nameIn(events, id)).sort(),
  };
}

/** Whether all that was there before can be sent: Cloudways tells it, has all its events, and none of it is secret. */
function canBeSent(channel: Channel, after: Channel, { events }: ChannelChoices): boolean {
  const isKnown = (id: number) => events.some((event) => event.id === id);
  return channel.isOn !== null && channel.url === after.url && channel.events.every(isKnown);
}

/** Only what was changed: the rest may have been changed since. */
function formerValues(channel: Channel, after: Channel): Record<string, unknown> {
  const isSameList = sameEntries(channel.events.map(String), after.events.map(String));
  return {
    channel_id: channel.id,
    ...(channel.name !== after.name && { name: channel.name }),
    ...(channel.isOn !== after.isOn && { enabled: channel.isOn }),
    ...(isSameList ? {} : { replace: [...channel.events] }),
    ...(channel.email !== after.email && { email: channel.email }),
  };
}
