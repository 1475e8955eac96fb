/** Changing a channel, which Cloudways only replaces as a whole. */
import { ToolError } from "../../errors.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { type EditedList, editList, sameEntries } from "../define/list_edits.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import type { ToolContext } from "../define/tool.ts";
import { type Channel, type ChannelChoices, channelView, findChannel, readChoices } from "./channel_list.ts";
import { type GivenPlace, placeFor, requireEvents } from "./channel_target.ts";

const WHAT = "alert channel";

/** What a call can change. */
export interface ChannelEdit extends GivenPlace {
  channel_id: number;
  name?: string | undefined;
  enabled?: boolean | undefined;
  add?: readonly number[] | undefined;
  remove?: readonly number[] | undefined;
  replace?: readonly number[] | undefined;
}

/** A channel, and what becomes of it. */
export interface ChannelChange {
  channel: Channel;
  after: Channel & { isOn: boolean };
  /** Ids as texts. */
  events: EditedList;
  choices: ChannelChoices;
}

/** @throws {ToolError} Where nothing would change, and for values that Cloudways doesn't have. */
export async function planChannelChange(input: ChannelEdit, { account, secrets }: ToolContext): Promise<ChannelChange> {
  const [channel, choices] = [await findChannel(account, secrets, input.channel_id), await readChoices(account)];
  refuseHidden(WHAT, [channel.name, channel.url]);
  const { name = channel.name, add, remove, replace } = input;
  for (const [argument, ids] of Object.entries({ add, replace })) requireEvents(choices, argument, ids);
  const events = editList(channel.events.map(String), {
    add: add?.map(String),
    remove: remove?.map(String),
    replace: replace?.map(String),
  });
  if (events.after.length === 0) throw noEvents();
  const isOn = input.enabled ?? channel.isOn;
  if (isOn === null) throw stateNotTold();
  const { email, url } = placeFor(channel.kind, input, channel);
  const fingerprint = url === "" ? null : await secrets.fingerprintOf(url);
  const after = { ...channel, name, email, url, fingerprint, events: events.after.map(Number), isOn };
  if (isSame(channel, after)) throw nothingToChange(WHAT, channelView(channel, choices));
  return { channel, after, events, choices };
}

/** Whether two states of a channel are the same as far as a call can change them. */
function isSame(a: Channel, b: Channel): boolean {
  const isEqual = [a.name === b.name, a.kind === b.kind, a.email === b.email, a.url === b.url, a.isOn === b.isOn];
  return isEqual.every(Boolean) && sameEntries(a.events.map(String), b.events.map(String));
}

/**
 * Writes the change and reads it back.
 *
 * @throws {ToolError} Where the channel was changed in between, or becomes another one than was asked for.
 */
export async function readBackChange(
  { channel, after, choices }: ChannelChange,
  { read, write }: { read: () => Promise<Channel>; write: () => Promise<unknown> },
): Promise<Channel> {
  const { found } = await makeChange<Channel, unknown>({
    what: WHAT,
    before: channel,
    wanted: after,
    read,
    write,
    isSame,
    show: (state) => channelView(state, choices),
  });
  return found ?? after;
}

function noEvents(): ToolError {
  return new ToolError("validation_failed", "A channel has to send at least one event.", {
    hint: "Nothing was done, and nobody was asked. enabled: false stops its alerts; delete_alert_channel deletes it.",
    done: "nothing",
  });
}

function stateNotTold(): ToolError {
  return new ToolError("validation_failed", "Cloudways doesn't tell whether this channel is on.", {
    hint: "Nothing was done, and nobody was asked. Ask the user, and call again with enabled.",
    done: "nothing",
  });
}
