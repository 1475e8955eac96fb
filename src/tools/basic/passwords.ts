/** The passwords of an application: which kinds there are, and how they are shown. */
import * as z from "zod";
import type { AppRecord } from "../../cloudways/models.ts";
import type { Secret } from "../../secrets/pages.ts";
import { HIDDEN } from "../../text/redaction/spans.ts";
import { SecretText } from "../../text/secret_text.ts";

/** The kinds that can be requested; `all` means all the others. */
const KINDS = ["sftp", "database", "admin", "redis", "all"] as const;

/** One kind of password. */
export type PasswordKind = Exclude<typeof KINDS[number], "all">;

/** The passwords that an application's record holds. */
const IN_RECORD = {
  sys_password: { kind: "sftp", name: "SSH/SFTP password", user: "sys_user" },
  app_password: { kind: "admin", name: "Admin password", user: "app_user" },
  mysql_password: { kind: "database", name: "Database password", user: "mysql_user" },
  redis_password: { kind: "redis", name: "Redis password", user: undefined },
} as const satisfies Record<string, { kind: PasswordKind; name: string; user: string | undefined }>;

/** Former values, from before there were kinds: all passwords, or no passwords. */
const FORMER: ReadonlyMap<string, readonly string[]> = new Map([["true", ["all"]], ["false", []]]);

/** Which passwords to show. Also accepts a flag, for all or no passwords, and a single kind. */
export const revealInput = z.preprocess((given) => {
  if (typeof given !== "boolean" && typeof given !== "string") return given;
  return FORMER.get(String(given).toLowerCase()) ?? [given];
}, z.array(z.enum(KINDS)).max(KINDS.length)).default([]).describe(
  "Passwords to show: sftp, database, admin, redis or all. Asks a person.",
);

/** The requested kinds. */
export function kindsOf(reveal: readonly typeof KINDS[number][]): ReadonlySet<PasswordKind> {
  const all: readonly PasswordKind[] = ["sftp", "database", "admin", "redis"];
  return new Set(all.filter((kind) => reveal.includes("all") || reveal.includes(kind)));
}

/** Kinds in words, in their usual order. */
export function inWords(kinds: ReadonlySet<PasswordKind>): string {
  const names = { sftp: "SSH/SFTP", database: "database", admin: "admin", redis: "Redis" } as const;
  const chosen = [...kinds].map((kind) => names[kind]);
  const last = chosen.pop() ?? "";
  return chosen.length === 0 ? last : `${chosen.join(", ")} and ${last}`;
}

/** A record that shows only the passwords of these kinds. */
export function withPasswords(app: AppRecord, kinds: ReadonlySet<PasswordKind>) {
  const { app_user, sys_user, mysql_db_name, mysql_user } = app;
  const passwords = Object.entries(IN_RECORD).map(([member, { kind }]) =>
    [member, kinds.has(kind) ? app[member] : hidden(app[member])] as const
  );
  return { app_user, sys_user, mysql_db_name, mysql_user, ...Object.fromEntries(passwords) };
}

/** The password of an additional user, if that kind is shown. */
export function shownPassword(password: string | null | undefined, kinds: ReadonlySet<PasswordKind>): string | null {
  return (kinds.has("sftp") ? password : hidden(password)) ?? null;
}

/** Hides a password. A missing or empty one stays, because it says that there is no password. */
function hidden<T>(password: T): T | typeof HIDDEN {
  return password === undefined || password === null || password === "" ? password : HIDDEN;
}

/** The credentials of an additional user of an application. */
interface AdditionalUser {
  sys_user: string;
  sys_password?: string | null | undefined;
}

/** The existing passwords of these kinds, for a page. */
export function passwordsOf(
  app: AppRecord,
  additional: readonly AdditionalUser[],
  kinds: ReadonlySet<PasswordKind>,
): Secret[] {
  const own = Object.entries(IN_RECORD).flatMap(([member, { kind, name, user }]) =>
    kinds.has(kind) ? secretOf(name, user === undefined ? undefined : app[user], app[member]) : []
  );
  const others = kinds.has("sftp")
    ? additional.flatMap(({ sys_user, sys_password }) => secretOf("SSH/SFTP password", sys_user, sys_password))
    : [];
  return [...own, ...others];
}

function secretOf(name: string, user: unknown, value: unknown): Secret[] {
  if (typeof value !== "string" || value === "") return [];
  return [{ name, user: typeof user === "string" && user !== "" ? user : undefined, value: new SecretText(value) }];
}
