import type { Clock } from "../async/clock.ts";
import { CustomerRecords } from "../cloudways/customer_records.ts";
import type { Config } from "../config.ts";
import type { NoStdioPages } from "../config/reach.ts";
import { Box } from "../crypto/box.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import type { PageHost } from "../confirm/page_access.ts";
import { SealedStore } from "../store/sealed.ts";
import type { Store } from "../store/store.ts";
import { FoldedLog } from "../telemetry/folded_log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";

/** The parts that nearly all other parts need. */
export interface Base {
  config: Config;
  pages: PageHost | NoStdioPages;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  ring: KeyRing;
  box: Box;
  store: Store;
  sealed: SealedStore;
  records: CustomerRecords;
  folded: FoldedLog;
}

/** An address as it is given out, without a trailing slash. */
export function urlText(url: URL | undefined): string | undefined {
  return url?.href.replace(/\/$/, "");
}
