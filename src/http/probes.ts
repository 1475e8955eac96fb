import type { Clock } from "../async/clock.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { VERSION } from "../version.ts";
import type { Route } from "./router.ts";

/** What the probes need. */
export interface ProbeOptions {
  store: Store;
  clock: Clock;
  /** Undefined where other workers behind the same address count too: a scrape would get the numbers of one of them. */
  metrics: Metrics | undefined;
  /** The circuit breaker's state; `closed` means that requests pass. If left out, `/ready` does not mention it. */
  breakerState?: () => string;
  /** Why the process takes no new work; undefined while it does. */
  notReadyReason: () => string | undefined;
}

/** `/health`, `/ready` and `/metrics`, for orchestrators and monitoring. They skip the access rules. */
export function probeRoutes({ store, clock, metrics, breakerState, notReadyReason }: ProbeOptions): Route[] {
  const startedAt = clock.monotonic();
  const probe = { methods: ["GET"], skipsAccessRules: true, quiet: true } as const;
  return [
    {
      ...probe,
      path: "/health",
      allowsCors: true,
      handle: () => {
        const uptime_s = Math.floor((clock.monotonic() - startedAt) / 1000);
        return Response.json({ status: "healthy", version: VERSION, store: store.kind, uptime_s });
      },
    },
    {
      ...probe,
      path: "/ready",
      allowsCors: true,
      handle: async () => {
        const reason = notReadyReason() ?? await storeProblem(store);
        const upstream = shownBreaker(breakerState);
        if (reason === undefined) return Response.json({ status: "ready", ...upstream });
        return Response.json({ status: "not_ready", failing: reason, ...upstream }, { status: 503 });
      },
    },
    {
      ...probe,
      path: "/metrics",
      allowsCors: false,
      handle: () => metrics === undefined ? notScraped() : shownMetrics(metrics),
    },
  ];
}

function shownMetrics(metrics: Metrics): Response {
  return new Response(metrics.text(), { headers: { "content-type": metrics.contentType } });
}

/** A failure, so that monitoring notices. */
function notScraped(): Response {
  const message = "Each worker counts for itself, so there are no numbers for all of them. Run replicas with " +
    "`deno task start` instead and scrape each one.";
  return Response.json({ error: "not_implemented", message }, { status: 501 });
}

/**
 * The breaker's state, shown unless it is closed. An open breaker does not make `/ready` fail, since all replicas
 * depend on the same Cloudways.
 */
function shownBreaker(breakerState?: () => string): { upstream_breaker?: string } {
  const state = breakerState?.() ?? "closed";
  return state === "closed" ? {} : { upstream_breaker: state };
}

/** What keeps the store from serving; undefined if it serves. */
export async function storeProblem(store: Pick<Store, "ping">): Promise<string | undefined> {
  try {
    await store.ping();
    return undefined;
  } catch {
    return "store";
  }
}
