/**
 * The environment, read once. The only module that touches `Deno.env`; `config/variables.ts` holds every variable and
 * every default.
 */
import type * as z from "zod";
import { bracketed, isLoopback } from "./config/addresses.ts";
import { DEFAULT_HEALTH_THRESHOLDS, type HealthThresholds } from "./config/health_thresholds.ts";
import type { AuditDestination } from "./config/values.ts";
import {
  type ConfirmMode,
  type LogFormat,
  type LogLevel,
  VARIABLE_NAMES,
  type Variables,
  variables,
} from "./config/variables.ts";
import { type Credential, credentialOf, missingPart } from "./identity/credential.ts";
import type { PinnedClient } from "./identity/oauth_client.ts";
import type { Toolset } from "./identity/toolsets.ts";
import { Networks } from "./text/networks.ts";

export { type ConfirmMode, type LogFormat, type LogLevel, VARIABLE_NAMES };

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
  /** From which figures on a health check reports a problem. */
  healthThresholds: HealthThresholds;
  /** Whether traces are made. */
  tracing: boolean;
  /** Whether metrics are sent by OpenTelemetry. */
  sendsMetrics: boolean;
  /** Whether copies of log lines are sent by OpenTelemetry. */
  sendsLog: boolean;
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
  /** How people sign in; undefined where they can't. */
  signIn: { clients: readonly PinnedClient[] } | undefined;
  /** The toolsets whose tools may be used. */
  toolsets: ReadonlySet<Toolset>;
  /** The toolsets that are listed where a client names none. */
  listedToolsets: ReadonlySet<Toolset>;
  /** That of the one customer of `stdio`, which alone uses it. */
  stdioCredential: Credential | undefined;
  /** The code that the pages of `stdio` ask for; undefined if they ask for none. */
  stdioApprovalCode: string | undefined;
}

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
  return toConfig(result.data, values.ALLOWED_HOSTS !== undefined);
}

function toProblem(issue: z.core.$ZodIssue): ConfigProblem {
  return { variable: String(issue.path[0] ?? "environment"), message: issue.message };
}

/** What one variable requires of another. */
function missingTogether(values: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (values.REDIS_URL !== undefined && values.ENCRYPTION_KEY === undefined) {
    const message = "is required with REDIS_URL, since all replicas need the same one; make one with: deno task keygen";
    problems.push({ variable: "ENCRYPTION_KEY", message });
  }
  if (values.SIGN_IN === "on") {
    const lacks = [
      ...(values.ENCRYPTION_KEY === undefined ? ["ENCRYPTION_KEY"] : []),
      ...(hasPublicUrl(values) ? [] : ["PUBLIC_URL"]),
    ];
    if (lacks.length > 0) {
      problems.push({ variable: "SIGN_IN", message: `is on, which needs ${lacks.join(" and ")}; set it, or use auto` });
    }
  }
  // Deno sends traces with either of the two, and the narrower one wins.
  const tracedBy = values.OTEL_DENO_TRACING === undefined ? "OTEL_DENO" : "OTEL_DENO_TRACING";
  if (values[tracedBy] === "true" && values.OTEL_TRACES_BEHIND_FILTER !== "true") {
    const message =
      "is true, and Deno's traces hold whole addresses: filter them as docs/monitoring.md shows and set " +
      "OTEL_TRACES_BEHIND_FILTER=true, or switch traces off with OTEL_DENO_TRACING=false";
    problems.push({ variable: tracedBy, message });
  }
  const { CLOUDWAYS_ACCESS_TOKEN: token, CLOUDWAYS_EMAIL: email, CLOUDWAYS_API_KEY: apiKey } = values;
  const lack = missingPart({ token, email, apiKey });
  if (lack !== undefined) {
    const message = `is missing beside ${KEY_PAIR_VARIABLES[lack.given]}; set it, or CLOUDWAYS_ACCESS_TOKEN instead`;
    problems.push({ variable: KEY_PAIR_VARIABLES[lack.missing], message });
  }
  return problems;
}

/** Whether there is a public URL. What is wrong with the variables themselves is reported elsewhere. */
function hasPublicUrl({ PUBLIC_URL, HOST }: Readonly<Record<string, string | undefined>>): boolean {
  return PUBLIC_URL !== undefined || HOST === undefined || isLoopback(HOST.toLowerCase());
}

const KEY_PAIR_VARIABLES = { email: "CLOUDWAYS_EMAIL", apiKey: "CLOUDWAYS_API_KEY" } as const;

function toConfig(value: Variables, allowedHostsGiven: boolean): Config {
  const publicUrl = value.PUBLIC_URL ?? loopbackUrl(value.HOST, value.PORT);
  const publicName = publicUrl === undefined ? [] : [publicUrl.hostname];
  const ownName = isEveryAddress(value.HOST) ? [] : [bracketed(value.HOST)];
  const sends = !value.OTEL_SDK_DISABLED;
  const isSignInOff = value.SIGN_IN === "off" || publicUrl === undefined || value.ENCRYPTION_KEY === undefined;
  return {
    listen: { hostname: value.HOST, port: value.PORT },
    allowedHosts: new Set([...value.ALLOWED_HOSTS, ...ownName, ...publicName]),
    allowedOrigins: new Set([...value.ALLOWED_ORIGINS, ...publicName]),
    allowedHostsGiven: allowedHostsGiven || value.PUBLIC_URL !== undefined,
    trustedProxies: value.TRUSTED_PROXIES ?? Networks.parse([]),
    apiBaseUrl: value.CLOUDWAYS_API_BASE_URL,
    redisUrl: value.REDIS_URL,
    encryptionKeys: value.ENCRYPTION_KEY ?? [],
    customerIdKey: value.CUSTOMER_ID_KEY,
    redisPoolSize: value.REDIS_POOL_SIZE,
    httpPoolSize: value.HTTP_POOL_SIZE,
    rateLimit: { requests: value.RATE_LIMIT_REQUESTS, windowSeconds: value.RATE_LIMIT_WINDOW },
    healthThresholds: value.HEALTH_THRESHOLDS ?? DEFAULT_HEALTH_THRESHOLDS,
    tracing: sends && (value.OTEL_DENO_TRACING ?? value.OTEL_DENO),
    sendsMetrics: sends && (value.OTEL_DENO_METRICS ?? value.OTEL_DENO),
    sendsLog: sends && (value.OTEL_DENO_CONSOLE ?? false),
    logLevel: value.LOG_LEVEL,
    logFormat: value.LOG_FORMAT,
    auditLog: value.AUDIT_LOG,
    readOnly: value.READ_ONLY,
    confirm: value.CONFIRM,
    publicUrl,
    signIn: isSignInOff ? undefined : { clients: value.SIGN_IN_CLIENTS ?? [] },
    toolsets: value.TOOLSETS,
    listedToolsets: value.LIST_TOOLSETS,
    stdioCredential: credentialOf({
      token: value.CLOUDWAYS_ACCESS_TOKEN,
      email: value.CLOUDWAYS_EMAIL,
      apiKey: value.CLOUDWAYS_API_KEY,
    }),
    stdioApprovalCode: value.APPROVAL_CODE,
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
