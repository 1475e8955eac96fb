/** What a health check could not look at, and why. */
import type { ErrorCode } from "../../../errors.ts";
import type { Gap, GapReason } from "./finding.ts";
import type { JudgedServer } from "./verdicts.ts";

/** What was not looked at for one reason. */
export type NotLookedAt = {
  reason: GapReason | "older";
  checks: string[];
  message: string;
  /** The first of them. */
  server_ids?: number[];
  app_ids?: number[];
  servers_count?: number;
  apps_count?: number;
};

/** The most ids of one entry, the most entries, and the most characters of a message. */
const MAX_IDS = 30;
const MAX_ENTRIES = 8;
const MAX_MESSAGE = 120;

/** Reasons after which a later call may look. */
const PASSING: ReadonlySet<GapReason> = new Set<"allowance" | "deadline" | ErrorCode>([
  "allowance",
  "deadline",
  "rate_limited",
  "upstream_rate_limited",
  "upstream_busy",
  "upstream_error",
  "upstream_timeout",
  "upstream_unreachable",
  "operation_failed",
]);

/** The gaps of servers and applications, grouped by reason. */
export function notLookedAt(servers: readonly JudgedServer[]): NotLookedAt[] {
  const onServers = servers.flatMap(({ server, checked }) => checked.gaps.map((gap) => ({ id: server.id, gap })));
  const onApps = servers.flatMap(({ apps }) =>
    apps.flatMap(({ app, checked }) => checked.gaps.map((gap) => ({ id: app.id, gap })))
  );
  const reasons = new Set([...onServers, ...onApps].map(({ gap }) => gap.reason));
  return [...reasons].map((reason) => {
    const own = onServers.filter(({ gap }) => gap.reason === reason);
    const apps = onApps.filter(({ gap }) => gap.reason === reason);
    const gaps = [...own, ...apps].map(({ gap }) => gap);
    return {
      reason,
      checks: [...new Set(gaps.map(({ check }) => check))],
      message: messageOf(gaps),
      ...idsUnder("server", own.map(({ id }) => id)),
      ...idsUnder("app", apps.map(({ id }) => id)),
    };
  }).slice(0, MAX_ENTRIES);
}

/** The messages of the gaps where they are one; else the first of them. */
function messageOf(gaps: readonly Gap[]): string {
  const message = gaps[0]?.message ?? "";
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}

function idsUnder(what: "server" | "app", all: readonly number[]) {
  const ids = [...new Set(all)];
  if (ids.length === 0) return {};
  return {
    [`${what}s_count`]: ids.length,
    [`${what}_ids`]: ids.slice(0, MAX_IDS),
  };
}

/** Whether a later call may tell more of a server or its applications. */
export function mayTellMore({ checked, apps }: JudgedServer): boolean {
  const all = [checked, ...apps.map((app) => app.checked)];
  return all.some(({ gaps }) => gaps.some(({ reason }) => PASSING.has(reason)));
}
