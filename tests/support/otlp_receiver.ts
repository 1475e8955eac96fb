/** A receiver of OpenTelemetry's protocol (OTLP/HTTP, as JSON), for one test. */
import * as z from "zod";
import { until } from "./until.ts";

const attributesSchema = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([]);

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  name: z.string(),
  kind: z.number(),
  attributes: attributesSchema,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
});

const tracesSchema = z.object({
  resourceSpans: z.array(z.object({
    scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(spanSchema) })),
  })),
});

const pointSchema = z.object({ attributes: attributesSchema });
const sumSchema = z.object({
  dataPoints: z.array(pointSchema.extend({ asDouble: z.number() })),
  isMonotonic: z.boolean().default(false),
});
const histogramSchema = z.object({
  dataPoints: z.array(pointSchema.extend({
    sum: z.number(),
    bucketCounts: z.array(z.coerce.number()),
    explicitBounds: z.array(z.number()),
  })),
});
const metricsSchema = z.object({
  resourceMetrics: z.array(z.object({
    scopeMetrics: z.array(z.object({
      scope: z.object({ name: z.string() }),
      metrics: z.array(z.looseObject({ name: z.string(), description: z.string(), unit: z.string() })),
    })),
  })),
});

const logsSchema = z.object({
  resourceLogs: z.array(z.object({
    scopeLogs: z.array(z.object({
      logRecords: z.array(z.object({
        severityText: z.string(),
        body: z.object({ stringValue: z.string() }),
        traceId: z.string().default(""),
        spanId: z.string().default(""),
      })),
    })),
  })),
});

/** The newest value of one series of the program's own metrics. */
export interface ReceivedSeries {
  name: string;
  description: string;
  unit: string;
  type: "counter" | "gauge" | "histogram";
  attributes: Readonly<Record<string, string>>;
  /** Of a histogram the sum. */
  value: number;
  /** Upper bounds and counts, each bucket alone; the last count is of what is above all bounds. */
  buckets?: { bounds: readonly number[]; counts: readonly number[] };
}

/** A log record that was received. */
export interface ReceivedLine {
  severity: string;
  /** Without the line break at its end. */
  body: string;
  traceId: string;
  spanId: string;
}

/** A span that was received. */
export interface ReceivedSpan {
  /** Who made it: `cloudways-mcp`, or `deno` for those of the runtime. */
  scope: string;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** The spans it is linked to. */
  links: readonly string[];
  failed: boolean;
}

/** A running receiver. */
export interface OtlpReceiver extends AsyncDisposable {
  /** Variables that make a program send to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly ReceivedSpan[];
  /** The program's own metrics, as they came last. */
  readonly series: readonly ReceivedSeries[];
  readonly lines: readonly ReceivedLine[];
  /** All bodies that came for one path, as text. */
  textOf(path: string): string;
  /** Everything that came, as text; without the attributes of these names. */
  textWithout(attributes: readonly string[]): string;
  /** The paths that came: `/v1/traces`, `/v1/metrics`, `/v1/logs`. */
  readonly paths: ReadonlySet<string>;
  /** Waits for a span. */
  waitFor(isIt: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
}

/** Starts a receiver on a free port. */
export function startOtlpReceiver(): OtlpReceiver {
  const spans: ReceivedSpan[] = [];
  const series = new Map<string, ReceivedSeries>();
  const lines: ReceivedLine[] = [];
  const received: { path: string; body: string }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    received.push({ path: pathname, body });
    if (pathname === "/v1/traces") spans.push(...readSpans(body));
    if (pathname === "/v1/logs") lines.push(...readLines(body));
    if (pathname === "/v1/metrics") {
      for (const one of readSeries(body)) series.set(JSON.stringify([one.name, one.attributes]), one);
    }
    return Response.json({});
  });
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
    spans,
    lines,
    get series() {
      return [...series.values()];
    },
    get paths() {
      return new Set(received.map(({ path }) => path));
    },
    textOf: (wanted) => received.filter(({ path }) => path === wanted).map(({ body }) => body).join("\n"),
    textWithout: (attributes) => received.map(({ body }) => textWithout(body, attributes)).join("\n"),
    async waitFor(isIt) {
      await until(() => spans.some(isIt), 60_000);
      const found = spans.find(isIt);
      if (found === undefined) throw new Error("The span is gone.");
      return found;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function readSpans(body: string): ReceivedSpan[] {
  const { resourceSpans } = tracesSchema.parse(JSON.parse(body));
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ scope, spans }) =>
    spans.map(({ kind: _, status, links, attributes, ...span }) => ({
      ...span,
      scope: scope.name,
      attributes: toRecord(attributes),
      links: links.map(({ spanId }) => spanId),
      failed: status.code === 2,
    }))
  );
}

function toRecord(attributes: z.output<typeof attributesSchema>): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}

/** The metrics of the program; those of the runtime are left out. */
function readSeries(body: string): ReceivedSeries[] {
  const { resourceMetrics } = metricsSchema.parse(JSON.parse(body));
  const scopes = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics);
  return scopes.filter(({ scope }) => scope.name === "cloudways-mcp").flatMap(({ metrics }) =>
    metrics.flatMap(({ name, description, unit, sum, gauge, histogram }) => {
      const metric = { name, description, unit };
      return histogram === undefined ? readValues(metric, { sum, gauge }) : readBuckets(metric, histogram);
    })
  );
}

type Described = Pick<ReceivedSeries, "name" | "description" | "unit">;

function readValues(metric: Described, { sum, gauge }: { sum: unknown; gauge: unknown }): ReceivedSeries[] {
  const { dataPoints, isMonotonic } = sumSchema.parse(sum ?? gauge);
  return dataPoints.map(({ attributes, asDouble }) => ({
    ...metric,
    type: isMonotonic ? "counter" : "gauge",
    attributes: toRecord(attributes),
    value: asDouble,
  }));
}

function readBuckets(metric: Described, histogram: unknown): ReceivedSeries[] {
  return histogramSchema.parse(histogram).dataPoints.map(({ attributes, sum, bucketCounts, explicitBounds }) => ({
    ...metric,
    type: "histogram",
    attributes: toRecord(attributes),
    value: sum,
    buckets: { bounds: explicitBounds, counts: bucketCounts },
  }));
}

function readLines(body: string): ReceivedLine[] {
  const { resourceLogs } = logsSchema.parse(JSON.parse(body));
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs).flatMap(({ logRecords }) =>
    logRecords.map(({ severityText, body, traceId, spanId }) => ({
      severity: severityText,
      body: body.stringValue.replace(/\n$/, ""),
      traceId,
      spanId,
    }))
  );
}

const attributeSchema = z.looseObject({ key: z.string() });

function textWithout(body: string, attributes: readonly string[]): string {
  const isTakenOut = (value: unknown) => attributes.includes(attributeSchema.safeParse(value).data?.key ?? "");
  return JSON.stringify(JSON.parse(body, (_key, value) => {
    return Array.isArray(value) ? value.filter((one) => !isTakenOut(one)) : value;
  }));
}
