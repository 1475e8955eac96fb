/** States of the sandbox that `diagnose_app` has to tell apart: each cause just provoked, and just not. */
import type { CauseKind } from "../../src/tools/basic/diagnosis/causes.ts";
import { gitTime, restorePoint } from "../sandbox/dates.ts";
import type { AppState, FakeClock, Sandbox, ServerState } from "../sandbox/mod.ts";

const MINUTE = 60_000;
/** Points of a graph over twelve hours; those of the disk are half an hour apart. */
const POINTS = 144;
const DISK_POINTS = 24;

/** An application and its server, at a moment. */
export interface Scene {
  app: AppState;
  server: ServerState;
  sandbox: Sandbox;
  now: number;
}

/** The first application of the sandbox, with a server on which nothing is wrong. */
export function calmScene(sandbox: Sandbox, clock: FakeClock): Scene {
  const account = sandbox.account();
  const [server] = account.servers;
  const [app] = server?.apps ?? [];
  if (server === undefined || app === undefined) throw new Error("The sandbox is empty");
  const now = clock.now();
  account.alerts = [];
  Object.assign(server, { status: "running", cloud: "do", graphLag: 0 });
  Object.assign(server.services, { nginx: "running", mysql: "running", elasticsearch: "stopped" });
  Object.assign(server.services, {
    redis_enabled: 0,
    varnish: "running",
    varnish_enabled: 1,
    "redis-server": "unknown",
  });
  server.graphs = {
    "Idle CPU": graph(80),
    "Free memory": graph(400_000_000),
    "Free Disk": graph(20, { points: DISK_POINTS }),
    "Auto-healing Restarts": graph(0),
  };
  app.varnish_enabled = true;
  if (app.lets_encrypt !== null) app.lets_encrypt.is_verified = true;
  app.backups = [restorePoint(now - 24 * 60 * MINUTE)];
  app.git.log = app.git.log.slice(-1).map((entry) => ({ ...entry, datetime: gitTime(now - 30 * 24 * 60 * MINUTE) }));
  app.reports = {
    top_ips: [["198.51.100.7", 30], ["203.0.113.99", 20]],
    top_bots: [["examplebot", 10]],
    top_urls: [["/", 400], ["/wp-login.php", 5]],
    top_statuses: [["200", 3000], ["404", 3]],
    slow_pages: [],
    slow_queries: [],
    running_queries: [["17", "SELECT 1", 0]],
    crons: [["php cron.php", 12]],
  };
  return { app, server, sandbox, now };
}

/** A graph that changed some minutes ago, or not at all. The newest point is not finished. */
export function graph(
  value: number,
  { before = value, minutes = 0, points = POINTS }: { before?: number; minutes?: number; points?: number } = {},
): (number | null)[] {
  const changed = Math.round(minutes / 5) + 1;
  const values = Array.from({ length: points - 1 }, (_, index) => points - 1 - index < changed ? value : before);
  return [...values, null];
}

/** A state that provokes a cause, and one just beside it that does not. */
export interface Provocation {
  kind: CauseKind;
  provoke: (scene: Scene) => void;
  spare: (scene: Scene) => void;
  /** The first evidence. */
  shows: { value?: string | number; about?: string };
}

const rows = (resource: string, ...table: unknown[][]) => ({ app }: Scene) => void (app.reports[resource] = table);
const withGraph = (target: string, values: (number | null)[]) => ({ server }: Scene) =>
  void (server.graphs[target] = values);
const deployed = (minutes: number) => ({ app, now }: Scene) => {
  const entry = { git_url: "git@git.example.com:team/shop.git", path: null, result: "1", description: "Git pull" };
  app.git.log.unshift({ ...entry, branch_name: "release", datetime: gitTime(now - minutes * MINUTE) });
};

const PLUGIN_PAGE = "/wp-content/plugins/heavy/run.php";
const QUERY = "SELECT * FROM wp_options WHERE autoload = 'yes'";
const HIDDEN_QUERY = "SELECT * FROM wp_options WHERE autoload = '[hidden]'";

/** Causes that can be there together. */
export const PROVOCATIONS: readonly Provocation[] = [
  {
    kind: "service_stopped",
    provoke: ({ server }) => void (server.services.nginx = "stopped"),
    // Installed and not switched on, and switched on in a state that says nothing.
    spare: ({ server }) => void Object.assign(server.services, { "redis-server": "stopped", nginx: "unknown" }),
    shows: { value: "stopped" },
  },
  {
    kind: "disk_full",
    provoke: withGraph("Free Disk", graph(1.9, { points: DISK_POINTS })),
    spare: withGraph("Free Disk", graph(2, { points: DISK_POINTS })),
    shows: { value: 1.9 },
  },
  {
    kind: "memory_short",
    provoke: withGraph("Free memory", graph(99_900_000)),
    spare: withGraph("Free memory", graph(100_000_000)),
    shows: { value: 99.9 },
  },
  {
    kind: "restarts",
    provoke: withGraph("Auto-healing Restarts", graph(1, { before: 0, minutes: 45 })),
    spare: withGraph("Auto-healing Restarts", graph(1, { before: 0, minutes: 180 })),
    shows: { value: 1 },
  },
  {
    kind: "cpu_short",
    provoke: withGraph("Idle CPU", graph(14.9)),
    spare: withGraph("Idle CPU", graph(15)),
    shows: { value: 14.9 },
  },
  { kind: "deployment", provoke: deployed(50), spare: deployed(91), shows: { value: "release" } },
  {
    kind: "one_address",
    provoke: rows("top_ips", ["198.51.100.7", 1202], ["203.0.113.99", 20]),
    spare: rows("top_ips", ["198.51.100.7", 1199], ["203.0.113.99", 20]),
    shows: { value: 1202, about: "198.51.100.7" },
  },
  {
    kind: "bot",
    provoke: rows("top_bots", ["hungrybot", 902]),
    spare: rows("top_bots", ["hungrybot", 899]),
    shows: { value: 902, about: "hungrybot" },
  },
  {
    kind: "busy_path",
    provoke: rows("top_urls", ["/", 900], ["/wp-login.php", 601]),
    spare: rows("top_urls", ["/", 2900], ["/wp-login.php", 599]),
    shows: { value: 601, about: "/wp-login.php" },
  },
  {
    kind: "server_errors",
    provoke: rows("top_statuses", ["200", 2850], ["502", 100], ["500", 50]),
    spare: rows("top_statuses", ["200", 2852], ["502", 100], ["500", 49]),
    shows: { value: 5 },
  },
  {
    kind: "slow_plugin",
    provoke: rows("slow_pages", [PLUGIN_PAGE, 3, 6.2, 3.9], ["/about", 2, 4, 4]),
    spare: rows("slow_pages", [PLUGIN_PAGE, 2, 6.2, 3.9], ["/about", 1, 4, 4]),
    shows: { value: 3, about: PLUGIN_PAGE },
  },
  {
    kind: "slow_queries",
    provoke: rows("slow_queries", [QUERY, 2.4, 5]),
    spare: rows("slow_queries", [QUERY, 2.4, 4]),
    shows: { value: 5, about: HIDDEN_QUERY },
  },
  {
    kind: "running_query",
    provoke: rows("running_queries", ["17", QUERY, 10], ["18", "SELECT 1", 0]),
    spare: rows("running_queries", ["17", QUERY, 9], ["18", "SELECT 1", 0]),
    shows: { value: 10, about: HIDDEN_QUERY },
  },
  {
    kind: "cron",
    provoke: rows("crons", ["php cron.php", 100]),
    spare: rows("crons", ["php cron.php", 99]),
    shows: { value: 100, about: "php cron.php" },
  },
  {
    kind: "cache_off",
    provoke: ({ app }) => void (app.varnish_enabled = false),
    spare: ({ app }) => void (app.varnish_enabled = true),
    shows: { value: "off" },
  },
  {
    kind: "certificate",
    provoke: ({ app }) => void (app.lets_encrypt !== null && (app.lets_encrypt.is_verified = false)),
    spare: ({ app }) => void (app.lets_encrypt !== null && (app.lets_encrypt.is_verified = true)),
    shows: { value: "shop.example.com, www.shop.example.com" },
  },
];

/** Causes that exclude others, or need a time. */
export const SINGLE_PROVOCATIONS: readonly Provocation[] = [
  {
    kind: "server_not_running",
    provoke: ({ server }) => void (server.status = "stopped"),
    spare: ({ server }) => void (server.status = "running"),
    shows: { value: "stopped" },
  },
  {
    kind: "slow_page",
    provoke: rows("slow_pages", ["/checkout", 3, 6.2, 3.9], ["/search", 2, 4, 4]),
    spare: rows("slow_pages", ["/checkout", 2, 6.2, 3.9], ["/search", 2, 4, 4]),
    shows: { value: 3, about: "/checkout" },
  },
  {
    kind: "backup",
    provoke: ({ app, now, server }) => {
      server.graphs["Idle CPU"] = graph(14, { before: 80, minutes: 40 });
      app.backups.push(restorePoint(now - 70 * MINUTE));
    },
    spare: ({ app, now, server }) => {
      server.graphs["Idle CPU"] = graph(14, { before: 80, minutes: 40 });
      app.backups.push(restorePoint(now - 76 * MINUTE));
    },
    shows: {},
  },
];
