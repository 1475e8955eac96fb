/** What is asked before a channel is added, changed or deleted: where alerts go is said first. */
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { NOT_TOLD } from "../define/questions.ts";
import { canBeSentBack } from "./channel_back.ts";
import type { ChannelChange } from "./channel_change.ts";
import { type Channel, type ChannelChoices, nameIn, placeOf } from "./channel_list.ts";
import { eventNames } from "./channel_target.ts";

/** A channel, and the names of kinds and events. */
export interface AskedChannel {
  channel: Channel;
  choices: ChannelChoices;
}

/** A channel that is to be added. */
export interface NewChannel extends Omit<Channel, "id" | "createdAt" | "updatedAt"> {
  choices: ChannelChoices;
  /** The channels that there are. */
  present: readonly Channel[];
}

const TOLD = "Alerts name servers, sites and what is wrong with them: everybody who reads that place sees them.";

/** The question before a channel is added. */
export function additionQuestion(added: NewChannel): Question {
  const { choices, name, kind, events, isOn, present } = added;
  return {
    headline: isOn
      ? "Send the alerts of this Cloudways account to a further place."
      : "Add a further place for the alerts of this Cloudways account, switched off.",
    subject: { kind: "account" },
    consequences: [TOLD, "It can be undone by deleting the channel; alerts that were sent until then stay there."],
    facts: [
      { name: "Alerts go to", values: [placeOf(added)], isFirst: true },
      { name: "Kind", values: [nameIn(choices.kinds, kind)] },
      { name: "Channel", values: [name] },
      { name: "Events", values: eventNames(choices, events) },
      { name: "Channels so far", values: present.map((channel) => `${placeOf(channel)}: ${channel.name}`) },
    ],
    target: {
      ...boundChannel(added),
      present: present.map((channel) => ({ id: channel.id, ...boundChannel(channel) })),
    },
  };
}

/** The question before a channel changes. */
export function changeQuestion(change: ChannelChange): Question {
  const { channel, after, events, choices } = change;
  const isMoved = channel.email !== after.email || channel.url !== after.url;
  return {
    headline: `Change alert channel ${channel.id}${isMoved ? ": its alerts go to another place" : ""}.`,
    subject: { kind: "account" },
    consequences: [
      ...(isMoved ? [TOLD, "The place from before gets no more alerts through this channel."] : []),
      ...(after.isOn ? [] : ["Nobody is alerted through this channel while it is off."]),
      ...(events.removed.length === 0 ? [] : ["Nobody is alerted of removed events through this channel."]),
      wayBack(change),
    ],
    facts: [
      { name: "Alerts go to", values: [placeOf(after)], isFirst: true },
      { name: "Kind", values: [nameIn(choices.kinds, channel.kind)] },
      ...fingerprintFacts("Fingerprint of the web address", after),
      ...(isMoved ? [{ name: "Alerts went to", values: [placeOf(channel)] }] : []),
      ...(isMoved ? fingerprintFacts("Fingerprint of the web address before", channel) : []),
      ...valueFacts("Channel", channel.name, after.name),
      ...valueFacts("State", stateInWords(channel.isOn), stateInWords(after.isOn)),
      { name: "Events added", values: eventNames(choices, events.added.map(Number)) },
      { name: "Events removed", values: eventNames(choices, events.removed.map(Number)) },
      { name: "Events after", values: eventNames(choices, after.events) },
    ],
    target: { channel: { id: channel.id, ...boundChannel(channel) } },
  };
}

function wayBack(change: ChannelChange): string {
  if (change.channel.url !== change.after.url) {
    return "It can be undone only by somebody who has the web address from before; it is not shown here.";
  }
  return canBeSentBack(change)
    ? "It can be undone by changing it back."
    : "It can't be undone exactly: Cloudways does not tell, or no longer takes, what was set before.";
}

/** The question before a channel is deleted. */
export function deletionQuestion({ channel, choices }: AskedChannel): Question {
  return {
    headline: `Delete alert channel ${channel.id}: its place gets no more alerts.`,
    subject: { kind: "account" },
    consequences: [
      "Nobody is alerted through it any more when a server or site has a problem; other channels stay.",
      channel.url === ""
        ? "It can be undone by adding the channel again."
        : "It can be undone only by somebody who has its web address, which is not shown here.",
    ],
    facts: [
      { name: "Alerts go to", values: [placeOf(channel)], isFirst: true },
      { name: "Kind", values: [nameIn(choices.kinds, channel.kind)] },
      ...fingerprintFacts("Fingerprint of the web address", channel),
      { name: "Channel", values: [channel.name] },
      { name: "State", values: [stateInWords(channel.isOn)] },
      { name: "Events", values: eventNames(choices, channel.events) },
    ],
    target: { channel: { id: channel.id, ...boundChannel(channel) } },
  };
}

/** What a yes is bound to; a web address by its fingerprint, since records hold it. */
function boundChannel(
  { name, kind, email, fingerprint, events, isOn }: Omit<Channel, "id" | "createdAt" | "updatedAt">,
) {
  return { name, kind, email, fingerprint, events: [...events].sort((a, b) => a - b), on: isOn };
}

function fingerprintFacts(name: string, { fingerprint }: Pick<Channel, "fingerprint">): QuestionFact[] {
  return fingerprint === null ? [] : [{ name, values: [fingerprint] }];
}

function stateInWords(isOn: boolean | null): string {
  return isOn === null ? NOT_TOLD : isOn ? "on" : "off";
}

function valueFacts(name: string, before: string, after: string): QuestionFact[] {
  if (before === after) return [{ name, values: [after] }];
  return [{ name: `${name} before`, values: [before] }, { name: `${name} after`, values: [after] }];
}
