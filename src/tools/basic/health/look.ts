/** Looks at servers, one after the other as far as the allowance and the time go. */
import { Semaphore } from "../../../async/semaphore.ts";
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import type { AppRecord, ServerRecord } from "../../../cloudways/models.ts";
import { path } from "../../../cloudways/path.ts";
import { graphReply, type GraphSeries } from "../../../cloudways/server_graph.ts";
import { type PendingUpdates, readPendingUpdates } from "../../define/pending_updates.ts";
import { listRestorePoints } from "../../define/restore_list.ts";
import { type ProtectedApp, readInfectedApps } from "../../define/protected_apps.ts";
import { readServices } from "../../define/server_services.ts";
import type { ToolContext } from "../../define/tool.ts";
import { readVulnerabilities } from "../../define/vulnerabilities.ts";
import type { Part, Reading, WideReading } from "../../define/wide_reading.ts";
import { type Figure, figureOf, FIGURES, targetOf } from "./figures.ts";
import { type Check, type Checked, NOTHING, together, unknown } from "./finding.ts";
import { type AppHealth, isRunning, type ServerHealth } from "./listing.ts";
import { servicesOf } from "./services.ts";
import { malwareOf } from "./malware.ts";
import { backupsOf, updatesOf, vulnerabilitiesOf } from "./upkeep.ts";

/** What {@linkcode lookAt} works with. */
export interface LookOptions {
  context: Pick<ToolContext, "account" | "clock" | "healthThresholds" | "progress">;
  reading: WideReading;
  /** Whether backups, updates, vulnerabilities and malware are looked at too. */
  thorough: boolean;
  /** Seconds of the call after which work at Cloudways is not waited for any more. */
  seconds: number;
}

/** How many servers are looked at side by side. The others wait, so that what was begun is complete. */
const SERVERS_SIDE_BY_SIDE = 6;

/**
 * Looks at the servers in the given order. What can't be read any more is named as unknown.
 *
 * @param listed What the listing says of them.
 */
export async function lookAt(listed: readonly ServerHealth[], options: LookOptions): Promise<ServerHealth[]> {
  const { reading, thorough, context: { account, progress } } = options;
  const updates = thorough ? await reading.read(UPDATES, () => readPendingUpdates(account)) : undefined;
  const places = new Semaphore(SERVERS_SIDE_BY_SIDE);
  let done = 0;
  return await Promise.all(listed.map(async (server) => {
    const release = await places.acquire();
    try {
      return await new ServerLook(server, options, updates).health();
    } finally {
      release();
      progress("Looking at the servers.", ++done, listed.length);
    }
  }));
}

const UPDATES: Part = { operations: ["safe_update_list"] };
const GRAPH: Part = { operations: ["monitoring_server_graph"] };
const SERVICES: Part = { operations: ["service_status"] };
const VULNERABILITIES: Part = { operations: ["app_vulnerabilities_list"] };
const MALWARE: Part = { operations: ["security_suite_server_apps_list"] };

/** What was read, judged; or why it was not read. */
function judged<T>(check: Check, reading: Reading<T>, judge: (value: T) => Checked): Checked {
  return reading.read ? judge(reading.value) : unknown(check, reading.reason, reading.message);
}

/** Looks at one server. */
class ServerLook {
  readonly #listed: ServerHealth;
  readonly #options: LookOptions;
  readonly #updates: Reading<Map<number, PendingUpdates>> | undefined;

  constructor(
    listed: ServerHealth,
    options: LookOptions,
    updates: Reading<Map<number, PendingUpdates>> | undefined,
  ) {
    this.#listed = listed;
    this.#options = options;
    this.#updates = updates;
  }

  /** On a server that does not run there is nothing more to see than that. */
  async health(): Promise<ServerHealth> {
    const { server, checked, apps } = this.#listed;
    if (!isRunning(server)) return this.#listed;
    const infected = this.#infected();
    const [own, looked] = await Promise.all([
      this.#measured(),
      this.#options.thorough ? this.#lookAtApps(apps, infected) : apps,
    ]);
    return { server, checked: together([checked, own]), apps: looked };
  }

  async #lookAtApps(
    apps: readonly AppHealth[],
    infected: Promise<Reading<ProtectedApp[]>> | undefined,
  ): Promise<AppHealth[]> {
    return await Promise.all(apps.map(async ({ app, checked }) => {
      const [upkeep, malware] = await Promise.all([
        this.#upkeep(app),
        infected?.then((reading) => judged("malware", reading, (all) => malwareOf(app, all))) ?? NOTHING,
      ]);
      return { app, checked: together([checked, upkeep, malware]) };
    }));
  }

  get #server(): ServerRecord {
    return this.#listed.server;
  }

  get #account(): CloudwaysAccount {
    return this.#options.context.account;
  }

  /** Judges by the thresholds and the present time. */
  get #judging() {
    const { healthThresholds: thresholds, clock } = this.#options.context;
    return { thresholds, now: clock.now() };
  }

  async #measured(): Promise<Checked> {
    const { id } = this.#server;
    const { reading } = this.#options;
    return together(
      await Promise.all([
        reading.read(SERVICES, () => readServices(this.#account, id))
          .then((services) => judged("services", services, (value) => servicesOf(id, value))),
        ...FIGURES.map((figure) => this.#figure(figure)),
      ]),
    );
  }

  async #figure(figure: Figure): Promise<Checked> {
    const { id } = this.#server;
    const graph = await this.#options.reading.read(GRAPH, () => this.#graph(figure));
    return judged(figure, graph, (report) => {
      if (report === undefined) return unknown(figure, "deadline", "Cloudways still makes the graph.");
      return figureOf(figure, report, { serverId: id, ...this.#judging });
    });
  }

  /** The graph of the last hour; undefined while Cloudways still makes it. */
  async #graph(figure: Figure): Promise<GraphSeries | undefined> {
    const query = { server_id: this.#server.id, target: targetOf(figure, this.#server), duration: "1 Hour" };
    const report = await this.#account.report({
      operation: "monitoring_server_graph",
      path: path`/server/monitor/detail`,
      query: { ...query, timezone: "UTC", output_format: "json" },
      inline: graphReply,
      finished: (result) => graphReply.safeParse(result).data ?? [],
    }, { seconds: this.#options.seconds });
    return report.status === "completed" ? report.data : undefined;
  }

  /** The applications with malware in them, if they are asked for: one request for the whole server. */
  #infected(): Promise<Reading<ProtectedApp[]>> | undefined {
    const { thorough, reading } = this.#options;
    if (!thorough || this.#listed.apps.length === 0) return undefined;
    return reading.read(MALWARE, () => readInfectedApps(this.#account, this.#server.id));
  }

  /** Updates, vulnerabilities and backups of an application, if they are asked for. */
  async #upkeep(app: AppRecord): Promise<Checked> {
    const updates = this.#updates;
    if (updates === undefined) return NOTHING;
    return together(
      await Promise.all([
        this.#isWordPress(app) ? this.#pending(app, updates) : NOTHING,
        this.#isWordPress(app) ? this.#vulnerabilities(app) : NOTHING,
        this.#backups(app),
      ]),
    );
  }

  /** Only WordPress is in the list of updates; where that could not be read, the kind of application tells. */
  #isWordPress({ id, application }: AppRecord): boolean {
    const isListed = this.#updates?.read === true && this.#updates.value.has(id);
    return isListed || /^(?:wordpress|woocommerce)/i.test(application);
  }

  #pending(app: AppRecord, updates: Reading<Map<number, PendingUpdates>>): Checked {
    return judged("updates", updates, (rows) => updatesOf(rows.get(app.id), { app, ...this.#judging }));
  }

  async #vulnerabilities(app: AppRecord): Promise<Checked> {
    const known = await this.#options.reading.read(
      VULNERABILITIES,
      () => readVulnerabilities(this.#account, { app, server: this.#server }),
    );
    return judged("vulnerabilities", known, (value) => vulnerabilitiesOf(value, { app, ...this.#judging }));
  }

  /**
   * Has Cloudways list the restore points, unless a young one was seen within the last hour: then the newest one is at
   * least as young, and a call that goes on where another one stopped starts no work for it.
   */
  async #backups(app: AppRecord): Promise<Checked> {
    const found = { app, server: this.#server };
    const noted = await this.#account.notedRestorePoints(found);
    const before = noted.length === 0 ? undefined : backupsOf(noted, { app, ...this.#judging });
    if (before !== undefined && before.findings.length === 0 && before.gaps.length === 0) return before;
    const { reading, seconds } = this.#options;
    const part = { operations: ["app_backup_status_get", "operation_status"], busyServer: this.#server.id };
    const points = await reading.read(part, () => listRestorePoints(this.#account, found, { seconds }));
    return judged("backups", points, (report) => {
      if (report.status === "running") return unknown("backups", "deadline", "Cloudways still lists them.");
      return backupsOf(report.data.restore_points, { app, ...this.#judging });
    });
  }
}
