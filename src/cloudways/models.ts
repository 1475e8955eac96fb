/**
 * The records of Cloudways' answers, read leniently: ids come as text or numbers, flags in many spellings, empty lists
 * as `[]`, `{}` or not at all. What is not named here passes through.
 */
import { z } from "zod";

/** An id, given as a number or as numeric text; a number in what we give on. */
export const idNumber = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]);

/** Text that may be missing or null; empty then. */
export const looseText = z.union([z.string(), z.number().transform(String)]).nullish().transform((text) => text ?? "");

/** `true`, `1` and the same as text are yes; anything else is no, and so is absence. */
export const looseFlag = z.unknown().optional().transform((value) =>
  value === true || value === 1 || value === "1" || value === "true"
);

/** Yes or no where it is said in a known spelling; null for anything else, so that silence is not taken for a no. */
export const statedFlag = z.unknown().optional().transform((value) => {
  if (value === false || value === 0 || value === "0" || value === "false") return false;
  return looseFlag.parse(value) ? true : null;
});

/** Text; null where it is missing or null, which is not the same as empty. */
export const statedText = z.union([z.string(), z.number().transform(String)]).nullish().transform((text) =>
  text ?? null
);

/** A number, given as such or as text; null for what is none. */
export function numberOrNull(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** Like {@linkcode numberOrNull}, as a member that may be missing. */
export const looseNumber = z.unknown().optional().transform(numberOrNull);

/** Like {@linkcode looseFlag}, but null where it is not given. */
export const flagOrNull = z.unknown().optional().transform((value) =>
  value === undefined || value === null ? null : looseFlag.parse(value)
);

/** A list that PHP may have turned into an object, or left out when empty. */
export function looseList<T extends z.ZodType>(item: T) {
  return z.unknown().optional().transform((value): unknown[] => {
    if (Array.isArray(value)) return value;
    return typeof value === "object" && value !== null ? Object.values(value) : [];
  }).pipe(z.array(item));
}

/** Like {@linkcode looseList}, but never taken for empty where it is not there. */
export function givenList<T extends z.ZodType>(item: T) {
  return z.custom<object>((value) => typeof value === "object" && value !== null).transform((value): unknown => value)
    .pipe(looseList(item));
}

/** Like {@linkcode looseList}, but null where no list is given. */
export function statedList<T extends z.ZodType>(item: T) {
  return z.unknown().optional().transform((value): unknown[] | null =>
    typeof value === "object" && value !== null ? Object.values(value) : null
  ).pipe(z.array(item).nullable());
}

/** What an operation is tied to: the id of a server or application; null for none, which is also given as `"0"`. */
export function tiedId(value: unknown): number | null {
  const id = idNumber.safeParse(value).data;
  return id !== undefined && id > 0 && Number.isSafeInteger(id) ? id : null;
}

/** The minutes an operation still takes, given as text or as a number; null where they are not given. */
export function wholeMinutes(value: unknown): number | null {
  const minutes = idNumber.safeParse(value).data;
  return minutes !== undefined && minutes >= 0 && minutes < 1_000_000 ? minutes : null;
}

/** An SSH key as servers and credentials list it; both spellings of its id are known. */
export const sshKeyRecord = z.looseObject({
  id: idNumber.optional(),
  ssh_key_id: idNumber.optional(),
  label: looseText,
})
  .transform(({ id, ssh_key_id, label }) => ({ id: id ?? ssh_key_id ?? null, label }));

/** An application inside the server listing. */
export const appRecord = z.looseObject({
  id: idNumber,
  label: looseText,
  application: looseText,
  app_version: looseText,
  app_fqdn: looseText,
  /** Empty where there is none; null where the record doesn't say. */
  cname: statedText,
  sys_user: looseText,
  mysql_user: looseText,
  mysql_db_name: looseText,
  app_user: looseText,
  /** Null where the record doesn't say. */
  aliases: statedList(z.string()),
  project_id: idNumber.nullish().catch(null),
  is_staging: looseFlag,
  created_at: looseText,
});

/** A server of the listing, with its applications. */
export const serverRecord = z.looseObject({
  id: idNumber,
  label: looseText,
  status: looseText,
  cloud: looseText,
  region: looseText,
  instance_type: looseText,
  platform: looseText,
  public_ip: looseText,
  server_fqdn: looseText,
  master_user: looseText,
  created_at: looseText,
  updated_at: looseText,
  ssh_keys: looseList(sshKeyRecord),
  /** Null where the record doesn't say. */
  apps: statedList(appRecord),
});

/**
 * An answer that holds one thing under a name. Where there is nothing it may come as `[]`, `{}` or `{"status": true}`,
 * which are an empty list here; anything else without the name is not the answer that was expected.
 */
export function memberReply<K extends string, T extends z.ZodType>(name: K, member: T) {
  return z.unknown().optional().transform((reply, context): unknown => {
    if (typeof reply === "object" && reply !== null) {
      if (name in reply) return Object.entries(reply).find(([own]) => own === name)?.[1];
      if (Object.keys(reply).every((own) => own === "status")) return [];
    }
    context.addIssue({ code: "custom", message: `no member ${name}` });
    return z.NEVER;
  }).pipe(member);
}

/** An answer that holds one list under a name, by the rules of {@linkcode memberReply}. */
export function listReply<K extends string, T extends z.ZodType>(name: K, item: T) {
  return memberReply(name, looseList(item));
}

/** The answer to a change that is done at once and has nothing to tell; `error` was seen beside a status 200. */
export const doneReply = z.union([z.array(z.unknown()).max(0), z.looseObject({ error: z.never().optional() })]);

/** An object that PHP has turned into an empty list where it has no members. */
export function looseObject<T extends z.ZodRawShape>(shape: T) {
  const empty = z.array(z.unknown()).max(0).transform(() => ({}));
  return z.unknown().transform((value): unknown => empty.safeParse(value).data ?? value).pipe(z.looseObject(shape));
}

/** The answer to `GET /server`; the one list that is never taken for empty by guess. */
export const serverListing = z.looseObject({
  servers: givenList(serverRecord),
});

/** A server with its applications. */
export type ServerRecord = z.output<typeof serverRecord>;
/** An application. */
export type AppRecord = z.output<typeof appRecord>;

/** The address visitors use: the primary domain, or the one that Cloudways gave it. */
export function domainOf(app: AppRecord): string {
  return app.cname || app.app_fqdn;
}

/** The applications of a server that its record names. */
export function knownApps({ apps }: Pick<ServerRecord, "apps">): AppRecord[] {
  return apps ?? [];
}

/**
 * A time of Cloudways as ISO 8601. Without a zone it is read as UTC, with one it keeps it; what is no time comes back
 * unchanged, and null for nothing.
 */
export function isoTime(text: string): string | null {
  if (text === "" || text.startsWith("0000-00-00")) return null;
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?: ?([+-]\d{2}):?(\d{2}))?/.exec(text);
  if (match === null) return text;
  const [, date, time, hours, minutes] = match;
  return `${date}T${time}${hours === undefined ? "Z" : `${hours}:${minutes}`}`;
}

/** Seconds since the Unix epoch as ISO 8601; null for what is no time. */
export function isoTimeOfSeconds(seconds: number): string | null {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
