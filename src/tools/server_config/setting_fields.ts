/**
 * The settings of a server as a person knows them, and as Cloudways reads and writes them: some are written under one
 * name and read under another, and some are never read.
 */
import * as z from "zod";
import { statedText } from "../../cloudways/models.ts";

const number = (what: string, min = 1) => z.int().min(min).max(2_000_000_000).optional().describe(what);
const flag = (what: string) => z.boolean().optional().describe(what);
const listed = (what: string) => z.string().min(1).max(200).optional().describe(what);

const LISTED = "One of list_setting_values.";

/** The inputs, each as a person means it. */
export const settingInputs = {
  execution_limit: number("Seconds a PHP script may run: 60"),
  memory_limit: number("PHP memory in MB: 256"),
  upload_size: number("Largest upload in MB: 64"),
  max_input_time: number("Seconds PHP may read a request."),
  max_input_vars: number("Most variables of a PHP request: 5000"),
  display_errors: flag("Show PHP errors on pages."),
  error_reporting: listed(`Which PHP errors count. ${LISTED}`),
  opcache_memory_size: number("PHP OPcache in MB."),
  timezone: listed("PHP time zone: Europe/Berlin"),
  mysql_timezone: listed("Time zone of MySQL: Europe/Berlin"),
  character_set: listed(`Character set of MySQL: utf8mb4. ${LISTED}`),
  max_connections: number("MySQL connections."),
  wait_timeout: number("Seconds MySQL keeps an idle connection."),
  innodb_buffer_pool_size: number("InnoDB buffer pool in MB."),
  innodb_lock_wait_timeout: number("Seconds InnoDB waits for a lock."),
  tls_versions: z.array(z.enum(["1.0", "1.1", "1.2", "1.3"])).min(1).max(4).optional()
    .describe("All TLS versions that visitors may use: 1.2, 1.3"),
  static_cache_expiry: number("Life of static files in caches, in the unit of get_server_settings.", 0),
  varnish_default_ttl: z.string().regex(/^\d{1,6}[smhd]$/, "must be a time such as 4h").optional()
    .describe("Life of pages in Varnish: 4h"),
  http2: flag("HTTP/2 of nginx."),
  xdebug: flag("PHP Xdebug; slows every site."),
  zendguard: flag("PHP Zend Guard."),
  default_app_id: z.int().min(1).optional().describe("Application of this server for unknown host names."),
  sys_locale: z.string().regex(/^[A-Za-z][\w.@-]{1,39}$/, "must be a locale such as en_US.UTF-8").optional()
    .describe("System locale: en_US.UTF-8"),
};

/** The settings, as inputs name them. */
export type SettingName = keyof typeof settingInputs;

/** What a call wants of them. */
export type WantedSettings = z.output<z.ZodObject<typeof settingInputs>>;

/** How a value is written that is not written as it is: as a word for on and off, or as a list of versions. */
type Form = "on_off" | "enabled" | "versions";

interface SettingField {
  /** Cloudways' name where it is written. */
  sent: string;
  /** Cloudways' name where it is read; null where it never is. */
  read: string | null;
  /** For people. */
  label: string;
  form?: Form;
  /** The group of `GET /settings` that lists its values. */
  group?: string;
}

const same = (name: string, label: string, more: Pick<SettingField, "form" | "group"> = {}): SettingField => (
  { sent: name, read: name, label, ...more }
);
const unread = (name: string, label: string, more: Pick<SettingField, "form" | "group"> = {}): SettingField => (
  { sent: name, read: null, label, ...more }
);

/** What stands behind each input. */
export const SETTING_FIELDS: Readonly<Record<SettingName, SettingField>> = {
  execution_limit: same("execution_limit", "PHP execution time (seconds)"),
  memory_limit: same("memory_limit", "PHP memory (MB)"),
  upload_size: same("upload_size", "Largest upload (MB)"),
  max_input_time: same("max_input_time", "PHP input time (seconds)"),
  max_input_vars: same("max_input_vars", "PHP input variables"),
  display_errors: same("display_errors", "PHP errors on pages", { form: "on_off", group: "status" }),
  error_reporting: same("error_reporting", "PHP error level", { group: "error_reporting" }),
  opcache_memory_size: unread("opcache_memory_size", "PHP OPcache (MB)"),
  timezone: {
    sent: "date_timezone",
    read: "date.timezone",
    label: "PHP time zone",
    group: "timezone",
  },
  mysql_timezone: unread("mysql_timezone", "MySQL time zone", { group: "timezone" }),
  character_set: same("character_set_server", "MySQL character set", { group: "character_set" }),
  max_connections: same("max_connections", "MySQL connections"),
  wait_timeout: same("wait_timeout", "MySQL wait timeout (seconds)"),
  innodb_buffer_pool_size: same("innodb_buffer_pool_size", "InnoDB buffer pool (MB)"),
  innodb_lock_wait_timeout: same("innodb_lock_wait_timeout", "InnoDB lock timeout (seconds)"),
  tls_versions: { sent: "tls_version", read: "ssl_protocols", label: "TLS versions", form: "versions" },
  static_cache_expiry: same("static_cache_expiry", "Life of static files in caches"),
  varnish_default_ttl: same("varnish_default_ttl", "Life of pages in Varnish"),
  http2: same("nginx_http2", "HTTP/2", { form: "enabled", group: "statuses" }),
  xdebug: same("mod_xdebug", "PHP Xdebug", { form: "enabled", group: "statuses" }),
  zendguard: unread("mod_zendguard", "PHP Zend Guard", { form: "enabled", group: "statuses" }),
  default_app_id: unread("new_default_app", "Application for unknown host names"),
  sys_locale: unread("sys_locale", "System locale"),
};

/** The names of {@linkcode SETTING_FIELDS}. */
export const SETTING_NAMES = Object.keys(settingInputs).filter((name): name is SettingName => name in SETTING_FIELDS);

/** The inputs whose values a group of `GET /settings` lists. Flags are not among them: they take true and false. */
export function settingsOfGroup(group: string): SettingName[] {
  return SETTING_NAMES.filter((name) =>
    SETTING_FIELDS[name].group === group && SETTING_FIELDS[name].form === undefined
  );
}

/** The codes of such a group. An entry of dashes stands for no value and is left out. */
export function codesIn(group: unknown): string[] {
  const labels = z.record(z.string(), z.unknown()).safeParse(group).data ?? {};
  return Object.entries(labels)
    .filter(([code, label]) => ![code, label].some((text) => /^[\s-]*$/.test(String(text)))).map(([code]) => code);
}

const WORDS = { on_off: ["On", "Off"], enabled: ["enabled", "disabled"] } as const;

/** A value as it is sent. */
export function sentValue(name: SettingName, value: string | number | boolean | readonly string[]): string {
  const { form } = SETTING_FIELDS[name];
  if (typeof value === "boolean") return WORDS[form === "on_off" ? "on_off" : "enabled"][value ? 0 : 1];
  return typeof value === "object" ? inOrder(value) : String(value);
}

/** A value as the input takes it, from how it is sent; undefined where no input sends it. */
export function inputValue(name: SettingName, sent: string): unknown {
  const { form } = SETTING_FIELDS[name];
  const words: readonly string[] = form === "on_off" || form === "enabled" ? WORDS[form] : [];
  const all = words.length > 0
    ? [words.indexOf(sent) === 0]
    : form === "versions"
    ? [sent.split(",")]
    : [sent, Number(sent)];
  return all.find((value) => settingInputs[name].safeParse(value).success && sentValue(name, value) === sent);
}

/** A setting as it is now, written as it would be sent; empty for the platform's default, null where it can't be read. */
export function presentValue(name: SettingName, settings: Readonly<Record<string, unknown>>): string | null {
  const { read, form } = SETTING_FIELDS[name];
  const text = read === null ? null : statedText.safeParse(settings[read]).data ?? null;
  if (text === null || form === undefined) return text;
  if (form === "versions") return inOrder(text.split(",").map((one) => one.trim()).filter((one) => one !== ""));
  // One switch was seen without its last letter.
  const isOn = /^(?:on|enable)/i.test(text) ? true : /^(?:off|disable)/i.test(text) ? false : undefined;
  return isOn === undefined ? text : WORDS[form][isOn ? 0 : 1];
}

function inOrder(versions: readonly string[]): string {
  return [...new Set(versions)].sort().join(",");
}
