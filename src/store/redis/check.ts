/** What a Redis must be able to do, tried at the start, and what an operator should know of it. */
import * as commands from "./commands.ts";
import type { RedisCommand } from "./commands.ts";
import type { RedisConnection } from "./connection.ts";
import { isClusterReply, isReadOnly, lackOf, refusalOf } from "./error_replies.ts";
import type { RedisSubscriptions } from "./subscriptions.ts";
import { formatChannel, formatStoreKey, StoreError } from "../store.ts";

/** Records and approvals of some hundred customers take about as much. */
const SMALL_MEMORY_BYTES = 64 * 1024 * 1024;

/** How long what the check writes stands where the check is cut off. */
const TRIAL_TTL_MS = 10_000;

/** How many keys are tried, since a node of a cluster holds only some of them. */
const TRIED_KEYS = 8;

/**
 * Tries every command that the store needs, and looks at the settings where this user may see them. Leaves nothing.
 *
 * @returns What an operator should know, as the rest of a sentence that begins with "Redis"; empty where all is well.
 * @throws {StoreError} Where this Redis can never serve: it has another mode, or a command or right is missing. Other
 * failures may be over in a moment.
 */
export async function checkRedis(connection: RedisConnection, subscriptions: RedisSubscriptions): Promise<string[]> {
  const settings = await readSettings(connection);
  const mode = MODES.get(settings.get("redis_mode") ?? "");
  if (mode !== undefined) throw connection.failure(mode);
  const failed = await tryCommands(connection, subscriptions);
  if (failed.some(({ error }) => isClusterReply(error.cause))) throw connection.failure(CLUSTER);
  const lacking = failed.filter(({ error }) => refusalOf(error.cause) === "this");
  const [first] = lacking;
  if (first !== undefined) throw connection.failure(explainLack(lacking), first.error.cause);
  const isReplica = settings.get("role") === "slave" || failed.some(({ error }) => isReadOnly(error.cause));
  return [...(isReplica ? [REPLICA] : []), ...memoryWarnings(settings)];
}

const CLUSTER = "is a node of a cluster, which holds only some of the keys: use a Redis without cluster mode";
const REPLICA = "is a read-only replica, so nothing can be confirmed or recorded: set REDIS_URL to the primary";
const MODES: ReadonlyMap<string, string> = new Map([
  ["cluster", CLUSTER],
  ["sentinel", "is a Sentinel, which holds no data: set REDIS_URL to the primary that it watches"],
]);

/** What Redis tells of itself; empty where this user may not ask, as with many managed services. */
async function readSettings(connection: RedisConnection): Promise<ReadonlyMap<string, string>> {
  try {
    const info = await connection.run(commands.info());
    const pairs = info.split(/\r?\n/).map((line) => line.split(":", 2));
    return new Map(pairs.map(([name = "", value = ""]) => [name, value]));
  } catch (error) {
    if (error instanceof StoreError) return new Map();
    throw error;
  }
}

interface Failed {
  /** As Redis names it. */
  command: string;
  error: StoreError;
}

async function tryCommands(connection: RedisConnection, subscriptions: RedisSubscriptions): Promise<Failed[]> {
  const start = `start-${crypto.randomUUID()}`;
  const key = (name: string | number) =>
    formatStoreKey({ purpose: "lock", customer: "shared", name: `${start}-${name}` });
  const channel = formatChannel({ kind: "cancellation", customer: "shared", name: start });
  const look = commands.takeTokens(key("bucket"), { capacity: 1, windowSeconds: 1 }, 1000, 0);
  const trial = <T>(command: RedisCommand<T>) => failureOf(command.name, connection.run(command));
  // Sent one after the other over one connection, and carried out in this order.
  const trials = [
    ...Array.from({ length: TRIED_KEYS }, (_, index) => trial(commands.get(key(index)))),
    trial(commands.set(key("entry"), "", TRIAL_TTL_MS, false)),
    trial(commands.getdel(key("entry"))),
    trial(commands.xadd(key("list"))),
    trial(commands.type(key("list"))),
    trial(commands.pexpire(key("list"), TRIAL_TTL_MS)),
    trial(commands.xrevrange(key("list"), "+", 1)),
    trial(commands.del(key("list"))),
    trial(commands.time()),
    trial(commands.publish(channel, "")),
    // A script is sent as it is the first time, and by its name from then on.
    failureOf("eval", connection.run(look).then(() => connection.run(look))),
    failureOf("subscribe", subscriptions.add(channel, () => {}).then((leave) => leave())),
  ];
  return (await Promise.all(trials)).filter((failed) => failed !== undefined);
}

async function failureOf(command: string, work: Promise<unknown>): Promise<Failed | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return { command, error };
    throw error;
  }
}

/** What is missing and how to mend it. */
function explainLack(lacking: readonly Failed[]): string {
  const lacks = lacking.map(({ command, error }) => lackOf(error.cause, command));
  const named = (kind: string) => [...new Set(lacks.flatMap((lack) => lack.kind === kind ? [lack.command] : []))];
  const unknown = named("unknown");
  if (unknown.some((command) => command.startsWith("EVAL"))) {
    return "runs no Lua scripts (EVAL, EVALSHA), which are needed";
  }
  if (unknown.length > 0) return `does not know ${unknown.join(", ")}: it must be Redis 6.2 or later, or be like it`;
  const commandNames = named("command");
  if (commandNames.length > 0) return `does not let this user run ${commandNames.join(", ")}: give it these commands`;
  if (named("key").length > 0) return "does not let this user use the keys cw:*: give it these keys";
  if (named("channel").length > 0) return "does not let this user use the channels cw:*: give it these channels";
  return `gave a reply of a wrong form to ${lacks.map(({ command }) => command).join(", ")}`;
}

function memoryWarnings(settings: ReadonlyMap<string, string>): string[] {
  const policy = settings.get("maxmemory_policy") ?? "noeviction";
  const bytes = Number(settings.get("maxmemory") ?? 0);
  const evicts = policy !== "noeviction" && /^[a-z-]{1,40}$/.test(policy);
  return [
    ...(evicts
      ? [
        `drops entries when its memory is full (${policy}), approvals and records among them: set maxmemory-policy noeviction`,
      ]
      : []),
    ...(bytes > 0 && bytes < SMALL_MEMORY_BYTES
      ? [`has little memory (${Math.round(bytes / 1024 / 1024)} MB): give it 64 MB or more`]
      : []),
  ];
}
