/** What a team member may do: as a call gives it, as a person reads it, and as Cloudways takes it. */
import * as z from "zod";
import type { ServerRecord } from "../../cloudways/models.ts";
import { findApp, findServer, type FoundApp } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { QuestionFact } from "../../confirm/question.ts";
import type { JsonValue } from "../../text/clean.ts";
import { parseJsonObject } from "../../text/json_object.ts";
import { count } from "../define/questions.ts";

/** More than any account has. */
const MAX_ENTRIES = 500;

const id = z.union([z.int().min(1), z.string().regex(/^[1-9]\d{0,14}$/, "must be an id").transform(Number)]);
const serverId = z.string().regex(/^[1-9]\d{0,14}$/, "must be the id of a server");
/** Cloudways documents none of their names, so any plain words are taken. */
const section = z.string().max(60).regex(/^[A-Za-z]\w*(?:[ -]\w+)*$/, "must be plain words");
const sections = z.array(section).max(MAX_ENTRIES).default([]).overwrite(inOrder);
const apps = z.array(id).max(MAX_ENTRIES).default([])
  .transform((ids) => [...new Set(ids)].sort((a, b) => a - b));

function inOrder(words: string[]): string[] {
  return [...new Set(words)].sort();
}

const serverAccess = z.strictObject({ is_full: z.boolean().default(false), sections, apps }).superRefine(
  ({ is_full, sections, apps }, context) => {
    const isLimited = sections.length + apps.length > 0;
    if (is_full && isLimited) wrong(context, "is_full", "true stands alone, without sections and apps");
    if (!is_full && !isLimited) {
      wrong(context, "apps", "or sections or is_full is needed, else the server gives nothing");
    }
  },
);

/** Full access is never a default: the call says whether it is meant, and names the servers where it is not. */
const accessSchema = z.strictObject({
  account: z.strictObject({ is_full: z.boolean(), sections }),
  servers: z.record(serverId, serverAccess).optional(),
}).superRefine(({ account, servers }, context) => {
  const named = Object.keys(servers ?? {}).length;
  if (named > MAX_ENTRIES) wrong(context, "servers", `at most ${MAX_ENTRIES} are taken`);
  if (account.is_full) {
    if (named + account.sections.length > 0) wrong(context, "account", "is_full true stands alone");
  } else if (servers === undefined) {
    wrong(context, "servers", "are needed unless account.is_full is true");
  } else if (named + account.sections.length === 0) {
    wrong(context, "servers", "at least one is needed, or a section of the account");
  }
}).transform(({ account, servers = {} }) => ({ account, servers }));

function wrong(context: z.RefinementCtx, argument: string, message: string): void {
  context.addIssue({ code: "custom", path: [argument], message });
}

/** What a team member is to have. */
export type MemberAccess = z.output<typeof accessSchema>;

/** The longest text of an access. */
const MAX_TEXT = 20_000;

/** The input that says it. The facts of a question show it in words. */
export const memberAccess = z.string().max(MAX_TEXT).meta(declare({ json: true, shownBy: "facts" })).transform(
  (text, context): unknown => {
    const parsed = parseJsonObject(text);
    if (parsed.kind === "object") return parsed.value;
    context.addIssue({ code: "custom", message: parsed.problem });
    return z.NEVER;
  },
).pipe(accessSchema);

/** An access with the servers and applications that it names. */
export interface FoundAccess {
  access: MemberAccess;
  servers: readonly ServerRecord[];
  apps: readonly FoundApp[];
}

/** @throws {ToolError} `not_found` for what is not in the account, and for an application on another server. */
export function findAccess(access: MemberAccess, all: readonly ServerRecord[]): FoundAccess {
  const named = Object.entries(access.servers).map(([id, { apps }]) => ({ server: findServer(all, Number(id)), apps }));
  return {
    access,
    servers: named.map(({ server }) => server),
    apps: named.flatMap(({ server, apps }) => apps.map((app) => findApp(all, app, server.id))),
  };
}

/** The members of a request. Ids of applications are text there. */
export function accessFields({ account, servers }: MemberAccess): Record<string, JsonValue> {
  const entries = Object.entries(servers).map(([id, { sections, is_full, apps }]): [string, JsonValue] => [
    id,
    { sections, is_full, apps: apps.map(String) },
  ]);
  return {
    account: { sections: account.sections, is_full: account.is_full },
    servers: Object.fromEntries(entries),
    apps: [],
  };
}

/** What a person sees of it. Labels come last in their line, so that no label can add to it. */
export function accessFacts({ access, servers, apps }: FoundAccess): QuestionFact[] {
  if (access.account.is_full) return [{ name: "Access", values: ["full access to the account"] }];
  return [
    { name: "Access", values: accessLines(access) },
    { name: "Servers", values: servers.map(({ id, label }) => `${id}: ${label}`) },
    { name: "Applications", values: apps.map(({ app, server }) => `${app.id} on server ${server.id}: ${app.label}`) },
  ];
}

function accessLines({ account, servers }: MemberAccess): string[] {
  return [
    ...account.sections.map((section) => `section of the account: ${section}`),
    ...Object.entries(servers).flatMap(([id, { is_full, sections, apps }]) => [
      ...(is_full ? [`the whole server ${id}`] : []),
      ...sections.map((section) => `section of server ${id}: ${section}`),
      ...apps.map((app) => `application ${app} on server ${id}`),
    ]),
  ];
}

/** How much an access covers, for a headline. */
export function accessInWords({ access, apps }: FoundAccess): string {
  if (access.account.is_full) return "full access to the account";
  const whole = Object.values(access.servers).filter(({ is_full }) => is_full).length;
  const parts = [
    ...(whole > 0 ? [count(whole, "whole server")] : []),
    ...(apps.length > 0 ? [count(apps.length, "application")] : []),
    ...(countSections(access) > 0 ? [count(countSections(access), "section")] : []),
  ];
  return `access to ${parts.join(" and ")}`;
}

/** The sections that an access names, of the account and of servers. */
export function countSections({ account, servers }: MemberAccess): number {
  return [account, ...Object.values(servers)].reduce((sum, { sections }) => sum + sections.length, 0);
}

/** What a yes is bound to besides the arguments: what the ids name now. */
export function boundAccess({ servers, apps }: FoundAccess): JsonValue {
  return {
    servers: servers.map(({ id, label }) => ({ id, label })),
    apps: apps.map(({ app, server }) => ({ id: app.id, label: app.label, server: server.id })),
  };
}
