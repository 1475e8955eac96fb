import { type Clock, systemClock } from "../async/clock.ts";
import { type Config, ConfigError, parseConfig } from "../config.ts";
import { outboundHosts } from "../config/reach.ts";
import { Box } from "../crypto/box.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import { AuditOutputError, tryAuditFile } from "./audit_output.ts";
import { failure, type Finding, fine, warning } from "./doctor/finding.ts";
import { examineLive } from "./doctor/live.ts";
import { examineRedis } from "./doctor/redis.ts";
import { examineApi, examinePublicUrl } from "./doctor/web.ts";
import { missingPermissions } from "./permissions.ts";
import { lookThroughVariableFiles } from "./variable_files.ts";

/**
 * Checks everything the server needs: configuration, permissions, key, audit log, Redis, the Cloudways API, its own
 * address.
 *
 * @param options `live`: also compare the replies of the API with what the program expects, with the credentials of the
 * environment.
 */
export async function examine(
  environment: Readonly<Record<string, string>>,
  { clock = systemClock, live = false }: { clock?: Clock; live?: boolean } = {},
): Promise<Finding[]> {
  const files = await variableFiles(environment);
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      ...error.problems.map(({ variable, message }) => failure("configuration", `${variable}: ${message}`)),
      ...files,
    ];
  }
  const keyNames = async () => await (await ringOf(config)).names();
  return [
    fine("configuration", "every variable is understood"),
    ...files,
    await permissions(config),
    await key(config),
    ...await auditLog(config),
    ...await examineRedis(config, { keyNames, clock }),
    await examineApi(config, clock),
    ...await examinePublicUrl(config),
    ...(live ? await examineLive(config, clock) : []),
  ];
}

/** Misspelt names in the files that set variables. */
async function variableFiles(environment: Readonly<Record<string, string>>): Promise<Finding[]> {
  const name = "variables";
  return (await lookThroughVariableFiles(environment)).flatMap(({ file, problems }) =>
    problems.length === 0 ? [fine(name, `every name in ${file} is known`)] : problems.map((text) => warning(name, text))
  );
}

async function permissions(config: Config): Promise<Finding> {
  const missing = await missingPermissions(outboundHosts(config));
  return missing === undefined
    ? fine("permissions", "every host needed may be reached")
    : failure("permissions", missing);
}

function ringOf({ encryptionKeys, customerIdKey }: Config): Promise<KeyRing> {
  return KeyRing.create({ encryptionKeys, ...(customerIdKey && { customerIdKey }) });
}

async function key(config: Config): Promise<Finding> {
  const { encryptionKeys } = config;
  if (encryptionKeys.length === 0) {
    return fine("key", "ENCRYPTION_KEY is not set: a fresh one is made for each process");
  }
  const box = new Box(await ringOf(config));
  const context = { customer: "doctor", purpose: "doctor" };
  const works = await box.open(await box.seal("round trip", context), context) === "round trip";
  return works
    ? fine("key", `a round trip works, ${encryptionKeys.length} in use`)
    : failure("key", "a round trip failed");
}

/** Whether the audit log's file, if one is set, can be written. */
async function auditLog(config: Config): Promise<Finding[]> {
  const name = "audit log";
  if (config.auditLog?.kind !== "file") return [];
  try {
    await tryAuditFile(config.auditLog.path);
    return [fine(name, `${config.auditLog.path} can be written`)];
  } catch (error) {
    if (!(error instanceof AuditOutputError)) throw error;
    return [failure(name, error.message)];
  }
}
