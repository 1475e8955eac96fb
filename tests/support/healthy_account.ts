/** An account in which a health check finds nothing, and what goes wrong with it. */
import {
  type AccountState,
  type AppState,
  DEMO_ACCOUNT,
  type SandboxOptions,
  type ServerState,
} from "../sandbox/mod.ts";
import { certificate } from "../sandbox/make_app.ts";
import { recordTime, restorePoint } from "../sandbox/dates.ts";
import { type Service, type ServiceOptions, startService } from "./harness.ts";

/** What a health check has to find, as a test compares it. */
export interface Expected {
  kind: string;
  severity: "urgent" | "attention";
  /** Members of the finding that show its evidence. */
  evidence: Record<string, unknown>;
}

const HOUR = 3600_000;
const MB = 1_000_000;

/** Part of every secret of the account. */
export const CANARY = "canary-7c1d";

/** How {@linkcode startHealthy} starts a service. */
export interface HealthyOptions extends Omit<ServiceOptions, "sandbox"> {
  /** Default 1. */
  servers?: number;
  /** Default 1. */
  appsPerServer?: number;
  sandbox?: SandboxOptions;
}

/** Starts a service over an account in good health. Operations end at the first look. */
export async function startHealthy(
  { servers = 1, appsPerServer = 1, sandbox, ...options }: HealthyOptions = {},
): Promise<Service> {
  const service = await startService({
    ...options,
    sandbox: {
      pace: { polls: 1, seconds: 0 },
      rateLimitPerMinute: 100_000,
      accounts: [{ ...DEMO_ACCOUNT, servers, appsPerServer, canary: CANARY }],
      ...sandbox,
    },
  });
  makeHealthy(service.sandbox.account(), Date.now());
  return service;
}

/** Puts everything right: certificates, backups, updates, services and figures. */
function makeHealthy(account: AccountState, now: number): void {
  account.alerts = [];
  for (const server of account.servers) {
    server.status = "running";
    server.platform = "debian12";
    server.graphs = {
      "Free Disk": [20, 20],
      "Free Disk (Data)": [20, 20],
      "Free memory": [300 * MB, 300 * MB, null],
      "Idle CPU": [80, 80, null],
    };
    for (const app of server.apps) makeHealthyApp(app, now);
  }
}

function makeHealthyApp(app: AppState, now: number): void {
  const name = `app${app.id}.example.com`;
  Object.assign(app, { cname: name, aliases: [`www.${name}`], own_ssl: null });
  app.lets_encrypt = certificate([name, `www.${name}`], "owner@example.com");
  app.created_at = recordTime(now - 90 * 24 * HOUR);
  app.backups = [restorePoint(now - 5 * HOUR), restorePoint(now - 80 * HOUR)];
  app.updates.core.version = app.updates.core.newest;
  app.updates.plugins = [];
  app.updates.themes = [];
  app.vulnerable = { fetchedAt: now - HOUR, holes: {} };
  app.protection.files = [];
}

/** A way in which something of a server or an application may be; `expected` is undefined where that is no fault. */
export interface State<T> {
  name: string;
  set: (target: T, now: number) => void;
  expected: (target: T, now: number) => Expected | undefined;
}

function fault<T>(
  name: string,
  set: State<T>["set"],
  expected: (target: T, now: number) => Expected,
): State<T> {
  return { name, set, expected };
}

function fine<T>(name: string, set: State<T>["set"]): State<T> {
  return { name, set, expected: () => undefined };
}

const urgent = (kind: string, evidence: Expected["evidence"]): Expected => ({ kind, severity: "urgent", evidence });
const attention = (kind: string, evidence: Expected["evidence"]): Expected => ({
  kind,
  severity: "attention",
  evidence,
});

/** The states of one figure at both of its thresholds, and just beside them. */
function figureStates(
  { kind, unit, targets, scale, levels }: {
    kind: string;
    unit: string;
    targets: readonly string[];
    scale: number;
    levels: { attention: number; urgent: number };
  },
): State<ServerState>[] {
  const set = (figure: number) => ({ graphs }: ServerState) => {
    for (const target of targets) graphs[target] = [figure * scale * 2, figure * scale, null];
  };
  const { attention: high, urgent: low } = levels;
  const bad = (figure: number, make: typeof urgent, threshold: number) =>
    fault<ServerState>(`${kind} at ${figure}`, set(figure), () => make(kind, { figure, unit, threshold }));
  return [
    fine(`no ${kind} at ${high}`, set(high)),
    bad(high - 0.01, attention, high),
    bad(low, attention, high),
    bad(low - 0.01, urgent, low),
  ];
}

const service = (name: string, change: Record<string, string | number>) => ({ services }: ServerState) =>
  void Object.assign(services, change, name === "" ? {} : { [name]: "stopped" });

const stopped = (name: string, change: Record<string, string | number>, make: typeof urgent) =>
  fault<ServerState>(
    `${name} stopped, ${JSON.stringify(change)}`,
    service(name, change),
    () => make("service_not_running", { service: name, state: "stopped" }),
  );

/** Of each subject of a server, the states that are tried; the first one is fine. */
export const SERVER_STATES: Readonly<Record<string, readonly State<ServerState>[]>> = {
  status: [
    fine("running", () => {}),
    fault(
      "stopped",
      (server) => void (server.status = "stopped"),
      () => urgent("server_not_running", { status: "stopped" }),
    ),
    fault(
      "another word",
      (server) => void (server.status = "creating"),
      () => urgent("server_not_running", { status: "creating" }),
    ),
  ],
  platform: [
    fine("debian12", () => {}),
    fine("unknown platform", (server) => void (server.platform = "ubuntu24")),
    ...["debian10", "debian11"].map((platform) =>
      fault<ServerState>(
        platform,
        (server) => void (server.platform = platform),
        () => attention("old_platform", { platform }),
      )
    ),
  ],
  services: [
    fine("all run", () => {}),
    fine("not installed", service("", { memcached: "unknown", varnish: "unknown" })),
    fine("memcached switched off", service("memcached", { memcached_enabled: 0 })),
    fine("varnish switched off", service("varnish", { varnish_enabled: 0 })),
    fine("elasticsearch stopped", service("elasticsearch", { elasticsearch_enabled: 1 })),
    fine("redis stopped", service("redis-server", { redis_enabled: 1 })),
    fine("nginx switched off", service("nginx", { nginx_enabled: 0 })),
    stopped("nginx", {}, urgent),
    stopped("apache2", { apache2_enabled: 1 }, urgent),
    stopped("mysql", {}, urgent),
    stopped("mariadb", { mysql: "unknown" }, urgent),
    stopped("php8.1-fpm", {}, attention),
    stopped("php8.2-fpm", { "php8.1-fpm": "unknown" }, urgent),
    stopped("memcached", {}, attention),
    stopped("varnish", { varnish_enabled: 1 }, attention),
    fault(
      "another word",
      service("", { mysql: "failed" }),
      () => attention("service_not_running", { service: "mysql", state: "failed" }),
    ),
  ],
  disk: figureStates({
    kind: "disk_low",
    unit: "GB",
    targets: ["Free Disk", "Free Disk (Data)"],
    scale: 1,
    levels: { attention: 5, urgent: 2 },
  }),
  memory: figureStates({
    kind: "memory_low",
    unit: "MB",
    targets: ["Free memory"],
    scale: MB,
    levels: { attention: 100, urgent: 50 },
  }),
  cpu: figureStates({
    kind: "cpu_busy",
    unit: "percent",
    targets: ["Idle CPU"],
    scale: 1,
    levels: { attention: 20, urgent: 10 },
  }),
};

const own = ({ id }: AppState) => `app${id}.example.com`;
const domainsOf = (app: AppState) => [own(app), `www.${own(app)}`];

/** Changes the Let's Encrypt certificate of an application. */
const withCertificate = (change: Partial<NonNullable<AppState["lets_encrypt"]>>) => (app: AppState) =>
  void (app.lets_encrypt &&= { ...app.lets_encrypt, ...change });

const backup = (ageMs: number) => (app: AppState, now: number) =>
  void (app.backups = [restorePoint(now - ageMs - 50 * 24 * HOUR), restorePoint(now - ageMs)]);

const old = (hours: number, make: typeof urgent, threshold: number) =>
  fault<AppState>(
    `newest backup of ${hours} hours ago`,
    backup(hours * HOUR),
    () => make("backup_old", { figure: hours, unit: "hours", threshold }),
  );

/** So many plugins are behind, and perhaps the core. */
const pending = (plugins: number, core: boolean) => ({ updates }: AppState) => {
  updates.plugins = Array.from({ length: plugins }, (_, index) => (
    { slug: `p${index}`, name: `Plugin ${index}`, version: "1.0", newest: "1.1" }
  ));
  updates.core = { version: core ? "6.8" : "6.9", newest: "6.9" };
};

/** The storefront theme is there and has so many known vulnerabilities. */
const holes = (count: number) => (app: AppState) => {
  app.updates.themes = [{ slug: "storefront", name: "Storefront", version: "4.6.0", newest: "4.6.0" }];
  app.vulnerable.holes = count === 0 ? {} : { storefront: count };
};

/** The application has files in these states. */
const malware = (...states: ("infected" | "quarantined" | "restored")[]) => (app: AppState) =>
  void (app.protection.files = states.map((status, index) => ({ id: index + 1, path: `${index}.php`, status })));

/** Of each subject of an application, the states that are tried; the first one is fine. */
export const APP_STATES: Readonly<Record<string, readonly State<AppState>[]>> = {
  certificate: [
    fine("covers all", () => {}),
    fine("no domain", (app) => void Object.assign(app, { cname: "", aliases: [], lets_encrypt: null })),
    fine("a wildcard covers all", (app) => {
      app.aliases = [`a.${own(app)}`];
      withCertificate({ ssl_domains: [own(app), `*.${own(app)}`], type: "wc" })(app);
    }),
    fault(
      "missing",
      (app) => void (app.lets_encrypt = null),
      (app) => attention("certificate_missing", { domains: domainsOf(app) }),
    ),
    fault(
      "not installed",
      withCertificate({ is_installed: false }),
      (app) => attention("certificate_missing", { domains: domainsOf(app) }),
    ),
    fault(
      "not verified",
      withCertificate({ is_verified: false }),
      (app) => attention("certificate_not_verified", { domains: domainsOf(app) }),
    ),
    fault(
      "one domain not covered",
      (app) => withCertificate({ ssl_domains: [own(app)] })(app),
      (app) => attention("certificate_not_covering", { domains: [`www.${own(app)}`] }),
    ),
    fault("a wildcard covers one label only", (app) => {
      app.aliases = [`a.b.${own(app)}`];
      withCertificate({ ssl_domains: [own(app), `*.${own(app)}`], type: "wc" })(app);
    }, (app) => attention("certificate_not_covering", { domains: [`a.b.${own(app)}`] })),
    fault(
      "not renewed",
      withCertificate({ auto: false }),
      (app) => attention("certificate_not_renewed", { domains: domainsOf(app) }),
    ),
  ],
  backups: [
    fine("young", () => {}),
    fine("almost two days old", backup(48 * HOUR - 120_000)),
    fine(
      "new and without a backup",
      (app, now) => void Object.assign(app, { backups: [], created_at: recordTime(now - 40 * HOUR) }),
    ),
    old(48, attention, 48),
    old(167, attention, 48),
    old(168, urgent, 168),
    fault("none", (app) => void (app.backups = []), () => urgent("backup_missing", {})),
  ],
  updates: [
    fine("none", () => {}),
    fine("four plugins", pending(4, false)),
    fault(
      "five plugins",
      pending(5, false),
      () => attention("updates_pending", { figure: 5, unit: "updates", threshold: 5, core: false, plugins_count: 5 }),
    ),
    fault(
      "four plugins and the core",
      pending(4, true),
      () => attention("updates_pending", { figure: 5, threshold: 5, core: true, plugins_count: 4, themes_count: 0 }),
    ),
  ],
  vulnerabilities: [
    fine("none", holes(0)),
    fault(
      "one",
      holes(1),
      () => attention("vulnerable", { figure: 6.5, threshold: 0, components: ["Storefront 4.6.0"] }),
    ),
    fault("several", holes(3), () => attention("vulnerable", { figure: 6.5, unit: "CVSS score" })),
  ],
  malware: [
    fine("none", () => {}),
    fine("in quarantine", malware("quarantined")),
    fault(
      "two files with protection",
      (app) => {
        malware("infected", "infected")(app);
        app.protection.active = true;
      },
      () => urgent("malware_found", { figure: 2, unit: "infected files and database entries", is_protected: true }),
    ),
    fault(
      "one file without protection",
      (app) => {
        malware("infected", "restored")(app);
        app.protection.active = false;
      },
      () => urgent("malware_found", { figure: 1, is_protected: false }),
    ),
  ],
};
