/** The check of Redis at the start: tries every command, and collects warnings for the operator. */
import * as commands from "./commands.ts";
import type { RedisCommand } from "./commands.ts";
import type { RedisConnection } from "./connection.ts";
import { isClusterReply, isReadOnly, lackOf, refusalScope } from "./error_replies.ts";
import type { RedisSubscriptions } from "./subscriptions.ts";
import { formatChannel, formatStoreKey, StoreError } from "../store.ts";

/** Records and approvals of some hundred customers take about this much. */
const SMALL_MEMORY_BYTES = 64 * 1024 * 1024;

/** TTL of the entries that the check writes, if it is cut off before it removes them. */
const TRIAL_TTL_MS = 10_000;

/** How many keys are tried, because a node of a cluster holds only some keys. */
const TRIED_KEYS = 8;

/** What the check found out about a Redis. */
export interface RedisFindings {
  /** Warnings for the operator, each the rest of a sentence that begins with "Redis"; empty if all is well. */
  warnings: string[];
  /** Undefined if this user may not run INFO. */
  settings: RedisSettings | undefined;
}

/** Settings of a Redis that an operator may look for. */
export interface RedisSettings {
  /** Such as `7.0.15`; undefined if it is of another form. */
  version: string | undefined;
  /** What happens when the memory is full: `noeviction`, or what is dropped. */
  policy: string | undefined;
  /** In bytes; 0 for no limit. */
  maxMemory: number;
}

/**
 * Tries every command that the store needs, and reads the settings if this user may see them. Leaves no entries.
 *
 * @throws {StoreError} If this Redis can never serve: it has another mode, or a command or right is missing. Other
 * failures may be over soon, so it does not throw for them.
 */
export async function checkRedis(
  connection: RedisConnection,
  subscriptions: RedisSubscriptions,
): Promise<RedisFindings> {
  const info = await readInfo(connection);
  const mode = MODES.get(info?.get("redis_mode") ?? "");
  if (mode !== undefined) throw connection.failure(mode);
  const failed = await tryCommands(connection, subscriptions);
  if (failed.some(({ error }) => isClusterReply(error.cause))) throw connection.failure(CLUSTER);
  const lacking = failed.filter(({ error }) => refusalScope(error.cause) === "this");
  const [first] = lacking;
  if (first !== undefined) throw connection.failure(explainLack(lacking), first.error.cause);
  const isReplica = info?.get("role") === "slave" || failed.some(({ error }) => isReadOnly(error.cause));
  const settings = info && settingsIn(info);
  return { warnings: [...(isReplica ? [REPLICA] : []), ...memoryWarnings(settings)], settings };
}

const CLUSTER = "is a node of a cluster, which holds only some of the keys: use a Redis without cluster mode";
const REPLICA = "is a read-only replica, so nothing can be confirmed or recorded: set REDIS_URL to the primary";
const MODES: ReadonlyMap<string, string> = new Map([
  ["cluster", CLUSTER],
  ["sentinel", "is a Sentinel, which holds no data: set REDIS_URL to the primary that it watches"],
]);

/** The lines of INFO; undefined if this user may not read them, as with many managed services. */
async function readInfo(connection: RedisConnection): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const info = await connection.run(commands.info());
    const pairs = info.split(/\r?\n/).map((line) => line.split(":", 2));
    return new Map(pairs.map(([name = "", value = ""]) => [name, value]));
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function settingsIn(info: ReadonlyMap<string, string>): RedisSettings {
  const matching = (name: string, form: RegExp) => form.exec(info.get(name) ?? "")?.[0];
  return {
    version: matching("redis_version", /^[\w.-]{1,40}$/),
    policy: matching("maxmemory_policy", /^[a-z-]{1,40}$/),
    maxMemory: Number(matching("maxmemory", /^\d{1,18}$/) ?? 0),
  };
}

interface FailedTrial {
  /** The name of the command in Redis. */
  command: string;
  error: StoreError;
}

async function tryCommands(connection: RedisConnection, subscriptions: RedisSubscriptions): Promise<FailedTrial[]> {
  const start = `start-${crypto.randomUUID()}`;
  const key = (name: string | number) =>
    formatStoreKey({ purpose: "lock", customer: "shared", name: `${start}-${name}` });
  const channel = formatChannel({ kind: "cancellation", customer: "shared", name: start });
  const look = commands.takeTokens(key("bucket"), { capacity: 1, windowSeconds: 1 }, 1000, 0);
  const trial = <T>(command: RedisCommand<T>) => failureOf(command.name, connection.run(command));
  // One connection sends them, so Redis carries them out in this order.
  const trials = [
    ...Array.from({ length: TRIED_KEYS }, (_, index) => trial(commands.get(key(index)))),
    trial(commands.set(key("entry"), "", TRIAL_TTL_MS, false)),
    trial(commands.heads([key("entry")])),
    trial(commands.getdel(key("entry"))),
    trial(commands.xadd(key("list"))),
    trial(commands.type(key("list"))),
    trial(commands.pexpire(key("list"), TRIAL_TTL_MS)),
    trial(commands.xrevrange(key("list"), "+", 1)),
    trial(commands.del(key("list"))),
    trial(commands.time()),
    trial(commands.publish(channel, "")),
    // The first run sends the script's text, the second one only its hash.
    failureOf("eval", connection.run(look).then(() => connection.run(look))),
    failureOf("subscribe", subscriptions.add(channel, () => {}).then((leave) => leave())),
  ];
  return (await Promise.all(trials)).filter((failed) => failed !== undefined);
}

async function failureOf(command: string, work: Promise<unknown>): Promise<FailedTrial | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return { command, error };
    throw error;
  }
}

/** What is missing, and how to correct it. */
function explainLack(lacking: readonly FailedTrial[]): string {
  const lacks = lacking.map(({ command, error }) => lackOf(error.cause, command));
  const named = (kind: string) => [...new Set(lacks.flatMap((lack) => lack.kind === kind ? [lack.command] : []))];
  const unknown = named("unknown");
  if (unknown.some((command) => command.startsWith("EVAL"))) {
    return "runs no Lua scripts (EVAL, EVALSHA), which are needed";
  }
  if (unknown.length > 0) {
    return `does not know ${unknown.join(", ")}: it must be Redis 6.2 or later, or compatible with it`;
  }
  const commandNames = named("command");
  if (commandNames.length > 0) return `does not let this user run ${commandNames.join(", ")}: give it these commands`;
  if (named("key").length > 0) return "does not let this user use the keys cw:*: give it these keys";
  if (named("channel").length > 0) return "does not let this user use the channels cw:*: give it these channels";
  return `sent a malformed reply to ${lacks.map(({ command }) => command).join(", ")}`;
}

function memoryWarnings(settings: RedisSettings | undefined): string[] {
  const { policy = "noeviction", maxMemory: bytes = 0 } = settings ?? {};
  return [
    ...(policy !== "noeviction"
      ? [
        `drops entries when its memory is full (${policy}), approvals and records among them: set maxmemory-policy noeviction`,
      ]
      : []),
    ...(bytes > 0 && bytes < SMALL_MEMORY_BYTES
      ? [`has little memory (${Math.round(bytes / 1024 / 1024)} MB): give it 64 MB or more`]
      : []),
  ];
}
