import { type Call, type Handlers, list, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { exampleOf, operationById } from "../facts.ts";
import { isRecord } from "../read_request.ts";
import { invalidField } from "../refusals.ts";
import { report, startOperation } from "./start.ts";

/** Figures about servers and applications. */
export const monitoringHandlers: Handlers = {
  monitoring_server_summary: (call) => ({ content: text(call, "type") === "db" ? diskPoints(call) : bandwidth(call) }),
  monitoring_server_graph: serverGraph,
  // The cells are texts; live the columns have no names.
  monitoring_server_usage: (call) =>
    report(call, "server_usage", () => ({
      server: { disk_used_perc: "41%", ram_used_perc: "63%", cpu_used_perc: "12%" },
      applications: {
        ...(call.forms === "live" ? {} : { header: ["Application", "CPU", "RAM"] }),
        body: call.server.apps.map((app, index) => [app.sys_user, `${1.5 + index}`, `${120 + index * 35}`]),
      },
    })),
  // The sizes are in KB; despite its name the first kind holds no bandwidth.
  monitoring_app_summary: (call) => ({ content: text(call, "type") === "db" ? tables() : folders(call) }),

  analytics_app_traffic: (call) => analytics(call, "app_traffic"),
  analytics_app_traffic_details: (call) => analytics(call, "app_traffic_details"),
  analytics_app_php: (call) => analytics(call, "app_php"),
  analytics_app_mysql: (call) => analytics(call, "app_mysql"),
  analytics_app_cron: (call) => analytics(call, "app_cron"),
  // The only known client calls the reply unreliable; the documents show an empty text.
  monitoring_app_graph: (call) => ({
    contents: call.forms === "live" ? JSON.stringify([{ target: text(call, "target"), datapoints: [] }]) : "",
  }),
};

/** Header and rows of every report, made up. */
const tablesOf: Readonly<Record<string, { header: string[]; body: unknown[][] }>> = {
  top_ips: { header: ["IP", "Count"], body: [["198.51.100.7", 420], ["203.0.113.99", 97]] },
  top_bots: { header: ["Bot", "Count"], body: [["examplebot", 61], ["otherbot", 12]] },
  top_urls: { header: ["URL", "Count"], body: [["/", 310], ["/checkout", 44]] },
  top_statuses: { header: ["Status", "Count"], body: [["200", 120], ["404", 3]] },
  url_durations: { header: ["URL", "Avg. Duration"], body: [["/", 0.31], ["/checkout", 1.24]] },
  processes: { header: ["Process", "CPU", "Memory"], body: [["php-fpm: pool www", 2.1, 84]] },
  slow_pages: {
    header: ["URL", "Occurrences", "Max Time", "Avg. Duration"],
    body: [["/checkout", 4, 6.2, 3.9], ["/search", 2, 4.8, 4.1]],
  },
  running_queries: { header: ["Id", "Query", "Time"], body: [["17", "SELECT 1", 0]] },
  slow_queries: {
    header: ["Query", "Execution Time", "Occurrences"],
    body: [["SELECT * FROM wp_options WHERE autoload = 'yes'", 2.4, 18]],
  },
  crons: { header: ["Command", "Runs"], body: [["php cron.php", 12]] },
};

function analytics(call: Call, type: string): unknown {
  const resource = text(call, "resource") || "crons";
  const { header = [], body: usual = [] } = tablesOf[resource] ?? {};
  const body = call.app.reports[resource] ?? usual;
  const chosen = list(call, "resource_list");
  const rows = chosen.length === 0 ? body : body.filter(([first]) => chosen.includes(String(first)));
  return report(call, type, () => ({
    created_at: recordTime(call.clock.now()),
    [resource]: { header, body: rows, footer: [], from: text(call, "from"), until: text(call, "until") },
  }));
}

/** `[value, unix seconds]` under the month's name. */
function bandwidth(call: Call): unknown[] {
  return [{ name: "bandwidth_monthly", datapoint: [2037.76, seconds(call)], type: "bw" }];
}

/**
 * MB for every application, under its Unix user, measured once a day. Live, there are other kinds of rows among them.
 */
function diskPoints(call: Call): unknown[] {
  const apps = call.server.apps.map((app, index) => ({
    name: app.sys_user,
    datapoint: [812.4 + index * 100, seconds(call)],
    type: "apps",
  }));
  return call.forms === "live" ? [...apps, { name: "mysql", datapoint: null, type: "process" }] : apps;
}

function folders(call: Call): unknown {
  const app_home = 1_513_700 + call.app.id % 1000;
  return { app_home, app_mysql: 25_554.2, total: app_home + 25_554.2 };
}

function tables(): unknown[] {
  return [{ name: "wp_options", size: 18_064 }, { name: "wp_posts", size: 9120 }];
}

/**
 * Live, the answer comes at once, as JSON in a text. The documents spell the member otherwise, and use tasks for long
 * spans.
 */
function serverGraph(call: Call): unknown {
  const target = text(call, "target");
  const duration = text(call, "duration");
  if (!targetsOf(call.server.cloud).includes(target)) throw invalidField("target", "in", "The target is invalid.");
  if (!durations().includes(duration)) throw invalidField("duration", "in", "The duration is invalid.");
  const content = text(call, "output_format") === "svg"
    ? '<svg xmlns="http://www.w3.org/2000/svg"></svg>'
    : JSON.stringify([{ target, datapoints: points(call, target, duration) }]);
  if (call.forms === "live") return { content };
  if (duration === "1 Hour") return { contents: content, status: true };
  const task = startOperation(call, "server_graph", undefined, { idForm: "uuid", result: () => ({ content }) });
  return { status: true, task_id: task.id };
}

/** Seconds between two points, and how many there are. */
const stepsOf: Readonly<Record<string, readonly [seconds: number, count: number]>> = {
  "1 Hour": [300, 12],
  "12 Hours": [300, 144],
  "1 Day": [3600, 24],
  "7 Days": [3600, 168],
  "1 Month": [21_600, 120],
};

/** The lowest and highest values of a target; no reply names the units. */
const rangeOf: Readonly<Record<string, readonly [low: number, high: number]>> = {
  "Idle CPU": [40, 95],
  "Free Disk": [18, 22],
  "Free Disk (Data)": [18, 22],
  "Free Disk (DB)": [9, 11],
  "Free memory": [180_000_000, 420_000_000],
  "Monthly Bandwidth": [1, 40],
  "Incoming network traffic": [0, 4],
  "Outgoing network traffic": [0, 12],
  "Auto-healing Restarts": [0, 1],
  "MySQL Connections": [1, 30],
};

/** The disk is measured every half hour. One point in the middle has no value, and the last is not finished. */
function points(call: Call, target: string, duration: string): [number | null, number][] {
  const [step, count] = stepsOf[duration] ?? [300, 12];
  const [low, high] = rangeOf[target] ?? [0, 100];
  const every = target.startsWith("Free Disk") ? Math.max(step, 1800) : step;
  const shown = Math.max(2, Math.floor(count * step / every));
  const now = seconds(call) - call.server.graphLag;
  const set = call.server.graphs[target];
  if (set !== undefined) return set.map((value, index) => [value, now - (set.length - 1 - index) * every]);
  return Array.from({ length: shown }, (_, index) => {
    const value = low + call.random.next() * (high - low);
    const isGap = index === shown - 1 || (shown > 6 && index === Math.floor(shown / 2));
    return [isGap ? null : readable(target, value), now - (shown - 1 - index) * every];
  });
}

/** Counts are whole numbers; other figures have two digits after the point. */
function readable(target: string, value: number): number {
  return target === "Auto-healing Restarts" ? Math.floor(value) : Math.round(value * 100) / 100;
}

function targetsOf(cloud: string): unknown[] {
  const targets = exampleMember("list_monitor_targets", "targets");
  const found = isRecord(targets) ? targets[cloud === "amazon" || cloud === "gce" ? "amazon" : "do"] : undefined;
  return Array.isArray(found) ? found : [];
}

function durations(): unknown[] {
  const found = exampleMember("list_monitor_durations", "durations");
  return Array.isArray(found) ? found : [];
}

function exampleMember(operationId: string, member: string): unknown {
  const example = exampleOf(operationById(operationId));
  return isRecord(example) ? example[member] : undefined;
}

function seconds(call: Call): number {
  return Math.floor(call.clock.now() / 1000);
}
