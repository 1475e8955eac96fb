/** How all servers and applications of the account are, in one call. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import type { ServerRecord } from "../../../cloudways/models.ts";
import { declare } from "../../../confirm/declared_input.ts";
import { waitSeconds } from "../../define/inputs.ts";
import { record, records } from "../../define/outputs.ts";
import { defineTool, type Tool } from "../../define/tool.ts";
import { NEWEST_ALERTS } from "../../define/alert_list.ts";
import { WideReading } from "../../define/wide_reading.ts";
import { answerOf } from "./answer.ts";
import { listedHealth, type ServerHealth } from "./listing.ts";
import { lookAt } from "./look.ts";
import type { NotLookedAt } from "./not_looked_at.ts";
import { readReported, type ReportedAlerts } from "./reported.ts";
import { judgedServers } from "./verdicts.ts";

/** Most requests of a call that is not thorough. */
const REQUESTS = 30;
/** Milliseconds after which such a call answers with what it has. */
const QUICK_MS = 20_000;

const getAccountHealth = defineTool({
  name: "get_account_health",
  title: "Health of all servers",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Gives each server and application a verdict (ok, attention, urgent, unknown) with evidence: status, " +
    "services, disk, memory, CPU, certificates, alerts. Use it first for whether all is well. next_calls get the " +
    "rest. thorough starts work on the servers.",
  input: () =>
    z.strictObject({
      server_ids: z.array(z.int().min(1)).min(1).max(500).meta(
        declare({ role: "target", shorter: "Ask for one of server_ids at a time." }),
      )
        .optional().describe("Only these, in this order."),
      thorough: z.boolean().default(false)
        .describe("Also backups, updates, vulnerabilities, malware; takes long."),
      wait_seconds: waitSeconds(60).describe("Most seconds, if thorough."),
    }),
  output: () =>
    z.looseObject({
      checked_at: z.string(),
      servers: record,
      apps: record,
      findings: records,
      not_looked_at: records,
      next_step: z.string().optional(),
      next_calls: records.optional(),
    }),
  handler: async ({ server_ids, thorough, wait_seconds }, context) => {
    const { account, caller, clock } = context;
    const limits = thorough ? { requests: undefined, ms: wait_seconds * 1000 } : { requests: REQUESTS, ms: QUICK_MS };
    const reading = await WideReading.begin(context, limits);
    const servers = await chosenServers(account, reading, server_ids);
    const records = servers.map(({ server }) => server);
    const reported = await reportedBy(account, reading, records, server_ids === undefined);
    const seconds = limits.ms / 1000;
    const inOrder = server_ids === undefined ? suspiciousFirst(servers, reported) : servers;
    const looks = await lookAt(inOrder, { context, reading, thorough, seconds });
    const parts = { servers: judgedServers(looks), reported, caller, thorough, waitSeconds: wait_seconds };
    return answerOf({ ...parts, now: clock.now() });
  },
});

/** The servers to look at. Without the listing there is nothing to say, so its failure is that of the call. */
async function chosenServers(
  account: CloudwaysAccount,
  reading: WideReading,
  ids: readonly number[] | undefined,
): Promise<ServerHealth[]> {
  // Takes its request from the share.
  await reading.read({ operations: ["server_list"] }, () => Promise.resolve());
  const listed = await account.listed();
  const health = listedHealth.of(listed);
  if (ids === undefined) return [...health.values()];
  return [...new Set(ids)].flatMap((id) => health.get(listed.server(id)) ?? []);
}

async function reportedBy(
  account: CloudwaysAccount,
  reading: WideReading,
  servers: readonly ServerRecord[],
  all: boolean,
): Promise<ReportedAlerts | NotLookedAt> {
  const alerts = await reading.read(
    { operations: [NEWEST_ALERTS] },
    () => readReported(account, servers, { all }),
  );
  if (alerts.read) return alerts.value;
  const { reason, message } = alerts;
  return { reason, checks: ["alerts"], message };
}

/** Servers of which the listing and the alerts say most come first, since not all may be looked at. */
function suspiciousFirst(
  servers: readonly ServerHealth[],
  reported: ReportedAlerts | NotLookedAt,
): readonly ServerHealth[] {
  const groups = "groups" in reported ? reported.groups : [];
  const alerts = Map.groupBy(groups, ({ server_id }) => server_id);
  const suspicion = ({ server, checked, apps }: ServerHealth) =>
    apps.reduce((sum, app) => sum + app.checked.findings.length, checked.findings.length) +
    10 * (alerts.get(server.id)?.length ?? 0);
  const weighed = servers.map((one) => ({ one, weight: suspicion(one) }));
  return weighed.sort((a, b) => b.weight - a.weight || a.one.server.id - b.one.server.id).map(({ one }) => one);
}

/** The tools of this file. */
export const healthTools: readonly Tool[] = [getAccountHealth];
