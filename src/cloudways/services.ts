/** Builds the parts that talk to Cloudways: the HTTP client, the circuit breaker, and what all accounts share. */
import type { Clock } from "../async/clock.ts";
import { FairSemaphore } from "../async/fair_semaphore.ts";
import type { Config } from "../config.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Store } from "../store/store.ts";
import type { FoldedLog } from "../telemetry/folded_log.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import type { WorkCounts } from "../text/work_counts.ts";
import type { AccountServices } from "./account.ts";
import { CircuitBreaker } from "./breaker.ts";
import { CloudwaysClient } from "./client.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { CloudwaysHttp } from "./http.ts";
import { KeyWork } from "./key_work.ts";
import { neutralRead } from "./neutral_read.ts";
import { Operations } from "./operations.ts";
import { ReferenceData } from "./reference_data.ts";
import { RestorePoints } from "./restore_points.ts";
import { ServerListing } from "./server_listing.ts";
import { StartedOperations } from "./started_operations.ts";

/** What {@linkcode createServices} needs. */
export interface ServicesOptions {
  config: Pick<Config, "apiBaseUrl" | "httpPoolSize" | "rateLimit">;
  store: Store;
  sealed: SealedStore;
  records: CustomerRecords;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  log: Logger;
  /** Takes the log lines of callers that Cloudways has not accepted. */
  folded: FoldedLog;
  /** Milliseconds one read from Cloudways may take. */
  upstreamTimeoutMs: number;
  /** Milliseconds one change at Cloudways may take. */
  writeTimeoutMs: number;
  /** Milliseconds a call may take if it waits for no operation. */
  callTimeoutMs: number;
  /** Aborts when this process shuts down; waiting ends then. */
  stopWaiting: AbortSignal;
  /** Counts the work done for callers. */
  work?: WorkCounts | undefined;
}

/** Builds the parts that all accounts share, and the circuit breaker in front of Cloudways. */
export function createServices(options: ServicesOptions): { services: AccountServices; breaker: CircuitBreaker } {
  const { config, store, sealed, records, clock, metrics, tracer, log, folded } = options;
  const slots = new FairSemaphore(config.httpPoolSize);
  metrics.watchPool("cloudways", () => slots.state);
  const http = new CloudwaysHttp({
    baseUrl: config.apiBaseUrl,
    slots,
    timeoutMs: options.upstreamTimeoutMs,
    writeTimeoutMs: options.writeTimeoutMs,
  });
  const isAccepted = (id: string) => records.isKnown(id);
  const breaker = new CircuitBreaker({ clock, metrics, log, isAccepted, probe: () => neutralRead(http) });
  const client = new CloudwaysClient({
    http,
    breaker,
    store,
    sealed,
    records,
    clock,
    metrics,
    tracer,
    log,
    strangersLog: (address) => folded.of(address, log),
    bucket: { capacity: config.rateLimit.requests, windowSeconds: config.rateLimit.windowSeconds },
    callBudgetMs: options.callTimeoutMs,
  });
  const services = {
    client,
    listing: new ServerListing({ client, store, sealed, clock }),
    reference: new ReferenceData({ client, store, sealed, clock }),
    operations: new Operations({ client, clock, stopWaiting: options.stopWaiting }),
    restorePoints: new RestorePoints({ sealed, clock, records }),
    startedOperations: new StartedOperations({ sealed, clock, records }),
    keyWork: new KeyWork(options.work),
  };
  return { services, breaker };
}
