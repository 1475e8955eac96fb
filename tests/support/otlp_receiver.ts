/** A receiver of OpenTelemetry's protocol (OTLP/HTTP, as JSON), for one test. */
import { z } from "zod";
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
  const paths = new Set<string>();
  const bodies: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    paths.add(pathname);
    bodies.push(body);
    if (pathname === "/v1/traces") spans.push(...readSpans(body));
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
    paths,
    textWithout: (attributes) => bodies.map((body) => textWithout(body, attributes)).join("\n"),
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
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])])),
      links: links.map(({ spanId }) => spanId),
      failed: status.code === 2,
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
