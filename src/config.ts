/**
 * The environment, read once. The only module that touches `Deno.env`; every variable and every default stands here.
 */
import { z } from "zod";
import { type Credential, credentialOf, missingPart } from "./identity/credential.ts";
import { parseKey } from "./crypto/keys.ts";
import { Networks } from "./text/networks.ts";
import { parseToolsets, type Toolset } from "./identity/toolsets.ts";

/** A host and a port, as Deno's `--allow-net` takes them; IPv6 hosts stand in brackets. */
export interface HostPort {
  host: string;
  port: number;
}

/** `host:port`, as Deno's `--allow-net` takes it. */
export function formatHostPort({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

/** Everything the environment settles, parsed and checked. */
export interface Config {
  /** Where to listen. */
  listen: { hostname: string; port: number };
  /** Host names that requests may be addressed to; lower case, no ports, IPv6 in brackets. */
  allowedHosts: ReadonlySet<string>;
  /**
   * Web origins that may call us, in lower case: those of http and https by their host names, without ports, those of
   * other schemes whole, such as `tauri://localhost`.
   */
  allowedOrigins: ReadonlySet<string>;
  /** Whether `ALLOWED_HOSTS` was given; `serve` warns where it is needed and missing. */
  allowedHostsGiven: boolean;
  /** Proxies whose `X-Forwarded-For` is believed for the client's address. */
  trustedProxies: Networks;
  /** The Cloudways API, without a trailing slash. */
  apiBaseUrl: URL;
  /** Where shared state lives; undefined means in this process. */
  redisUrl: string | undefined;
  /** The first encrypts, all decrypt; empty means a fresh random key for this process. 32 bytes each. */
  encryptionKeys: Uint8Array[];
  /** Keeps customer ids the same when encryption keys rotate. 32 bytes. */
  customerIdKey: Uint8Array | undefined;
  /** Most Redis commands in flight. */
  redisPoolSize: number;
  /** Most upstream requests in flight. */
  httpPoolSize: number;
  /** The token bucket of each customer: `requests` per `windowSeconds`. */
  rateLimit: { requests: number; windowSeconds: number };
  logLevel: LogLevel;
  logFormat: LogFormat;
  /** Where audit lines go; undefined for the log. */
  auditLog: AuditDestination | undefined;
  /** Only tools whose effect is `read` exist. */
  readOnly: boolean;
  /** Whether destructive calls ask a person, how, or not at all. */
  confirm: ConfirmMode;
  /** The address people reach this server at, without a trailing slash; undefined where none is known. */
  publicUrl: URL | undefined;
  toolsets: ReadonlySet<Toolset>;
  /** That of the one customer of `stdio`, which alone uses it. */
  stdioCredential: Credential | undefined;
}

const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
const LOG_FORMATS = ["console", "json"] as const;
const CONFIRM_MODES = ["ask", "elicit", "off"] as const;

/** Least level of the lines that are logged. */
export type LogLevel = typeof LOG_LEVELS[number];

/** `console` for people, `json` for machines: one object a line. */
export type LogFormat = typeof LOG_FORMATS[number];

/** Standard output, or a file by its absolute path. */
export type AuditDestination = { kind: "stdout" } | { kind: "file"; path: string };

/** `ask`: any channel there is; `elicit`: only through the client, no approval page; `off`: never. */
export type ConfirmMode = typeof CONFIRM_MODES[number];

/** One thing that is wrong with the environment. */
export interface ConfigProblem {
  /** The variable's name. */
  variable: string;
  /** What is wrong and how to put it right. Holds no secret. */
  message: string;
}

/** All problems of one environment, reported together. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, message }) => `${variable}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** The names that stand for this machine. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

function isLoopback(hostname: string): boolean {
  return LOOPBACK_NAMES.some((name) => name === hostname) || hostname === "::1" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Brackets around an IPv6 address, as URLs and `--allow-net` want them. */
function bracketed(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

function fail(context: z.RefinementCtx, message: string): typeof z.NEVER {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

function wholeNumber(low: number, high: number) {
  return z.string().transform((text, context) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    return fail(context, `must be a whole number from ${low} to ${high}`);
  });
}

function oneOf<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(", ")}` });
}

const flag = z.string().transform((text, context) => {
  if (text === "true") return true;
  if (text === "false") return false;
  return fail(context, "must be true or false");
});

/**
 * Names and addresses only, as DNS knows them. URLs allow more in a host; here it ends up in permission flags, where a
 * comma or a star would open other hosts.
 */
function isPlainHost(hostname: string): boolean {
  return /^([a-z0-9_]([a-z0-9._-]*[a-z0-9._])?|\[[0-9a-f:.]+\])$/i.test(hostname);
}

const hostname = z.string().transform((text, context) => {
  const url = tryUrl(`http://${bracketed(text)}:1`);
  if (url !== undefined && isPlainHost(bracketed(text))) return url.hostname.replace(/^\[(.*)\]$/, "$1");
  return fail(context, "must be a host name or an IP address, such as 127.0.0.1 or 0.0.0.0");
});

/** Accepts names, with or without a port, and whole origins alike, since people write them all. */
const hostNames = z.string().transform((text, context) => {
  const names = new Set<string>();
  for (const entry of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const isOrigin = entry.includes("://");
    const url = tryUrl(isOrigin ? entry : `http://${/:.*:/.test(entry) ? bracketed(entry) : entry}`);
    if (url === undefined || !isPlainHost(url.hostname) || url.pathname !== "/" || /[@?#]/.test(entry)) {
      // Who writes a user there may have written a password.
      const shown = JSON.stringify(entry.replace(/^.*@/s, "…@").slice(0, 80));
      return fail(context, `${shown} is not a host name; write names such as mcp.example.com`);
    }
    names.add(url.hostname);
  }
  if (names.size === 0) return fail(context, "holds no name; write names such as mcp.example.com, or leave it unset");
  return names;
});

/** The schemes whose origins are known by their host names. */
const WEB_ORIGIN = /^https?:\/\//i;
const OTHER_ORIGIN = /^[a-z][a-z0-9+.-]{0,30}:\/\/[a-z0-9][a-z0-9._-]{0,250}(?::\d{1,5})?$/i;

/** As {@linkcode hostNames}, and besides whole origins of other schemes, as desktop programs and extensions have them. */
const origins = z.string().transform((text, context) => {
  const entries = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const isOther = (entry: string) => OTHER_ORIGIN.test(entry) && !WEB_ORIGIN.test(entry);
  const others = entries.filter(isOther).map((entry) => entry.toLowerCase());
  const rest = entries.filter((entry) => !isOther(entry));
  if (rest.length === 0 && others.length > 0) return new Set(others);
  const names = hostNames.safeParse(rest.join(","));
  if (names.success) return new Set([...names.data, ...others]);
  return fail(context, names.error.issues[0]?.message ?? "is not a list of origins");
});

function tryUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}

/** An empty one counts too: it would stand in the middle of every address that begins with this one. */
function hasQueryOrFragment({ href }: URL): boolean {
  return /[?#]/.test(href);
}

const API_BASE_URL = "https://api.cloudways.com/api/v2";

/** The rule for addresses that credentials travel to: encrypted, or on this machine. */
function httpsUrl(example: string) {
  return z.string().transform((text, context) => {
    const url = tryUrl(text);
    if (url === undefined || !isPlainHost(url.hostname)) return fail(context, `must be a URL, such as ${example}`);
    if (url.username !== "" || url.password !== "" || hasQueryOrFragment(url)) {
      return fail(context, "must have no user name, password, query or fragment");
    }
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
      return fail(context, "must be https, or http on a loopback address");
    }
    url.pathname = url.pathname.replace(/\/+$/, "");
    return url;
  });
}

const redisUrl = z.string().transform((text, context) => {
  const url = tryUrl(text);
  if (url === undefined || !isPlainHost(url.hostname)) {
    return fail(
      context,
      "must be a URL, such as redis://127.0.0.1:6379 or rediss://user:password@redis.example.com:6380/0",
    );
  }
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    return fail(context, "must begin with redis:// or rediss://");
  }
  if (hasQueryOrFragment(url)) {
    return fail(context, "must have no query or fragment; in a password write ? as %3F and # as %23");
  }
  if (!/^(\/\d{0,4})?$/.test(url.pathname)) return fail(context, "its path must be a database number, such as /0");
  return text;
});

const key = z.string().transform((text, context) => {
  try {
    return parseKey(text);
  } catch (error) {
    return fail(context, `${error instanceof Error ? error.message : "is not a key"}; make one with: deno task keygen`);
  }
});

const keys = z.string().transform((text, context) => {
  const parts = text.split(",").map((part) => part.trim());
  const parsed: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    const result = key.safeParse(part);
    if (!result.success) {
      const which = parts.length === 1 ? "" : `key ${index + 1} of ${parts.length}: `;
      return fail(context, which + (result.error.issues[0]?.message ?? "is not a key"));
    }
    parsed.push(result.data);
  }
  return parsed;
});

/** What a function makes of a text; its error says what is wrong. */
function parsedBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      return fail(context, error instanceof Error ? error.message : "is not understood");
    }
  });
}

const toolsets = parsedBy(parseToolsets);

const networks = parsedBy((text) => Networks.parse(text.split(",").map((part) => part.trim()).filter(Boolean)));

/**
 * A path that can stand in a permission flag: absolute, of plain characters, with nothing in it that leads elsewhere.
 * Deno takes a comma for the end of one path.
 */
function isPlainPath(text: string): boolean {
  const [root, ...names] = text.split("/");
  const isName = (name: string) => /^[A-Za-z0-9._-]{1,255}$/.test(name) && !/^\.+$/.test(name);
  return root === "" && names.length > 0 && text.length <= 1024 && names.every(isName);
}

const auditLog = z.string().transform((text, context): AuditDestination => {
  if (text === "stdout") return { kind: "stdout" };
  if (isPlainPath(text)) return { kind: "file", path: text };
  return fail(context, "must be stdout, or the absolute path of a file, of letters, digits, and . _ - /");
});

const credentialText = z.string().max(4096, "must be at most 4096 characters")
  .regex(/^[\x21-\x7e]+$/, "must be visible ASCII characters without spaces");

const variables = z.object({
  HOST: hostname.default("127.0.0.1"),
  PORT: wholeNumber(1, 65535).default(7000),
  ALLOWED_HOSTS: hostNames.optional(),
  ALLOWED_ORIGINS: origins.optional(),
  TRUSTED_PROXIES: networks.prefault(""),
  CLOUDWAYS_API_BASE_URL: httpsUrl(API_BASE_URL).prefault(API_BASE_URL),
  REDIS_URL: redisUrl.optional(),
  ENCRYPTION_KEY: keys.optional(),
  CUSTOMER_ID_KEY: key.optional(),
  REDIS_POOL_SIZE: wholeNumber(1, 100_000).default(500),
  HTTP_POOL_SIZE: wholeNumber(1, 100_000).default(500),
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000).default(90),
  RATE_LIMIT_WINDOW: wholeNumber(1, 86_400).default(60),
  LOG_LEVEL: oneOf(LOG_LEVELS).default("INFO"),
  LOG_FORMAT: oneOf(LOG_FORMATS).default("console"),
  AUDIT_LOG: auditLog.optional(),
  READ_ONLY: flag.default(false),
  CONFIRM: oneOf(CONFIRM_MODES).default("ask"),
  PUBLIC_URL: httpsUrl("https://mcp.example.com").optional(),
  TOOLSETS: toolsets.prefault("default"),
  CLOUDWAYS_EMAIL: credentialText.optional(),
  CLOUDWAYS_API_KEY: credentialText.optional(),
  CLOUDWAYS_ACCESS_TOKEN: credentialText.optional(),
});

type Variables = z.output<typeof variables>;

/** The names of all variables, for `--allow-env`. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(variables.shape);

/** Reads the process's environment. An empty variable counts as unset. */
export function readEnvironment(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of VARIABLE_NAMES) {
    const value = Deno.env.get(name);
    if (value !== undefined && value !== "") found[name] = value;
  }
  return found;
}

/**
 * Parses an environment.
 *
 * @throws {ConfigError} Names every problem at once.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  const values = Object.fromEntries(given);
  const result = variables.safeParse(values);
  const problems = [...result.error?.issues.map(toProblem) ?? [], ...missingTogether(values)];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(result.data);
}

function toProblem(issue: z.core.$ZodIssue): ConfigProblem {
  return { variable: String(issue.path[0] ?? "environment"), message: issue.message };
}

/** What one variable asks of another. */
function missingTogether(values: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (values.REDIS_URL !== undefined && values.ENCRYPTION_KEY === undefined) {
    const message = "is required with REDIS_URL, since all replicas need the same one; make one with: deno task keygen";
    problems.push({ variable: "ENCRYPTION_KEY", message });
  }
  const { CLOUDWAYS_ACCESS_TOKEN: token, CLOUDWAYS_EMAIL: email, CLOUDWAYS_API_KEY: apiKey } = values;
  const lack = missingPart({ token, email, apiKey });
  if (lack !== undefined) {
    const message = `is missing beside ${KEY_PAIR_VARIABLES[lack.given]}; set it, or CLOUDWAYS_ACCESS_TOKEN instead`;
    problems.push({ variable: KEY_PAIR_VARIABLES[lack.missing], message });
  }
  return problems;
}

const KEY_PAIR_VARIABLES = { email: "CLOUDWAYS_EMAIL", apiKey: "CLOUDWAYS_API_KEY" } as const;

function toConfig(value: Variables): Config {
  const publicUrl = value.PUBLIC_URL ?? loopbackUrl(value.HOST, value.PORT);
  const publicName = publicUrl === undefined ? [] : [publicUrl.hostname];
  const ownName = isEveryAddress(value.HOST) ? [] : [bracketed(value.HOST)];
  return {
    listen: { hostname: value.HOST, port: value.PORT },
    allowedHosts: new Set([...(value.ALLOWED_HOSTS ?? LOOPBACK_NAMES), ...ownName, ...publicName]),
    allowedOrigins: new Set([...(value.ALLOWED_ORIGINS ?? LOOPBACK_NAMES), ...publicName]),
    allowedHostsGiven: value.ALLOWED_HOSTS !== undefined || value.PUBLIC_URL !== undefined,
    trustedProxies: value.TRUSTED_PROXIES,
    apiBaseUrl: value.CLOUDWAYS_API_BASE_URL,
    redisUrl: value.REDIS_URL,
    encryptionKeys: value.ENCRYPTION_KEY ?? [],
    customerIdKey: value.CUSTOMER_ID_KEY,
    redisPoolSize: value.REDIS_POOL_SIZE,
    httpPoolSize: value.HTTP_POOL_SIZE,
    rateLimit: { requests: value.RATE_LIMIT_REQUESTS, windowSeconds: value.RATE_LIMIT_WINDOW },
    logLevel: value.LOG_LEVEL,
    logFormat: value.LOG_FORMAT,
    auditLog: value.AUDIT_LOG,
    readOnly: value.READ_ONLY,
    confirm: value.CONFIRM,
    publicUrl,
    toolsets: value.TOOLSETS,
    stdioCredential: credentialOf({
      token: value.CLOUDWAYS_ACCESS_TOKEN,
      email: value.CLOUDWAYS_EMAIL,
      apiKey: value.CLOUDWAYS_API_KEY,
    }),
  };
}

/** An address listened on leads here under its own name, since another loopback address may be another program's. */
function loopbackUrl(host: string, port: number): URL | undefined {
  return isLoopback(host) ? new URL(`http://${bracketed(host)}:${port}`) : undefined;
}

/** Whether listening there means listening on all addresses of this machine; none of them is its name. */
function isEveryAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Whether this configuration listens on this machine alone. */
export function listensOnLoopback(config: Config): boolean {
  return isLoopback(config.listen.hostname);
}

/** Whether the address that people are given leads to this machine alone. */
export function publicUrlIsLoopback({ publicUrl }: Config): boolean {
  return publicUrl !== undefined && isLoopback(publicUrl.hostname);
}

/** Where the process connects to: the Cloudways API, and Redis where it is used. */
export function outboundHosts(config: Config): HostPort[] {
  const hosts = [hostPortOf(config.apiBaseUrl, { "https:": 443, "http:": 80 })];
  if (config.redisUrl !== undefined) {
    hosts.push(hostPortOf(new URL(config.redisUrl), { "redis:": 6379, "rediss:": 6379 }));
  }
  return hosts;
}

/** The one file that the process writes, if any. */
export function writtenFile({ auditLog }: Config): string | undefined {
  return auditLog?.kind === "file" ? auditLog.path : undefined;
}

/** The address that `serve` listens on, as `--allow-net` takes it. */
export function listenAddress(config: Config): HostPort {
  return { host: bracketed(config.listen.hostname), port: config.listen.port };
}

function hostPortOf(url: URL, defaults: Readonly<Record<string, number>>): HostPort {
  return { host: bracketed(url.hostname), port: url.port === "" ? defaults[url.protocol] ?? 0 : Number(url.port) };
}
