/** What the questions of many tools share: their server and applications, and how those are read. */
import type { AppRecord, ServerRecord } from "../../cloudways/models.ts";
import type { LastBackups } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { type ErrorCode, ToolError } from "../../errors.ts";
import type { QuestionApp, QuestionServer } from "../../confirm/question.ts";
import type { ToolContext } from "./tool.ts";

/** The current state of a server, and the known backups of its applications. */
export interface ServerFacts {
  server: ServerRecord;
  backups: LastBackups;
}

/** The current state of an application, and its known backups. */
export interface AppFacts extends FoundApp {
  backups: LastBackups;
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set(["forbidden", "not_found", "validation_failed"]);

/** Reads the server that a call is about to change, from Cloudways and not from a cache. */
export async function serverFacts(input: { server_id: number }, { account }: ToolContext): Promise<ServerFacts> {
  const server = await account.currentServer(input.server_id);
  return { server, backups: await account.lastBackups(server.id) };
}

/** Like {@linkcode serverFacts} if a person may be asked. Otherwise the cached listing is good enough. */
export async function serverFactsIf(
  mayAsk: boolean,
  input: { server_id: number },
  context: ToolContext,
): Promise<ServerFacts> {
  if (mayAsk) return await serverFacts(input, context);
  return { server: await context.account.server(input.server_id), backups: new Map() };
}

/** Reads the application that a call is about to change, from Cloudways and not from a cache. */
export async function appFacts(
  input: { app_id: number; server_id?: number | undefined },
  { account }: ToolContext,
): Promise<AppFacts> {
  const found = await account.currentApp(input.app_id, input.server_id);
  return { ...found, backups: await account.lastBackups(found.server.id) };
}

/** Like {@linkcode appFacts} if a person may be asked. Otherwise the cached listing is good enough. */
export async function appFactsIf(
  mayAsk: boolean,
  input: { app_id: number; server_id?: number | undefined },
  context: ToolContext,
): Promise<AppFacts> {
  if (mayAsk) return await appFacts(input, context);
  return { ...await context.account.app(input.app_id, input.server_id), backups: new Map() };
}

/**
 * Turns a refusal into null: Cloudways may refuse to show what doesn't exist, or what the token may change but not
 * read. Other failures are thrown, unless every failure is excused.
 */
export function nullIfRefused(error: unknown, excused: "refusals" | "any" = "refusals"): null {
  const isRefusal = error instanceof ToolError && (excused === "any" || REFUSALS.has(error.code));
  if (isRefusal) return null;
  throw error;
}

/** Turns every failure into null: what is read only so that a change can be taken back must not keep it from being made. */
export function nullIfNotRead(error: unknown): null {
  return nullIfRefused(error, "any");
}

/** The subject of a question about a whole server: it lists every application on it. */
export function onServer({ server, backups }: ServerFacts) {
  const apps = server.apps?.map((app) => appOf(app, backups)) ?? null;
  return { subject: { kind: "server", server: serverOf(server), apps } } as const;
}

/** The number of a server's applications for a headline; the nouns may include a verb. */
export function countApps({ server }: Pick<ServerFacts, "server">, one = "application", many = `${one}s`): string {
  return server.apps === null ? `all its ${many}` : count(server.apps.length, one, many);
}

/** A flag of a record, as the value of a fact. */
export function inWords(flag: boolean | null, [yes, no]: readonly [string, string]): string {
  return flag === null ? NOT_TOLD : flag ? yes : no;
}

/** Shown for a value that Cloudways doesn't give. */
export const NOT_TOLD = "not told";

/** The subject of a question about one application. */
export function onApp({ app, server, backups }: AppFacts) {
  return { subject: { kind: "app", server: serverOf(server), app: appOf(app, backups) } } as const;
}

/** A number with its noun, which may include a verb: `1 application goes`, `3 applications go`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function serverOf({ id, label, public_ip }: ServerRecord): QuestionServer {
  return { id, label, ip: public_ip };
}

function appOf(app: AppRecord, backups: LastBackups): QuestionApp {
  return { id: app.id, label: app.label, domains: visitorDomains(app), lastBackup: backups.get(app.id) ?? null };
}

/** The primary domain and the aliases; without any, the address that Cloudways gave the application. */
function visitorDomains({ cname, aliases, app_fqdn }: AppRecord): string[] {
  const own = [...new Set([cname ?? "", ...aliases ?? []])].filter((domain) => domain !== "");
  return own.length > 0 ? own : [app_fqdn].filter((domain) => domain !== "");
}
