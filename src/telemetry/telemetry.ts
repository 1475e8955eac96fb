import type { Config } from "../config.ts";
import { VERSION } from "../version.ts";
import type { Logger } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { StoreTelemetry } from "./store_telemetry.ts";
import { openTracer, type Tracer } from "./tracing.ts";

/** What watches the process. */
export interface Telemetry {
  metrics: Metrics;
  tracer: Tracer;
  /** Watches the store. */
  watch: StoreTelemetry;
}

/** Makes what watches the process. */
export async function openTelemetry({ tracing }: Pick<Config, "tracing">, log: Logger): Promise<Telemetry> {
  const metrics = new Metrics({ version: VERSION });
  metrics.watchLog(() => log.linesLost);
  const tracer = await openTracer(tracing);
  return { metrics, tracer, watch: new StoreTelemetry(metrics, tracer) };
}
