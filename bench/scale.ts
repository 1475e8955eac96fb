/** More than one core: the threads of `deno serve --parallel`, and two replicas behind one address. */
import { type BenchProcess, FOLDER, start, startOwn, startRedis, startServer } from "./process.ts";
import { acceptCustomers } from "./rates.ts";
import { sendOne } from "./requests.ts";
import { interleave, quietRounds, ratioOf, type Round, type Spread, spreadOf, type Subject } from "./rounds.ts";
import { milliseconds, spread, table } from "./tables.ts";
import { type KindName, KINDS } from "../tests/support/usual_requests.ts";
import { freePort } from "../tests/support/free_port.ts";
import { runWrk } from "./wrk.ts";

/** One way to run the server, beside one process with the same cores. */
export interface ScaleFigures {
  name: string;
  kind: KindName;
  ratio: Spread;
  /** Processor time of one request, that of the balancer too. */
  cpuMs: number;
}

const KIND_NAMES: readonly KindName[] = ["list", "listing"];
const ERA = "2026";
const CUSTOMERS = 100;
const CONCURRENCY = 64;
const SINGLE = "one process";

/** Measures every way for so many rounds. */
export async function measureScale(rounds: number): Promise<ScaleFigures[]> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startOwn("upstream", "driver"));
  const redis = stack.use(await startRedis());
  const common = { upstream, redis, role: "all" } as const;
  const single = stack.use(await startServer("single", common));
  const threads = stack.use(await startServer("threads", { ...common, workers: 2 }));
  const replicas = [
    stack.use(await startServer("replica-1", common)),
    stack.use(await startServer("replica-2", common)),
  ];
  const balancer = stack.use(await startBalancer(replicas));
  const ways = [
    { name: SINGLE, address: single, processes: [single] },
    { name: "`deno serve --parallel`, two threads", address: threads, processes: [threads] },
    { name: "two replicas behind nginx", address: balancer, processes: [balancer, ...replicas] },
  ];
  const found: ScaleFigures[] = [];
  for (const { address } of ways) await acceptCustomers(new URL(`${address.url}/mcp`), CUSTOMERS);
  for (const kindName of KIND_NAMES) {
    const kind = KINDS[kindName];
    const subjects: Subject[] = [];
    for (const { name, address, processes } of ways) {
      const url = new URL(`${address.url}/mcp`);
      const right = await sendOne(url, kind, ERA);
      const load = { url, kind, era: ERA, customers: CUSTOMERS, concurrency: CONCURRENCY, seconds: 1 } as const;
      subjects.push({ name, processes, run: { ...load, right, onlyLength: true } });
    }
    for (const { run } of subjects) await runWrk(run);
    found.push(...figuresOf(kindName, await interleave(subjects, rounds, [upstream, redis])));
  }
  return found;
}

function figuresOf(kind: KindName, rounds: ReadonlyMap<string, Round[]>): ScaleFigures[] {
  const base = rounds.get(SINGLE) ?? [];
  return [...rounds].map(([name, own]) => ({
    name,
    kind,
    ratio: ratioOf(own, base),
    cpuMs: spreadOf(quietRounds(own).map(({ cpuMs }) => cpuMs)).median,
  }));
}

/** The table of the page. */
export function scaleTable(figures: readonly ScaleFigures[]): string {
  const head = ["how it runs", "request", "requests per second beside one process", "CPU"];
  return table(
    head,
    figures.map(({ name, kind, ratio, cpuMs }) => [
      name,
      KINDS[kind].name,
      name === SINGLE ? "1" : spread(ratio),
      `${milliseconds(cpuMs)} ms`,
    ]),
    2,
  );
}

/** nginx in front of replicas: it gives each the next request, over connections that stay open. */
async function startBalancer(replicas: readonly BenchProcess[]): Promise<BenchProcess> {
  const port = freePort();
  const servers = replicas.map(({ url }) => `server ${new URL(url).host};`).join(" ");
  const folder = await Deno.realPath(FOLDER);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
    `${name}_temp_path ${folder}/nginx_${name};`
  );
  const configuration = `
daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx_error.log;
events { worker_connections 1024; }
http {
  access_log off; ${temporary.join(" ")}
  upstream replicas { ${servers} keepalive 128; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / { proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; }
  }
}
`;
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration);
  const words = ["nginx", "-c", `${folder}/nginx.conf`, "-e", `${folder}/nginx_error.log`];
  return await start({ name: "nginx", port, role: "all", words });
}
