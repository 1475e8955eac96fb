/** The commands and scripts that the store sends to Redis, each with the schema of its reply. */
import type { Redis } from "ioredis";
import * as z from "zod";
import { APPEND_ENTRY_LUA } from "./append_entry.lua.ts";
import { type AppendOptions, type BucketLimit, HEAD_BYTES, type NewEntry } from "../store.ts";
import { TAKE_TOKENS_LUA } from "./take_tokens.lua.ts";

/** One command. */
export interface RedisCommand<T> {
  /** The name of the command in Redis, or of the script. */
  name: string;
  send: (client: RedisClient) => Promise<unknown>;
  /** The schema of the reply; any other reply is a failure of Redis. */
  reply: z.ZodType<T>;
  /** Whether this reply shows that Redis takes writes that need room. Defaults to never. */
  hasWritten?: (reply: T) => boolean;
}

/** The scripts, as methods of the client. */
interface Scripts {
  takeTokens(key: string, capacity: number, windowMs: number, cost: number): Promise<unknown>;
  deleteIfEquals(key: string, value: string): Promise<unknown>;
  appendEntry(
    key: string,
    afterNumber: number,
    afterMark: string,
    mark: string,
    value: string,
    keep: number,
    ttlMs: number,
  ): Promise<unknown>;
}

/** An ioredis client that knows our scripts. */
export type RedisClient = Redis & Scripts;

const DELETE_IF_EQUALS_LUA = `
if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0
`;

const SCRIPTS: Readonly<Record<keyof Scripts, string>> = {
  takeTokens: TAKE_TOKENS_LUA,
  deleteIfEquals: DELETE_IF_EQUALS_LUA,
  appendEntry: APPEND_ENTRY_LUA,
};

/** Adds our scripts to a client. */
export function withScripts(client: Redis): RedisClient {
  for (const [name, lua] of Object.entries(SCRIPTS)) client.defineCommand(name, { numberOfKeys: 1, lua });
  if (!knowsScripts(client)) throw new Error("ioredis did not take the scripts.");
  return client;
}

function knowsScripts(client: Redis): client is RedisClient {
  return Object.keys(SCRIPTS).every((name) => name in client);
}

const ok = z.literal("OK");
const okOrNull = ok.nullable();
const text = z.string().nullable();
const count = z.int().nonnegative();
const zeroOrOne = z.literal([0, 1]);
/** Some clients give numbers that Redis sends as texts as they are. */
const wholeNumber = z.union([count, z.string().regex(/^\d{1,15}$/).transform(Number)]);
// Made once: making a schema costs more than the command.
const anyText = z.string();
const texts = z.array(z.string());
const taken = z.tuple([zeroOrOne, count, count]);
const appended = z.tuple([zeroOrOne, count, z.string()]);
const listed = z.array(z.tuple([z.string().regex(/^\d+-\d+$/), texts]));
const secondsAndMicroseconds = z.tuple([wholeNumber, wholeNumber]);
const pong = z.literal("PONG");

/** GET */
export function get(key: string): RedisCommand<string | null> {
  return { name: "get", send: (redis) => redis.get(key), reply: text };
}

/** GETRANGE of the first {@linkcode HEAD_BYTES} bytes of each key, sent together; empty for a key that does not exist. */
export function heads(keys: readonly string[]): RedisCommand<string[]> {
  return {
    name: "getrange",
    send: (redis) => Promise.all(keys.map((key) => redis.getrange(key, 0, HEAD_BYTES - 1))),
    reply: texts,
  };
}

/** GETDEL */
export function getdel(key: string): RedisCommand<string | null> {
  return { name: "getdel", send: (redis) => redis.getdel(key), reply: text };
}

/** SET with a TTL; null only if `ifAbsent` found an entry. */
export function set(key: string, value: string, ttlMs: number, ifAbsent: boolean): RedisCommand<"OK" | null> {
  const hasWritten = (reply: "OK" | null) => reply === "OK";
  return ifAbsent
    ? { name: "set", send: (redis) => redis.set(key, value, "PX", ttlMs, "NX"), reply: okOrNull, hasWritten }
    : { name: "set", send: (redis) => redis.set(key, value, "PX", ttlMs), reply: ok, hasWritten };
}

/** DEL of one key. */
export function del(key: string): RedisCommand<0 | 1> {
  return { name: "del", send: (redis) => redis.del(key), reply: zeroOrOne };
}

/** Deletes a key if it still has this value. */
export function deleteIfEquals(key: string, value: string): RedisCommand<0 | 1> {
  return { name: "deleteIfEquals", send: (redis) => redis.deleteIfEquals(key, value), reply: zeroOrOne };
}

/** Replies whether tokens were taken, how many are left, and milliseconds until there are as many as asked for. */
export function takeTokens(
  key: string,
  { capacity }: BucketLimit,
  windowMs: number,
  cost: number,
): RedisCommand<[0 | 1, number, number]> {
  return {
    name: "takeTokens",
    send: (redis) => redis.takeTokens(key, capacity, windowMs, cost),
    reply: taken,
    hasWritten: ([isTaken]) => isTaken === 1 && cost > 0,
  };
}

/** Replies whether an entry was appended, and number and mark of the newest one; 0 and an empty text for an empty list. */
export function appendEntry(
  key: string,
  entry: NewEntry,
  { after, keep, ttlMs }: AppendOptions,
): RedisCommand<[0 | 1, number, string]> {
  return {
    name: "appendEntry",
    send: (redis) =>
      redis.appendEntry(key, after?.number ?? 0, after?.mark ?? "", entry.mark, entry.value, keep, ttlMs),
    reply: appended,
    hasWritten: ([isAppended]) => isAppended === 1,
  };
}

/** XREVRANGE: ids and fields, the newest first. */
export function xrevrange(key: string, newest: string, limit: number): RedisCommand<[id: string, string[]][]> {
  return {
    name: "xrevrange",
    send: (redis) => redis.xrevrange(key, newest, "-", "COUNT", limit),
    reply: listed,
  };
}

/** XADD of one entry to a new stream. */
export function xadd(key: string): RedisCommand<string | null> {
  return { name: "xadd", send: (redis) => redis.xadd(key, "1-0", "mark", ""), reply: text };
}

/** TYPE: the type of the data in a key. */
export function type(key: string): RedisCommand<string> {
  return { name: "type", send: (redis) => redis.type(key), reply: anyText };
}

/** PEXPIRE of one key. */
export function pexpire(key: string, ttlMs: number): RedisCommand<0 | 1> {
  return { name: "pexpire", send: (redis) => redis.pexpire(key, ttlMs), reply: zeroOrOne };
}

/** TIME of Redis' own clock: seconds since the Unix epoch, and microseconds. */
export function time(): RedisCommand<[seconds: number, microseconds: number]> {
  return { name: "time", send: (redis) => redis.time(), reply: secondsAndMicroseconds };
}

/** INFO: version, mode and settings of Redis. */
export function info(): RedisCommand<string> {
  return { name: "info", send: (redis) => redis.info(), reply: anyText };
}

/** PUBLISH: how many connections got the message. */
export function publish(channel: string, message: string): RedisCommand<number> {
  return { name: "publish", send: (redis) => redis.publish(channel, message), reply: count };
}

/** SUBSCRIBE: how many channels this connection listens on. */
export function subscribe(...channels: string[]): RedisCommand<number> {
  return { name: "subscribe", send: (redis) => redis.subscribe(...channels), reply: count };
}

/** UNSUBSCRIBE: how many channels this connection still listens on. */
export function unsubscribe(channel: string): RedisCommand<number> {
  return { name: "unsubscribe", send: (redis) => redis.unsubscribe(channel), reply: count };
}

/** PING */
export function ping(): RedisCommand<"PONG"> {
  return { name: "ping", send: (redis) => redis.ping(), reply: pong };
}
