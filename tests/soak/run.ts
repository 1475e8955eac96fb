/** One soak: two replicas, one Redis, the sandbox Cloudways, callers, and faults. */
import { ACCOUNTS, prepareCustomers } from "../support/customers.ts";
import { TEST_KEYS } from "../support/keys.ts";
import type { ProgramEnv } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { createRandom, seedFrom } from "../sandbox/prng.ts";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { Caller } from "./caller.ts";
import { trimAccounts } from "./trim_accounts.ts";
import { Ledger } from "./ledger.ts";
import { makeCalls } from "./load.ts";
import { checkLogs, type LogFigures } from "./log_checks.ts";
import { judgeMemory, type MemoryVerdict, MemoryWatch } from "./memory.ts";
import { openFiles } from "./open_files.ts";
import { Outages } from "./outages.ts";
import { Replica } from "./replicas.ts";
import { troubleUpstream } from "./upstream_faults.ts";
import { checkUpstream, type UpstreamFigures } from "./upstream_checks.ts";
import { Wire } from "./wire.ts";

/** Options of a soak. */
export interface SoakOptions {
  seconds: number;
  /** Faults and calls derive from it; their exact times depend on the machine. */
  seed: number;
  callers: number;
}

/** Files and sockets of one idle replica. */
export interface FilesFigure {
  name: string;
  /** Undefined if the system does not show them. */
  before: number | undefined;
  after: number | undefined;
}

/** What a soak found. */
export interface SoakReport {
  options: SoakOptions;
  ledger: Ledger;
  upstream: UpstreamFigures;
  logs: LogFigures;
  memory: readonly MemoryVerdict[];
  files: readonly FilesFigure[];
}

const BUCKET = { capacity: 60, windowSeconds: 10, replicas: 2 } as const;
const ENCRYPTION_KEY = TEST_KEYS[0];

/** Idle connections that come and go by themselves. */
const FILES_SLACK = 4;
/** How many calls may fail since a busy machine makes Redis slow. */
const SLOW_REDIS_SHARE = 0.02;
/** Longer than Deno keeps an idle connection to Cloudways. */
const REST_MS = 100_000;

/** Runs a soak to its end, and checks everything. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using stack = new AsyncDisposableStack();
  const ledger = new Ledger();
  const sandbox = stack.use(
    await startSandbox({
      accounts: ACCOUNTS,
      rateLimitPerMinute: 1_000_000,
      exchangesPerMinute: 1_000_000,
      pace: { polls: 1, seconds: 1 },
    }),
  );
  const redis = await startRedis();
  const replicas: Replica[] = [];
  const env = envOf(sandbox, redis.url);
  for (const name of ["replica one", "replica two"]) replicas.push(stack.use(await Replica.start(name, env)));
  const watch = new MemoryWatch(replicas);
  const outages = stack.use(
    new Outages({
      redis,
      replicas,
      sandbox,
      ledger,
      random: randomFor("outages", options),
      onRestart: (replica, phase) => phase === "ends" ? watch.end(replica) : watch.begin(replica),
    }),
  );
  const before = await filesOf(replicas);
  await work({ options, ledger, sandbox, replicas, outages, watch });
  const files = await awaitRest(replicas, before, ledger);
  const upstream = checkUpstream(sandbox, ledger, BUCKET);
  const verdicts = watch.lives().map(judgeMemory);
  noteGrowth(verdicts, ledger);
  if (ledger.slowRedis.length > ledger.calls * SLOW_REDIS_SHARE) {
    ledger.breach("code", `${ledger.slowRedis.length} calls failed without Redis although it was there`);
  }
  const written = replicas.map(({ log }) => log);
  const logs = await checkLogs(written, { sandbox, ledger, writes: upstream.writes, env: { ENCRYPTION_KEY } });
  return { options, ledger, upstream, logs, memory: verdicts, files };
}

function envOf(sandbox: Sandbox, redisUrl: string): ProgramEnv {
  return {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    REDIS_URL: redisUrl,
    ENCRYPTION_KEY,
    RATE_LIMIT_REQUESTS: String(BUCKET.capacity),
    RATE_LIMIT_WINDOW: String(BUCKET.windowSeconds),
    LOG_FORMAT: "json",
    LOG_LEVEL: "DEBUG",
  };
}

interface Parts {
  options: SoakOptions;
  ledger: Ledger;
  sandbox: Sandbox;
  replicas: readonly Replica[];
  outages: Outages;
  watch: MemoryWatch;
}

/** Callers call during the faults; then everything in flight completes. */
async function work({ options, ledger, sandbox, replicas, outages, watch }: Parts): Promise<void> {
  const { seconds, seed } = options;
  using wire = new Wire(replicas, ledger);
  const customers = await prepareCustomers(sandbox, ENCRYPTION_KEY);
  const endsAt = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= endsAt && outages.hasShownAll;
  let allEnded = false;
  const callers = Array.from(
    { length: options.callers },
    (_, index) => makeCalls(new Caller({ index, seed, customers, wire, ledger }), isOver),
  );
  const background = [
    troubleUpstream({ sandbox, ledger, random: randomFor("upstream", options) }, isOver),
    outages.run(isOver, Math.min(6_000, seconds * 60)),
    trimAccounts(customers.map(({ account }) => account), () => allEnded),
    watch.run(() => allEnded),
  ];
  await Promise.all(callers);
  allEnded = true;
  await Promise.all(background);
}

function randomFor(part: string, { seed }: SoakOptions) {
  return createRandom(seedFrom(part, seed));
}

async function filesOf(replicas: readonly Replica[]): Promise<(number | undefined)[]> {
  return await Promise.all(replicas.map(({ pid }) => openFiles(pid)));
}

/** Without calls, connections close until as many are left as at the start. */
async function awaitRest(
  replicas: readonly Replica[],
  before: readonly (number | undefined)[],
  ledger: Ledger,
): Promise<FilesFigure[]> {
  const until = performance.now() + REST_MS;
  const tooMany = (files: FilesFigure) => (files.after ?? 0) > (files.before ?? Infinity) + FILES_SLACK;
  while (true) {
    const after = await filesOf(replicas);
    const figures = replicas.map(({ name }, index) => ({ name, before: before[index], after: after[index] }));
    const left = figures.filter(tooMany);
    if (left.length === 0) return figures;
    if (performance.now() > until) {
      for (const { name, before, after } of left) ledger.breach("files", `${name}: ${before} before, ${after} after`);
      return figures;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function noteGrowth(verdicts: readonly MemoryVerdict[], ledger: Ledger): void {
  for (const { name, resident, heap } of verdicts) {
    for (const [what, figure] of Object.entries({ resident, heap })) {
      const { earlyMb, lateMb, grows } = figure;
      if (grows) ledger.breach("memory", `${name}, ${what}: ${earlyMb.toFixed(1)} MB, then ${lateMb.toFixed(1)} MB`);
    }
  }
}
