/** Makes the answer of a health check: counts first, then the worst, and all of it within a bound. */
import type { Bounds } from "../../../identity/bounds.ts";
import { namesOfServer } from "../../define/targets.ts";
import { mayTellMore, type NotLookedAt, notLookedAt } from "./not_looked_at.ts";
import type { ReportedAlerts } from "./reported.ts";
import { type ShownFindings, shownFindings } from "./shown_findings.ts";
import { sizeOf, Space } from "./space.ts";
import { countOf, type JudgedServer } from "./verdicts.ts";

/** What the answer is made from. */
export interface AnswerParts {
  /** Worst first. */
  servers: readonly JudgedServer[];
  reported: ReportedAlerts | NotLookedAt;
  caller: Bounds;
  thorough: boolean;
  waitSeconds: number;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

/** The most characters of an answer about several servers. */
const MAX_CHARACTERS = 12_000;
/** The same about a single server, which may have hundreds of applications. */
const MAX_ABOUT_ONE = 50_000;
/** Kept free for what follows the findings. */
const FOR_REPORTED = 900;
const FOR_OK = 500;
/** Characters of the members whose content is not counted. */
const FRAME = 700;

const CHECKED = {
  servers: ["status", "platform", "services", "disk", "memory", "cpu"],
  apps: ["certificate"],
};
const THOROUGH = ["backups", "updates", "vulnerabilities", "malware"];

/** Makes the answer. */
export function answerOf(parts: AnswerParts) {
  const { servers, reported, thorough, now, caller } = parts;
  const head = {
    checked_at: new Date(now).toISOString(),
    servers: countOf(servers.map(({ verdict }) => verdict)),
    apps: countOf(servers.flatMap(({ apps }) => apps.map(({ verdict }) => verdict))),
    checked: thorough
      ? { ...CHECKED, apps: [...CHECKED.apps, ...THOROUGH] }
      : { ...CHECKED, only_with_thorough: THOROUGH },
  };
  const missing = [...notLookedAt(servers), ...alertsNotRead(reported)];
  // The ids of the servers to go on with may be all of them.
  const taken = FRAME + sizeOf([head, missing, servers.map(({ server }) => server.id)]);
  const space = new Space((servers.length === 1 ? MAX_ABOUT_ONE : MAX_CHARACTERS) - taken);
  const findings = shownFindings(servers, caller, space.without(FOR_REPORTED + FOR_OK));
  const { full, short } = findings;
  const afterFindings = space.without(sizeOf([full, short]));
  const alerts = "groups" in reported ? reported.groups : [];
  const shownAlerts = afterFindings.without(FOR_OK).fitting(alerts);
  const well = okServers(servers);
  const shownWell = afterFindings.without(sizeOf(shownAlerts)).fitting(well);
  return {
    ...head,
    findings: full,
    ...(short.length > 0 && { further_findings: short }),
    ...(short.length > 0 && servers.length > 1 && { how_to_see_them_in_full: IN_FULL }),
    reported_alerts: shownAlerts,
    ok: shownWell,
    not_looked_at: missing,
    ...notShown({
      findings_count: findings.notShown,
      reported_alerts_count: alerts.length - shownAlerts.length,
      ok_servers_count: well.length - shownWell.length,
    }),
    ...nextStep(parts, findings),
  };
}

/** What is well, a line for each server. */
function okServers(servers: readonly JudgedServer[]) {
  return servers.flatMap(({ server, verdict, apps }) => {
    const labels = apps.filter((app) => app.verdict === "ok").map(({ app }) => app.label);
    if (verdict !== "ok" && labels.length === 0) return [];
    return [{ ...namesOfServer(server), server_is_ok: verdict === "ok", apps: labels }];
  });
}

function alertsNotRead(reported: AnswerParts["reported"]): NotLookedAt[] {
  if (!("groups" in reported)) return [reported];
  if (reported.olderThan === undefined) return [];
  const message = `Only the newest alerts were read. get_alerts with before_id ${reported.olderThan} shows older ones.`;
  return [{ reason: "older", checks: ["alerts"], message }];
}

function notShown(counts: Readonly<Record<string, number>>) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? {} : { not_shown: Object.fromEntries(some) };
}

const IN_FULL = "get_account_health with server_ids of one server.";
const GO_ON =
  "Call get_account_health once for each entry of next_calls: that looks at what was left out here. Where " +
  "the reason is allowance, most can be read after a minute.";

/** How to get the rest; nothing if there is none. */
function nextStep({ servers, thorough, waitSeconds }: AnswerParts, { leftOut, tooLarge }: ShownFindings) {
  const alone = servers.length === 1 ? [] : tooLarge;
  const open = [...servers.filter(mayTellMore), ...leftOut].filter((server) => !alone.includes(server));
  const calls = [[...new Set(open)], ...alone.map((server) => [server])].filter((group) => group.length > 0);
  if (calls.length === 0) return {};
  const more = thorough ? { thorough, wait_seconds: waitSeconds } : {};
  return {
    next_step: GO_ON,
    next_calls: calls.map((group) => ({ server_ids: group.map(({ server }) => server.id), ...more })),
  };
}
