/**
 * Every variable of the environment: how it is read, its default, and what the documentation says about it. One entry
 * adds a variable: `.env.example` and the table in README.md are generated from here (`deno task docs`).
 */
import * as z from "zod";
import { parseToolsets } from "../identity/toolsets.ts";
import { hostname, hostNames, httpsUrl, LOOPBACK_NAMES, networks, origins, redisUrl } from "./addresses.ts";
import { healthThresholds } from "./health_thresholds.ts";
import { pinnedClients } from "./clients.ts";
import {
  approvalCode,
  auditDestination,
  credentialText,
  flag,
  key,
  keys,
  oneOf,
  readBy,
  type Reader,
  sentLog,
  wholeNumber,
} from "./values.ts";

/** What the documentation says about one variable. Exactly one of `default` and `unset` is given. */
export interface VariableText {
  /** The value that counts when nothing is set. */
  default?: string;
  /** What happens without a value, where there is no default. */
  unset?: string;
  /** What it is for. */
  meaning: string;
}

const texts = z.registry<VariableText>();

/** A variable with a default, which is read like a given value. */
function preset<T>(reader: Reader<T>, value: string, meaning: string): z.ZodPrefault<Reader<T>> {
  return reader.prefault(value).register(texts, { default: value, meaning });
}

/** A variable without a default; `unset` says what happens without a value. */
function optional<T>(reader: Reader<T>, unset: string, meaning: string): z.ZodOptional<Reader<T>> {
  return reader.optional().register(texts, { unset, meaning });
}

/** A variable whose default follows from other variables; `shown` is what that is when nothing is set. */
function derived<T>(reader: Reader<T>, shown: string, meaning: string): z.ZodOptional<Reader<T>> {
  return reader.optional().register(texts, { default: shown, meaning });
}

const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
const LOG_FORMATS = ["console", "json"] as const;
const SIGN_IN_MODES = ["auto", "on", "off"] as const;
const CONFIRM_MODES = ["ask", "elicit", "off"] as const;

/** Least level of the lines that are logged. */
export type LogLevel = typeof LOG_LEVELS[number];

/** `console` for people, `json` for machines: one object a line. */
export type LogFormat = typeof LOG_FORMATS[number];

/** `ask`: any channel there is; `elicit`: only through the client, no approval page; `off`: never. */
export type ConfirmMode = typeof CONFIRM_MODES[number];

const HOST = "127.0.0.1";
const PORT = "7000";
const API_BASE_URL = "https://api.cloudways.com/api/v2";

/** The variables in the order in which the documentation lists them. */
export const variables = z.object({
  HOST: preset(hostname, HOST, "Address to listen on."),
  PORT: preset(wholeNumber(1, 65535), PORT, "Port to listen on."),
  PUBLIC_URL: derived(
    httpsUrl("https://mcp.example.com"),
    `http://${HOST}:${PORT}`,
    "Address that people reach this server at; its host and origin are always allowed. https, unless loopback. " +
      "The default follows HOST and PORT, and there is none where HOST is not loopback.",
  ),
  ALLOWED_HOSTS: preset(
    hostNames,
    LOOPBACK_NAMES.join(","),
    "Names that requests may be addressed to, separated by commas; others get 403. Ports don't count. The address " +
      "listened on is always among them.",
  ),
  ALLOWED_ORIGINS: preset(
    origins,
    LOOPBACK_NAMES.join(","),
    "Names of the web origins whose pages may call this server, and whole origins of other schemes " +
      "(tauri://localhost); others get 403.",
  ),
  TRUSTED_PROXIES: optional(
    networks,
    "none",
    "Addresses and networks of your own proxies, separated by commas. Their X-Forwarded-For is believed for the " +
      "client's address, which bounds what strangers may do.",
  ),
  CLOUDWAYS_API_BASE_URL: preset(httpsUrl(API_BASE_URL), API_BASE_URL, "The Cloudways API. https, unless loopback."),
  TOOLSETS: preset(
    readBy(parseToolsets),
    "all",
    "Toolsets whose tools may be used, separated by commas. all names every one, default the five that are listed by " +
      "default. discovery is always among them.",
  ),
  LIST_TOOLSETS: preset(
    readBy(parseToolsets),
    "default",
    "Toolsets that clients see in their list of tools; the rest of what may be used is found with find_tools.",
  ),
  READ_ONLY: preset(flag, "false", "true leaves only the tools that read."),
  CONFIRM: preset(
    oneOf(CONFIRM_MODES),
    "ask",
    "How a person is asked before destructive calls and before passwords are shown. ask: through the client, or " +
      "else on an approval page; elicit: through the client alone; off: not at all.",
  ),
  SIGN_IN: preset(
    oneOf(SIGN_IN_MODES),
    "auto",
    "Whether people can sign in at /connect/mcp in place of a token in the client's configuration. auto: where " +
      "PUBLIC_URL is known and ENCRYPTION_KEY is set; on: fails to start without them; off: never.",
  ),
  SIGN_IN_CLIENTS: optional(
    pinnedClients,
    "clients register themselves, and their names are shown as unchecked",
    "Clients that people see as known to you: a JSON list of objects with client_id, client_name and redirect_uris.",
  ),
  RATE_LIMIT_REQUESTS: preset(
    wholeNumber(1, 1_000_000),
    "90",
    "Requests to Cloudways that each customer may make in one window.",
  ),
  RATE_LIMIT_WINDOW: preset(wholeNumber(1, 86_400), "60", "Length of that window in seconds."),
  HEALTH_THRESHOLDS: optional(
    healthThresholds,
    "the defaults in docs/operations.md",
    "From which figures on a health check reports a problem: disk_free_gb.urgent=1,idle_cpu_percent.attention=off",
  ),
  REDIS_URL: optional(
    redisUrl,
    "state stays in the process",
    "redis:// or rediss:// with user, password and database. Needed for more than one process.",
  ),
  ENCRYPTION_KEY: optional(
    keys,
    "a fresh key for each process",
    "32 bytes in base64, made by deno task keygen. Required with REDIS_URL. Of a list separated by commas the " +
      "first encrypts and all decrypt.",
  ),
  CUSTOMER_ID_KEY: optional(
    key,
    "the first ENCRYPTION_KEY",
    "A key of the same form that keeps customer ids the same when ENCRYPTION_KEY changes.",
  ),
  REDIS_POOL_SIZE: preset(wholeNumber(1, 100_000), "500", "Most Redis commands in flight."),
  HTTP_POOL_SIZE: preset(wholeNumber(1, 100_000), "500", "Most requests to Cloudways in flight."),
  LOG_LEVEL: preset(oneOf(LOG_LEVELS), "INFO", "DEBUG, INFO, WARNING or ERROR."),
  LOG_FORMAT: preset(oneOf(LOG_FORMATS), "console", "console for people, json for one object a line."),
  OTEL_DENO: preset(
    flag,
    "false",
    "true sends traces and metrics by OpenTelemetry. Deno reads this and the other OTEL_ variables by itself.",
  ),
  OTEL_DENO_TRACING: optional(flag, "like OTEL_DENO", "true sends traces even without OTEL_DENO, false none."),
  OTEL_DENO_METRICS: optional(flag, "like OTEL_DENO", "true sends metrics even without OTEL_DENO, false none."),
  OTEL_DENO_CONSOLE: optional(
    sentLog,
    "the log is not sent",
    "replace also sends each line of the log by OpenTelemetry, even without OTEL_DENO, but no audit line. ignore sends " +
      "none.",
  ),
  OTEL_SDK_DISABLED: preset(flag, "false", "true sends nothing by OpenTelemetry, whatever the others say."),
  OTEL_TRACES_BEHIND_FILTER: preset(
    flag,
    "false",
    "true says that a collector takes addresses out of the traces, as docs/monitoring.md shows. Traces need it.",
  ),
  AUDIT_LOG: optional(
    auditDestination,
    "audit lines stand in the log",
    "Where audit lines go: stdout (not with stdio), or the absolute path of a file, of letters, digits and . _ - " +
      "/ alone. The server may write that file and nothing else.",
  ),
  CLOUDWAYS_ACCESS_TOKEN: optional(
    credentialText,
    "none",
    "Access token of the one customer of stdio. HTTP ignores it.",
  ),
  CLOUDWAYS_EMAIL: optional(
    credentialText,
    "none",
    "E-mail of the one customer of stdio, beside CLOUDWAYS_API_KEY.",
  ),
  CLOUDWAYS_API_KEY: optional(credentialText, "none", "API key of the one customer of stdio."),
  APPROVAL_CODE: optional(
    approvalCode,
    "the pages of stdio ask for no code",
    "Code that a person types on the pages of stdio: 8 to 64 visible ASCII characters of their own choice. HTTP ignores " +
      "it.",
  ),
});

/** What the variables say once they are read. */
export type Variables = z.output<typeof variables>;

/** The names of all variables, for `--allow-env`. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(variables.shape);

/** What the documentation says about each variable, by name. */
export const VARIABLE_TEXTS: ReadonlyMap<string, VariableText> = new Map(
  Object.entries(variables.shape).map(([name, variable]) => [name, textOf(variable)]),
);

function textOf(variable: z.ZodType): VariableText {
  const text = texts.get(variable);
  if (text === undefined) throw new Error("A variable has no text for the documentation.");
  return text;
}
