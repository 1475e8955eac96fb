/** What grows with the servers of an account: answers, requests to Cloudways, and processor time of each wide read. */
import { cpuTimes } from "./machine.ts";
import { type BenchProcess, startOwn, startServer } from "./process.ts";
import { milliseconds, ratio, table } from "./tables.ts";
import { type Kind, messageOf, tokenOf } from "../tests/support/usual_requests.ts";

/** Applications of each server. */
const APPS = 5;

/** The tools that read many servers, and one that reads one application of many. */
const TOOLS: readonly [name: string, args: Record<string, unknown>][] = [
  ["get_app_details", { app_id: 200001 }],
  ["find_resources", { query: "200001" }],
  ["list_servers", {}],
  ["list_domains", {}],
  ["get_account_health", {}],
  ["get_weekly_report", {}],
];

/** One tool on an account of one size. */
export interface FleetFigures {
  tool: string;
  servers: number;
  /** Characters of the answer. */
  characters: number;
  /** Requests to Cloudways: of the first call, and of a later one. */
  firstRequests: number;
  requests: number;
  /** Processor time and time of a later call. */
  cpuMs: number;
  ms: number;
}

/** How long calls are repeated before they are measured, and then. */
const WARM_UP_MS = 3000;
const MEASURE_MS = 1500;

/** Measures each tool on accounts of these sizes. */
export async function measureFleet(sizes: readonly number[]): Promise<FleetFigures[]> {
  const found: FleetFigures[] = [];
  for (const servers of sizes) {
    await using upstream = await startOwn("upstream", "driver", [String(servers), String(APPS), "end"]);
    await using server = await startServer("fleet", { upstream });
    for (const [index, [tool, args]] of TOOLS.entries()) {
      // A customer of its own, so that the first call finds nothing in a cache.
      found.push(await measureTool({ tool, args, servers, customer: index }, server, upstream));
    }
  }
  return found;
}

async function measureTool(
  { tool, args, servers, customer }: { tool: string; args: Record<string, unknown>; servers: number; customer: number },
  server: BenchProcess,
  upstream: BenchProcess,
): Promise<FleetFigures> {
  const kind: Kind = { name: tool, method: "tools/call", params: { name: tool, arguments: args }, eras: ["2026"] };
  const call = async () => {
    const { headers, body } = messageOf(kind, "2026", tokenOf(customer));
    const response = await fetch(`${server.url}/mcp`, { method: "POST", headers, body });
    return await response.text();
  };
  const before = await requestsAt(upstream);
  const text = await call();
  const afterFirst = await requestsAt(upstream);
  await repeat(WARM_UP_MS, call);
  const [startedAt, startRequests, start] = [performance.now(), await requestsAt(upstream), await cpuOf(server)];
  const calls = await repeat(MEASURE_MS, call);
  const ms = (performance.now() - startedAt) / calls;
  const cpuMs = (await cpuOf(server) - start) / calls;
  const requests = (await requestsAt(upstream) - startRequests) / calls;
  return { tool, servers, characters: text.length, firstRequests: afterFirst - before, requests, cpuMs, ms };
}

/** Repeats a call for so long, at least once; returns how often. */
async function repeat(milliseconds: number, call: () => Promise<unknown>): Promise<number> {
  const endsAt = performance.now() + milliseconds;
  let calls = 0;
  do {
    await call();
    calls++;
  } while (performance.now() < endsAt);
  return calls;
}

/** The table of the page. */
export function fleetTable(figures: readonly FleetFigures[]): string {
  const first = new Map<string, number>();
  const rows = figures.map(({ tool, servers, characters, firstRequests, requests, cpuMs, ms }) => {
    if (!first.has(tool)) first.set(tool, cpuMs);
    return {
      tool,
      cells: [
        `\`${tool}\``,
        String(servers),
        characters.toLocaleString("en"),
        String(firstRequests),
        String(Math.round(requests * 10) / 10),
        `${milliseconds(cpuMs)} ms`,
        `${ratio(cpuMs / (first.get(tool) ?? NaN))} ×`,
        `${milliseconds(ms)} ms`,
      ],
    };
  });
  const sorted = TOOLS.flatMap(([tool]) => rows.filter((row) => row.tool === tool).map(({ cells }) => cells));
  const head = [
    "tool",
    "servers",
    "characters",
    "requests, first call",
    "requests, later",
    "CPU",
    "CPU beside one server",
    "time",
  ];
  return table(head, sorted);
}

async function cpuOf({ pid }: BenchProcess): Promise<number> {
  return (await cpuTimes([pid])).processes.get(pid) ?? 0;
}

async function requestsAt({ url }: BenchProcess): Promise<number> {
  const { requests } = await (await fetch(`${url}/counted`)).json();
  return Number(requests);
}
