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

/** What has gaps for one reason. */
class Gaps {
  readonly #first: Gap;
  readonly #checks = new Set<string>();
  readonly #ids = { server: new Set<number>(), app: new Set<number>() };

  constructor(first: Gap) {
    this.#first = first;
  }

  add(what: "server" | "app", id: number, { check }: Gap): void {
    this.#checks.add(check);
    this.#ids[what].add(id);
  }

  /** With the message of the first gap: in most cases all have the same. */
  shown(): NotLookedAt {
    const { reason, message } = this.#first;
    return {
      reason,
      checks: [...this.#checks],
      message: message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`,
      ...idsUnder("server", this.#ids.server),
      ...idsUnder("app", this.#ids.app),
    };
  }
}

/** The gaps of servers and applications, grouped by reason. */
export function notLookedAt(servers: readonly JudgedServer[]): NotLookedAt[] {
  const byReason = new Map<GapReason, Gaps>();
  const add = (what: "server" | "app", id: number, gaps: readonly Gap[]) => {
    for (const gap of gaps) {
      const known = byReason.get(gap.reason) ?? new Gaps(gap);
      byReason.set(gap.reason, known);
      known.add(what, id, gap);
    }
  };
  for (const { server, checked } of servers) add("server", server.id, checked.gaps);
  for (const { apps } of servers) for (const { app, checked } of apps) add("app", app.id, checked.gaps);
  return [...byReason.values()].slice(0, MAX_ENTRIES).map((gaps) => gaps.shown());
}

function idsUnder(what: "server" | "app", ids: ReadonlySet<number>) {
  if (ids.size === 0) return {};
  return {
    [`${what}s_count`]: ids.size,
    [`${what}_ids`]: [...ids].slice(0, MAX_IDS),
  };
}

/** Whether a later call may tell more of a server or its applications. */
export function mayTellMore({ checked, apps }: JudgedServer): boolean {
  const all = [checked, ...apps.map((app) => app.checked)];
  return all.some(({ gaps }) => gaps.some(({ reason }) => PASSING.has(reason)));
}
