/** How the change of a channel is put back. */
import { sameEntries } from "../define/list_edits.ts";
import { type ChangedState, differing, pick, type Reverse } from "../define/undo.ts";
import type { ChannelChange } from "./channel_change.ts";
import { type Channel, type ChannelChoices, nameIn, placeOf } from "./channel_list.ts";

/** How a call of `update_alert_channel` is put back. A former web address is secret, and is not kept for that. */
export const channelBack = {
  state: ({ channel, choices }: ChannelChange): ChangedState => stateOf(channel, choices),
  about: () => ({ subject: { kind: "account" } } as const),
  reverse: (before: ChangedState, change: ChannelChange): Reverse => {
    const left = stateOf(change.after, change.choices);
    return {
      after: pick(left, differing(left, before)),
      arguments: canBeSentBack(change) ? formerValues(change) : undefined,
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

/** Whether what was there before can be sent: Cloudways tells it, still has its events, and none of it is secret. */
export function canBeSentBack({ channel, after, choices }: ChannelChange): boolean {
  const isKnown = (id: number) => choices.events.some((event) => event.id === id);
  const areSendable = channel.events.length > 0 && channel.events.every(isKnown);
  return channel.isOn !== null && channel.url === after.url && (areSendable || hasSameEvents(channel, after));
}

function hasSameEvents(a: Channel, b: Channel): boolean {
  return sameEntries(a.events.map(String), b.events.map(String));
}

/** Only what was changed: the rest may have been changed since. */
function formerValues({ channel, after }: ChannelChange): Record<string, unknown> {
  return {
    channel_id: channel.id,
    ...(channel.name !== after.name && { name: channel.name }),
    ...(channel.isOn !== after.isOn && { enabled: channel.isOn }),
    ...(!hasSameEvents(channel, after) && { replace: [...channel.events] }),
    ...(channel.email !== after.email && { email: channel.email }),
  };
}
