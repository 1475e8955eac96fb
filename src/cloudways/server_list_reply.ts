/**
 * Reads the answer to `GET /server`, and writes and reads its copy in the cache. A large account has thousands of
 * records, so other work gets its turn between them.
 */
import * as z from "zod";
import { mapInTurns, Turns } from "../async/turns.ts";
import { appRecord, givenList, type ServerRecord, serverRecord, statedList } from "./models.ts";
import { type Parsed, parseReply, type ReplyInTurns } from "./parse_reply.ts";

/** The answer with its servers unread. A missing list is an error, never an empty one. */
const unreadServers = z.looseObject({ servers: givenList(z.unknown()) });

/** A server with its applications unread. */
const unreadApps = serverRecord.extend({ apps: statedList(z.unknown()) });

/** Most faults that are noted of an answer; the log shows no more. */
const MAX_ISSUES = 10;

/** The answer to `GET /server`. */
export const serverListReply: ReplyInTurns<ServerRecord[]> = {
  async parseInTurns(json) {
    const list = parseReply(unreadServers, json);
    if (!list.success) return list;
    const turns = new Turns();
    return await readEach(list.data.servers, ["servers"], turns, (server) => readServer(server, turns));
  },
};

/** A JSON text for each server, for the cache. */
export function writeServerTexts(servers: readonly ServerRecord[]): Promise<string[]> {
  return mapInTurns(servers, (server) => JSON.stringify(server));
}

/**
 * The servers of the texts that {@linkcode writeServerTexts} just wrote. To V8 a record that a schema made member by member
 * is a dictionary; as it comes from its JSON it takes a fraction of that memory, and is read faster.
 */
export function rereadServerTexts(texts: readonly string[]): Promise<ServerRecord[]> {
  return mapInTurns(texts, (text): ServerRecord => JSON.parse(text));
}

/** The servers whose texts {@linkcode writeServerTexts} wrote; undefined for any other texts. */
export async function readServerTexts(texts: readonly string[]): Promise<ServerRecord[] | undefined> {
  const turns = new Turns();
  const isServer = async (text: string) => await readServer(JSON.parse(text), turns);
  // A text that is not JSON makes the whole of them worthless.
  const read = await readEach(texts, [], turns, isServer).catch(() => undefined);
  // What was read before has its final form, so reading it again changes nothing.
  return read?.success === true ? await rereadServerTexts(texts) : undefined;
}

async function readServer(value: unknown, turns: Turns): Promise<Parsed<ServerRecord>> {
  const server = parseReply(unreadApps, value);
  // Zod names the faults of a server and of its applications together.
  if (!server.success) return parseReply(serverRecord, value);
  if (server.data.apps === null) return { success: true, data: { ...server.data, apps: null } };
  const apps = await readEach(server.data.apps, ["apps"], turns, (app) => parseReply(appRecord, app));
  return apps.success ? { success: true, data: { ...server.data, apps: apps.data } } : apps;
}

/** Reads the entries of a list at a place of the answer. Names the first faults of all entries, as Zod does. */
async function readEach<V, T>(
  values: readonly V[],
  place: readonly string[],
  turns: Turns,
  read: (value: V) => Parsed<T> | Promise<Parsed<T>>,
): Promise<Parsed<T[]>> {
  const data: T[] = [];
  const issues: z.core.$ZodIssue[] = [];
  for (const [index, value] of values.entries()) {
    await turns.next();
    const parsed = await read(value);
    if (parsed.success) data.push(parsed.data);
    else if (!(parsed.error instanceof z.ZodError)) return parsed;
    else issues.push(...parsed.error.issues.map((issue) => ({ ...issue, path: [...place, index, ...issue.path] })));
    if (issues.length >= MAX_ISSUES) break;
  }
  return issues.length === 0 ? { success: true, data } : { success: false, error: new z.ZodError(issues) };
}
