/** The places that alerts are sent to, as Cloudways lists them, and what can be sent to which kind of place. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, isoTime, listReply, looseList, looseObject, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import type { CallSecrets } from "../../secrets/call_secrets.ts";
import { hostOf } from "../../text/dns_names.ts";
import { memberOf } from "../../text/member.ts";

/** The kind whose alerts go to an e-mail address; those of all others go to a web address. */
export const EMAIL_KIND = 2;

const channelRecord = z.looseObject({
  id: idNumber,
  name: looseText,
  channel: idNumber,
  events: looseList(idNumber),
  config: looseObject({ to: looseText, url: looseText }).catch({ to: "", url: "" }),
  is_active: statedFlag,
  created_at: looseText,
  updated_at: looseText,
});

/** A channel: a place that alerts are sent to. */
export interface Channel {
  id: number;
  name: string;
  /** The id of its kind. */
  kind: number;
  /** Empty for a kind with a web address. */
  email: string;
  /** A secret: everybody who knows it can send messages there. Empty for e-mail. */
  url: string;
  /** Identifies the web address without revealing it; null for e-mail. */
  fingerprint: string | null;
  /** Ids of the events that are sent. */
  events: readonly number[];
  /** Null if Cloudways doesn't say. */
  isOn: boolean | null;
  createdAt: string | null;
  updatedAt: string | null;
}

/** A kind of channel, or of event, as Cloudways names it. */
export interface Named {
  id: number;
  name: string;
}

/** What Cloudways can send, and to which kinds of places. */
export interface ChannelChoices {
  kinds: readonly Named[];
  events: readonly Named[];
}

/**
 * Reads the channels with their web addresses, which are written back whole when a channel changes. They may not get
 * into an answer or a question: those show the host and the fingerprint.
 */
export async function readChannels(account: CloudwaysAccount, secrets: CallSecrets): Promise<Channel[]> {
  const records = await account.read({
    operation: "cloudways_bot_integrations_list",
    path: path`/integrations`,
    reply: listReply("integrations", channelRecord),
    reveal: true,
  });
  return await Promise.all(records.map(async ({ id, name, channel, events, config, is_active, ...times }) => ({
    id,
    name,
    kind: channel,
    email: config.to,
    url: config.url,
    fingerprint: config.url === "" ? null : await secrets.fingerprintOf(config.url),
    events,
    isOn: is_active,
    createdAt: isoTime(times.created_at),
    updatedAt: isoTime(times.updated_at),
  })));
}

/** @throws {ToolError} `not_found`. */
export async function findChannel(account: CloudwaysAccount, secrets: CallSecrets, id: number): Promise<Channel> {
  const found = (await readChannels(account, secrets)).find((channel) => channel.id === id);
  if (found !== undefined) return found;
  throw new ToolError("not_found", `There is no alert channel ${id}.`, {
    hint: "Nothing was done. list_alert_channels shows the channels with their ids.",
    done: "nothing",
  });
}

const withId = z.looseObject({ id: idNumber, name: looseText });

/** Kinds are known as an object by their ids, and from one client as a list of objects with ids. */
const kindsReply = z.unknown().transform((kinds): unknown =>
  Array.isArray(kinds) || typeof kinds !== "object" || kinds === null
    ? kinds
    : Object.entries(kinds).map(([id, kind]) => ({ id, name: memberOf(kind, "name") }))
).pipe(looseList(withId));

/** Reads the kinds of channels and of events. A read, though its path ends in `create`. */
export async function readChoices(account: CloudwaysAccount): Promise<ChannelChoices> {
  const { channels, events } = await account.read({
    operation: "cloudways_bot_integration_channels_list",
    path: path`/integrations/create`,
    reply: z.looseObject({ channels: kindsReply, events: looseList(withId) }),
  });
  const names = (all: readonly Named[]) => all.map(({ id, name }) => ({ id, name }));
  return { kinds: names(channels), events: names(events) };
}

/** The name of a kind or an event; its id where Cloudways gives none. */
export function nameIn(all: readonly Named[], id: number): string {
  return all.find((one) => one.id === id)?.name || String(id);
}

/** Where a channel sends to, without what has to stay secret. */
export function placeOf({ email, url }: Pick<Channel, "email" | "url">): string {
  return email === "" ? hostOf(url) : email;
}

/** A channel in an answer. */
export function channelView(channel: Channel, { kinds, events }: ChannelChoices) {
  const { id, name, kind, email, url, fingerprint, isOn, createdAt, updatedAt } = channel;
  return {
    id,
    name,
    kind: nameIn(kinds, kind),
    ...(email !== "" && { email }),
    ...(url !== "" && { host: hostOf(url), fingerprint }),
    events: channel.events.map((event) => ({ id: event, name: nameIn(events, event) })),
    enabled: isOn,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
