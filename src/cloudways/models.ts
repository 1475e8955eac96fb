/**
 * Schemas of the records in Cloudways' answers. They are lenient: ids come as text or numbers, flags in many spellings,
 * empty lists as `[]`, `{}` or not at all. Members that are not named here pass through.
 */
import * as z from "zod";

/** An id, given as a number or as digits; read as a number. */
export const idNumber = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]);

/** Text; empty if it is missing or null. */
export const looseText = z.union([z.string(), z.number().transform(String)]).nullish().transform((text) => text ?? "");

/** True for `true` and `1`, also as text; false for anything else. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

/** True or false in a known spelling; null for anything else, so that a missing flag does not count as false. */
export function flagIn(value: unknown): boolean | null {
  if (value === false || value === 0 || value === "0" || value === "false") return false;
  return isTrue(value) ? true : null;
}

/** Like {@linkcode isTrue}, also if it is missing. */
export const looseFlag = z.unknown().optional().transform(isTrue);

/** Like {@linkcode flagIn}, also if it is missing. */
export const statedFlag = z.unknown().optional().transform(flagIn);

/** Text; null if it is missing or null, which differs from empty text. */
export const statedText = z.union([z.string(), z.number().transform(String)]).nullish().transform((text) =>
  text ?? null
);

/** A number, given as a number or as text; null for anything else. */
export function numberOrNull(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** Like {@linkcode numberOrNull}, for a member that may be missing. */
export const looseNumber = z.unknown().optional().transform(numberOrNull);

/** Like {@linkcode looseFlag}, but null if it is missing or null. */
export const flagOrNull = z.unknown().optional().transform((value) =>
  value === undefined || value === null ? null : isTrue(value)
);

/** A list that PHP may have turned into an object, or left out if empty. */
export function looseList<T extends z.ZodType>(item: T) {
  return z.unknown().optional().transform((value): unknown[] => {
    if (Array.isArray(value)) return value;
    return typeof value === "object" && value !== null ? Object.values(value) : [];
  }).pipe(z.array(item));
}

/** Like {@linkcode looseList}, but an error if it is missing. */
export function givenList<T extends z.ZodType>(item: T) {
  return z.custom<object>((value) => typeof value === "object" && value !== null).transform((value): unknown => value)
    .pipe(looseList(item));
}

/** Like {@linkcode looseList}, but null if there is no list. */
export function statedList<T extends z.ZodType>(item: T) {
  return z.unknown().optional().transform((value): unknown[] | null =>
    typeof value === "object" && value !== null ? Object.values(value) : null
  ).pipe(z.array(item).nullable());
}

/** The id of the server or application that an operation belongs to; null for none, which also comes as `"0"`. */
export function tiedId(value: unknown): number | null {
  const id = idNumber.safeParse(value).data;
  return id !== undefined && id > 0 && Number.isSafeInteger(id) ? id : null;
}

/** The minutes an operation still takes, given as digits or as a number; null for anything else. */
export function wholeMinutes(value: unknown): number | null {
  const minutes = idNumber.safeParse(value).data;
  return minutes !== undefined && minutes >= 0 && minutes < 1_000_000 ? minutes : null;
}

/** An SSH key in the lists of servers and of credentials, which name its id differently. */
export const sshKeyRecord = z.looseObject({
  id: idNumber.nullish(),
  ssh_key_id: idNumber.nullish(),
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
  /** Empty if there is none; null if the record doesn't say. */
  cname: statedText,
  sys_user: looseText,
  mysql_user: looseText,
  mysql_db_name: looseText,
  app_user: looseText,
  /** Null if the record doesn't say. */
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
  /** Null if the record doesn't say. */
  apps: statedList(appRecord),
});

/**
 * An answer with one named member. If there is nothing to list it may come as `[]`, `{}` or `{"status": true}`; then
 * the member is read as an empty list. Any other answer without the member is an error.
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

/** An answer with one named list, by the rules of {@linkcode memberReply}. */
export function listReply<K extends string, T extends z.ZodType>(name: K, item: T) {
  return memberReply(name, looseList(item));
}

/** The answer, without content, to a change that is done at once. An `error` may come with status 200. */
export const doneReply = z.union([z.array(z.unknown()).max(0), z.looseObject({ error: z.never().optional() })]);

/** An object that PHP turns into an empty list if it has no members. */
export function looseObject<T extends z.ZodRawShape>(shape: T) {
  const empty = z.array(z.unknown()).max(0).transform(() => ({}));
  return z.unknown().transform((value): unknown => empty.safeParse(value).data ?? value).pipe(z.looseObject(shape));
}

/** A server with its applications. */
export type ServerRecord = z.output<typeof serverRecord>;
/** An application. */
export type AppRecord = z.output<typeof appRecord>;

/** The domain visitors use: the primary domain, or else the one that Cloudways gave the application. */
export function domainOf(app: AppRecord): string {
  return app.cname || app.app_fqdn;
}

/** The applications that a server's record names. */
export function knownApps({ apps }: Pick<ServerRecord, "apps">): AppRecord[] {
  return apps ?? [];
}

/**
 * A time from Cloudways as ISO 8601. A time without a zone is read as UTC; a given zone is kept. Text that is not a
 * time is returned unchanged. Empty text and the date 0000-00-00 become null.
 */
export function isoTime(text: string): string | null {
  if (text === "" || text.startsWith("0000-00-00")) return null;
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?: ?([+-]\d{2}):?(\d{2}))?/.exec(text);
  if (match === null) return text;
  const [, date, time, hours, minutes] = match;
  return `${date}T${time}${hours === undefined ? "Z" : `${hours}:${minutes}`}`;
}

/** Seconds since the Unix epoch as ISO 8601; null if they are out of range. */
export function isoTimeOfSeconds(seconds: number): string | null {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
