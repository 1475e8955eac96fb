import type { Config } from "../config.ts";
import { VERSION } from "../version.ts";
import type { Logger } from "./log.ts";
import { openMeter } from "./meter.ts";
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

/** What {@linkcode openTelemetry} needs. */
export interface TelemetryOptions {
  config: Pick<Config, "tracing" | "sendsMetrics">;
  log: Logger;
  /** Whether other workers share this process. */
  isOneOfMany: boolean;
}

/** Makes what watches the process. */
export async function openTelemetry({ config, log, isOneOfMany }: TelemetryOptions): Promise<Telemetry> {
  const { tracing, sendsMetrics } = config;
  const metrics = new Metrics({ version: VERSION });
  if (sendsMetrics) metrics.sendBy(await openMeter({ isOneOfMany }));
  metrics.watchLog(() => log.linesLost);
  const tracer = await openTracer(tracing);
  return { metrics, tracer, watch: new StoreTelemetry(metrics, tracer) };
}
