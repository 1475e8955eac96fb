/** Requests per second of our server beside the floor, and what they cost. */
import { interleave, quietRounds, ratioOf, type Round, type Spread, spreadOf, type Subject } from "./rounds.ts";
import { type BenchProcess, startOwn, startRedis, startServer } from "./process.ts";
import { sendOne } from "./requests.ts";
import { type Era, type Kind, type KindName, KINDS } from "../tests/support/usual_requests.ts";
import { runWrk } from "./wrk.ts";

/** One line of a table: a kind of request under one load. */
export interface RateRow {
  kind: KindName;
  era: Era;
  concurrency: number;
  customers: number;
  /** Requests per second of the floor. */
  floorPerSecond: number;
  /** What we measured, by the name of the server. */
  servers: Map<string, RateFigures>;
  /** How many rounds there were, and how many of them other programs disturbed. */
  rounds: number;
  disturbed: number;
  /** The busiest that the driver was, as a share of its core. */
  driver: number;
}

/** One server beside the floor. */
export interface RateFigures {
  /** Requests per second as a share of the floor's. */
  ratio: Spread;
  /** Processor time of one request in milliseconds. */
  cpuMs: number;
  floorCpuMs: number;
  /** The 99th and the 50th percentile of the time to answer, as multiples of the floor's 99th. */
  p99: number;
  p50: number;
}

/** One line that is to be measured. */
export type RatePlan = Pick<RateRow, "kind" | "era" | "concurrency" | "customers">;

/** The servers of a bench, running. */
export interface Stage extends AsyncDisposable {
  floor: BenchProcess;
  floorWithRedis: BenchProcess;
  ours: ReadonlyMap<string, BenchProcess>;
  duties: BenchProcess;
  sdk: BenchProcess;
  upstream: BenchProcess;
  redis: BenchProcess;
}

/** The names of our servers in the tables. */
export const EMBEDDED = "embedded";
export const REDIS = "Redis";
export const SDK = "SDK";
export const DUTIES = "duties";

/** What the server of the duties answers. */
const WITH_DUTIES: readonly KindName[] = ["ping", "own", "listing", "read"];

/** Starts everything. */
export async function startStage(): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  const upstream = started.use(await startOwn("upstream", "driver"));
  const redis = started.use(await startRedis());
  const ours = new Map([
    [EMBEDDED, started.use(await startServer("embedded", { upstream }))],
    [REDIS, started.use(await startServer("with-redis", { upstream, redis }))],
  ]);
  const floor = started.use(await startOwn("floor", "server"));
  const floorWithRedis = started.use(await startOwn("floor", "server", [redis.redisUrl]));
  const duties = started.use(await startOwn("duties", "server"));
  const sdk = started.use(await startOwn("plain_sdk", "server"));
  const all = started.move();
  return { floor, floorWithRedis, ours, duties, sdk, upstream, redis, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Lets each customer read the list of servers: it is known then, and so is its list, for a minute. */
export async function acceptCustomers(url: URL, count: number, from = 0): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < count) await sendOne(url, KINDS.listing, "2025", next++);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** A run of one kind of request while a server warms up. */
const WARM_UP = { concurrency: 32, customers: 100, seconds: 4, onlyLength: true };

/** V8 goes on compiling for so many requests of a kind. */
const WARM_UP_REQUESTS = 30_000;

/**
 * Lets our servers answer every kind of request until V8 has compiled what runs often, since a server in production has
 * run for long. The plain server of the SDK, which answers far fewer, gets one run of each.
 */
export async function warmUp(stage: Stage): Promise<void> {
  const { ours, duties, sdk } = stage;
  for (const [name, kind] of Object.entries<Kind>(KINDS)) {
    for (const era of kind.eras) {
      for (const { url } of ours.values()) await warmUpFor(new URL(`${url}/mcp`), kind, era, WARM_UP_REQUESTS);
      if (WITH_DUTIES.some((one) => one === name)) {
        const url = await teach(duties, stage, kind, era, await rightAnswer(stage, kind, era));
        await warmUpFor(url, kind, era, WARM_UP_REQUESTS);
      }
      if (kind.bySdk) await warmUpFor(new URL(`${sdk.url}/mcp`), kind, era, 1);
    }
  }
}

async function warmUpFor(url: URL, kind: Kind, era: Era, least: number): Promise<void> {
  const right = await sendOne(url, kind, era);
  const customers = kind.anonymous ? 1 : WARM_UP.customers;
  for (let answered = 0; answered < least;) {
    answered += (await runWrk({ ...WARM_UP, customers, url, kind, era, right })).requests;
  }
}

/** Measures one line. */
export async function measureRate(stage: Stage, plan: RatePlan, rounds: number): Promise<RateRow> {
  // The list of servers is kept for a minute: without this, the rounds of many customers would fetch it again.
  for (const { url } of stage.ours.values()) await acceptCustomers(new URL(`${url}/mcp`), plan.customers);
  const subjects = await subjectsOf(stage, plan);
  for (const { run } of subjects) await runWrk({ ...run, seconds: 1 });
  const found = await interleave(subjects, rounds, [stage.upstream, stage.redis]);
  const all = [...found.values()].flat();
  const floor = found.get("floor") ?? found.get(`floor of ${EMBEDDED}`) ?? [];
  const floorOf = (name: string) => found.get(`floor of ${name}`) ?? floor;
  const servers = [...found].filter(([name]) => !name.startsWith("floor")).map(([name, own]) =>
    [name, figures(own, floorOf(name))] as const
  );
  return {
    ...plan,
    floorPerSecond: spreadOf(quietRounds(floor).map(({ perSecond }) => perSecond)).median,
    servers: new Map(servers),
    rounds: all.length,
    disturbed: all.filter(({ disturbed }) => disturbed).length,
    driver: Math.max(...all.map(({ driver }) => driver)),
  };
}

function figures(own: readonly Round[], floor: readonly Round[]): RateFigures {
  const middle = (rounds: readonly Round[], of: (round: Round) => number) =>
    spreadOf(quietRounds(rounds).map(of)).median;
  const floorP99 = middle(floor, ({ p99 }) => p99);
  return {
    ratio: ratioOf(own, floor),
    cpuMs: middle(own, ({ cpuMs }) => cpuMs),
    floorCpuMs: middle(floor, ({ cpuMs }) => cpuMs),
    p99: middle(own, ({ p99 }) => p99) / floorP99,
    p50: middle(own, ({ p50 }) => p50) / floorP99,
  };
}

/** The servers that one line compares, the floor first; each is told or asked what the right answer is. */
async function subjectsOf(stage: Stage, { kind: kindName, era, concurrency, customers }: RatePlan): Promise<Subject[]> {
  const kind: Kind = KINDS[kindName];
  const load = { kind, era, customers: kind.anonymous ? 1 : customers, concurrency, seconds: 1 };
  const subjects: Subject[] = [];
  for (const [name, process] of stage.ours) {
    const url = new URL(`${process.url}/mcp`);
    const right = await sendOne(url, kind, era);
    const run = { ...load, url, right, onlyLength: kind.varies === true };
    // The floor of a read with Redis does a command there too; all other floors are the same.
    const floor = kind.floor === "fetch" && name === REDIS ? stage.floorWithRedis : stage.floor;
    const floorName = kind.floor === "fetch" ? `floor of ${name}` : "floor";
    if (!subjects.some((subject) => subject.name === floorName)) {
      const floorUrl = await teach(floor, stage, kind, era, right);
      subjects.push({ name: floorName, processes: [floor], run: { ...run, url: floorUrl, onlyLength: false } });
    }
    subjects.push({ name, processes: [process], run });
  }
  if (WITH_DUTIES.includes(kindName)) {
    const right = await rightAnswer(stage, kind, era);
    const url = await teach(stage.duties, stage, kind, era, right);
    subjects.push({ name: DUTIES, processes: [stage.duties], run: { ...load, url, right, onlyLength: true } });
  }
  if (kind.bySdk) {
    const url = new URL(`${stage.sdk.url}/mcp`);
    const right = await sendOne(url, kind, era);
    subjects.push({ name: SDK, processes: [stage.sdk], run: { ...load, url, right, onlyLength: false } });
  }
  return subjects;
}

/** What our server answers. */
async function rightAnswer({ ours }: Stage, kind: Kind, era: Era): Promise<string> {
  const [first] = ours.values();
  if (first === undefined) throw new Error("A bench has a server.");
  return await sendOne(new URL(`${first.url}/mcp`), kind, era);
}

/** Tells a floor what it answers, and returns the address where it does. */
async function teach(floor: BenchProcess, stage: Stage, kind: Kind, era: Era, right: string): Promise<URL> {
  const url = new URL(`${floor.url}/${era}/${kind.method}`);
  const upstream = `${stage.upstream.url}/api/v2/server/manage/settings?server_id=100001`;
  const query = kind.floor === "fetch" ? `?fetch=${encodeURIComponent(upstream)}` : "";
  const response = await fetch(url.href + query, { method: "PUT", body: right });
  if (!response.ok) throw new Error(`The floor does not learn: ${response.status}`);
  return url;
}
