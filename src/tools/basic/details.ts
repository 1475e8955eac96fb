/** One server or application: its record, settings and disk use. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  isoTimeOfSeconds,
  knownApps,
  listReply,
  looseFlag,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  memberReply,
  numberOrNull,
} from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { withIsoTimes } from "../../cloudways/times.ts";
import { ToolError } from "../../errors.ts";
import { asOf } from "../define/as_of.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { appView, serverOnlyView } from "../define/views.ts";

const summaryReply = listReply(
  "content",
  z.looseObject({ name: looseText, type: looseText, datapoint: looseList(z.unknown()) }),
);

/** `[value, unix seconds]`; either may be missing. */
function measurement({ name, datapoint: [value, time] }: z.output<typeof summaryReply>[number]) {
  const seconds = numberOrNull(time);
  return { name, value: numberOrNull(value), measured_at: seconds === null ? null : isoTimeOfSeconds(seconds) };
}

/** The wanted rows of each summary. */
const ROW_TYPES = { bw: "bw", db: "apps" } as const;

/** One of the two summaries of a server. A server without figures, or a token without the right, is not an error. */
async function serverSummary(account: CloudwaysAccount, serverId: number, type: "bw" | "db") {
  try {
    const rows = await account.read({
      operation: "monitoring_server_summary",
      path: path`/server/monitor/summary`,
      reply: summaryReply,
      query: { server_id: serverId, type },
    });
    // The rows may have other kinds among them, such as processes among the applications.
    const points = rows.filter((row) => row.type === "" || row.type === ROW_TYPES[type]).map(measurement);
    return { points, problem: undefined };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { points: [], problem: `${type === "bw" ? "bandwidth" : "disk use"} is missing: ${error.message}` };
  }
}

const getServerDetails = defineTool({
  name: "get_server_details",
  title: "One server",
  toolset: "basic",
  effect: "read",
  description: "Shows one server: its record, its applications, this month's bandwidth and the disk used by each " +
    "application. Passwords are hidden.",
  input: () => z.strictObject(serverInput),
  output: () =>
    z.looseObject({
      as_of: z.string(),
      server: record,
      apps: records,
      bandwidth: records,
      disk_by_app: records,
      problems: z.array(z.string()),
    }),
  handler: async (input, { account }) => {
    const listed = await account.listed();
    const server = listed.server(input.server_id);
    const [bandwidth, disk] = await Promise.all([
      serverSummary(account, server.id, "bw"),
      serverSummary(account, server.id, "db"),
    ]);
    return {
      ...asOf(listed),
      server: serverOnlyView(server, "full"),
      apps: knownApps(server).map((app) => appView(app, "concise")),
      // Cloudways doesn't document the unit.
      bandwidth: bandwidth.points.map((point) => ({ ...point, unit: null })),
      disk_by_app: disk.points.map(({ name, value, measured_at }) => {
        const app = knownApps(server).find(({ sys_user }) => sys_user === name);
        const names = { sys_user: name, app_id: app?.id ?? null, app_label: app?.label ?? null };
        return { ...names, disk_used_mb: value, measured_at };
      }),
      problems: [bandwidth.problem, disk.problem].filter((problem) => problem !== undefined),
    };
  },
});

const getAppDetails = defineTool({
  name: "get_app_details",
  title: "One application",
  toolset: "basic",
  effect: "read",
  description: "Shows one application: its record with domains, aliases and certificate, and the server it is on. " +
    "Passwords are hidden.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ as_of: z.string(), app: record, server: record }),
  handler: async (input, { account }) => {
    const listed = await account.listed();
    const { app, server } = listed.app(input.app_id, input.server_id);
    return { ...asOf(listed), app: appView(app, "full"), server: serverOnlyView(server, "concise") };
  },
});

/** Settings that are 0 or 1, as numbers or text, and mean no or yes. */
function flagsAsBooleans(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isFlag = (value: unknown) => value === 0 || value === 1 || value === "0" || value === "1";
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, isFlag(value) ? looseFlag.parse(value) : value]),
  );
}

const getAppSettings = defineTool({
  name: "get_app_settings",
  title: "Settings of an application",
  toolset: "basic",
  effect: "read",
  description:
    "Shows the setting flags of an application, such as HTTPS enforcement, XML-RPC, WebP, WP cron and device " +
    "detection.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, settings: record }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await account.read({
      operation: "app_settings_get",
      path: path`/app/get_settings_value`,
      reply: record,
      query: idsOf(found),
    });
    const { status: _status, application_id: _id, ...settings } = reply;
    return { ...namesOf(found), settings: flagsAsBooleans(withIsoTimes(settings)) };
  },
});

const diskReply = memberReply(
  "content",
  looseObject({ app_home: looseNumber, app_mysql: looseNumber, total: looseNumber }),
);
const tablesReply = listReply("content", z.looseObject({ name: looseText, size: looseNumber }));

const getAppMonitoringSummary = defineTool({
  name: "get_app_monitoring_summary",
  title: "Disk use of an application",
  toolset: "basic",
  effect: "read",
  description: "Shows how much disk an application uses, files and database apart, and its largest database tables. " +
    "Not bandwidth. Costs two requests.",
  input: () => z.strictObject(appInput),
  output: () =>
    z.looseObject({
      ...appOutput,
      files_kb: z.number().nullable(),
      database_kb: z.number().nullable(),
      total_kb: z.number().nullable(),
      largest_tables: records,
    }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const ask = <T>(type: string, reply: z.ZodType<T>) =>
      account.read({
        operation: "monitoring_app_summary",
        path: path`/app/monitor/summary`,
        reply,
        query: { ...idsOf(found), type },
      });
    const [disk, tables] = await Promise.all([ask("bw", diskReply), ask("db", tablesReply)]);
    return {
      ...namesOf(found),
      files_kb: disk.app_home,
      database_kb: disk.app_mysql,
      total_kb: disk.total,
      largest_tables: tables.map(({ name, size }) => ({ name, size_kb: size })),
    };
  },
});

/** The tools of this file. */
export const detailsTools: readonly Tool[] = [getServerDetails, getAppDetails, getAppSettings, getAppMonitoringSummary];
