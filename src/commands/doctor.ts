import { Deadline } from "../async/deadline.ts";
import { type Config, ConfigError, parseConfig } from "../config.ts";
import { outboundHosts } from "../config/reach.ts";
import { Box } from "../crypto/box.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import { RedisStore } from "../store/redis/adapter.ts";
import { DIFFERENT_KEYS, matchesSharedKeys } from "../store/shared_keys.ts";
import { AuditOutputError, openAuditLog } from "./audit_output.ts";
import { missingPermissions } from "./permissions.ts";

/** The result of one check. */
export interface Finding {
  name: string;
  ok: boolean;
  /** Everything works, but the operator should know this. */
  warning?: boolean;
  /** What was found, or what is wrong and how to fix it. Contains no secret. */
  message: string;
}

const API_TIMEOUT_MS = 10_000;

/** Checks everything the server needs: configuration, permissions, key, audit log, Redis, the Cloudways API. */
export async function examine(environment: Readonly<Record<string, string>>): Promise<Finding[]> {
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, message }) => ({
      name: "configuration",
      ok: false,
      message: `${variable}: ${message}`,
    }));
  }
  const configured: Finding = { name: "configuration", ok: true, message: "every variable is understood" };
  return [
    configured,
    await permissions(config),
    await key(config),
    ...await auditLog(config),
    ...await redis(config),
    await api(config),
  ];
}

/** The findings as text, one on each line, and whether all are ok. */
export function report(findings: readonly Finding[]): { text: string; ok: boolean } {
  const mark = ({ ok, warning = false }: Finding) => !ok ? "FAIL" : warning ? "warn" : "ok  ";
  const lines = findings.map((finding) => `${mark(finding)}  ${finding.name}: ${finding.message}`);
  return { text: `${lines.join("\n")}\n`, ok: findings.every(({ ok }) => ok) };
}

async function permissions(config: Config): Promise<Finding> {
  const missing = await missingPermissions(outboundHosts(config));
  return { name: "permissions", ok: missing === undefined, message: missing ?? "every host needed may be reached" };
}

async function key(config: Config): Promise<Finding> {
  if (config.encryptionKeys.length === 0) {
    return { name: "key", ok: true, message: "ENCRYPTION_KEY is not set: a fresh one is made for each process" };
  }
  const { encryptionKeys } = config;
  const box = new Box(await ringOf(config));
  const context = { customer: "doctor", purpose: "doctor" };
  const ok = await box.open(await box.seal("round trip", context), context) === "round trip";
  return {
    name: "key",
    ok,
    message: ok ? `a round trip works, ${encryptionKeys.length} in use` : "a round trip failed",
  };
}

/** Opens the audit log's file, if one is set, and writes nothing. */
async function auditLog(config: Config): Promise<Finding[]> {
  const name = "audit log";
  if (config.auditLog?.kind !== "file") return [];
  try {
    await using _opened = await openAuditLog(config);
    return [{ name, ok: true, message: `${config.auditLog.path} can be written` }];
  } catch (error) {
    if (!(error instanceof AuditOutputError)) throw error;
    return [{ name, ok: false, message: error.message }];
  }
}

function ringOf({ encryptionKeys, customerIdKey }: Config): Promise<KeyRing> {
  return KeyRing.create({ encryptionKeys, ...(customerIdKey && { customerIdKey }) });
}

async function redis(config: Config): Promise<Finding[]> {
  const name = "redis";
  if (config.redisUrl === undefined) {
    return [{ name, ok: true, message: "REDIS_URL is not set: state stays in the process, for one replica only" }];
  }
  try {
    await using store = await RedisStore.connect(config.redisUrl, { poolSize: 1 });
    await store.ping();
    const fits = await matchesSharedKeys(store, await (await ringOf(config)).names());
    return [
      { name, ok: true, message: "it answers, and every command needed works" },
      ...store.warnings.map((message) => ({ name, ok: true, warning: true, message: `it ${message}` })),
      ...(fits ? [] : [{ name: "keys", ok: false, message: DIFFERENT_KEYS }]),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : "Unknown reason.";
    return [{ name, ok: false, message: `${reason} Check REDIS_URL, and that Redis runs and is reachable` }];
  }
}

/** Checks that the API can be reached. Any answer proves it; without credentials the answer is a refusal. */
async function api(config: Config): Promise<Finding> {
  const { host } = config.apiBaseUrl;
  using deadline = new Deadline(API_TIMEOUT_MS);
  try {
    const response = await fetch(config.apiBaseUrl, { redirect: "manual", signal: deadline.signal });
    await response.body?.cancel();
    return { name: "api", ok: true, message: `${host} answers` };
  } catch (error) {
    return {
      name: "api",
      ok: false,
      message: `${host} does not answer (${reasonOf(error)}). Check the network, DNS and proxies`,
    };
  }
}

/** Why a fetch failed. Only the cause of Deno's error says whether it was the name, the connection or TLS. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return error.cause instanceof Error ? error.cause.message : error.message;
}
