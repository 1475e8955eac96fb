/**
 * Traces, through the exporter that the runtime has built in. Where tracing is off, nothing is loaded and nothing is
 * done.
 */
import type * as Otel from "@opentelemetry/api";
import { VERSION } from "../version.ts";
import { parseTraceparent } from "./traceparent.ts";

/** What is known about a span. Holds names and figures from the code: no customer, no address, no argument. */
export type Facts = Readonly<Record<string, string | number>>;

/** A span that begins. */
export interface SpanStart {
  /** Made of names from the code. */
  name: string;
  kind: "internal" | "client" | "server";
  facts?: Facts;
  /** The caller's own `traceparent`, as it was sent: the span belongs to that trace, and is linked to the present one. */
  traceparent?: unknown;
}

/** Where a log line belongs; empty while there is no trace. */
export interface TraceIds {
  trace_id?: string;
  span_id?: string;
}

/** Makes spans. */
export interface Tracer {
  /** Whether anything is traced. Where nothing is, a quick call need not prepare what would be noted. */
  readonly isOn: boolean;
  /** Runs work in a span of its own, which ends with it. */
  span<T>(start: SpanStart, work: () => Promise<T>): Promise<T>;
  /** Adds facts to the present span; `error.type` marks it as failed. A name replaces its name. */
  note(facts: Facts, name?: string): void;
  /** The present span. */
  ids(): TraceIds;
  /**
   * Names the runtime's span of an HTTP request after its route. The address that the runtime wrote into it stays: setting
   * an attribute again only adds a second one.
   */
  nameRequest(method: string, route: string): void;
}

/** Traces nothing. */
export const NO_TRACER: Tracer = {
  isOn: false,
  span: (_start, work) => work(),
  note: () => {},
  ids: () => ({}),
  nameRequest: () => {},
};

/** The tracer of the process. */
export async function openTracer(isOn: boolean): Promise<Tracer> {
  return isOn ? new OtelTracer(await import("@opentelemetry/api")) : NO_TRACER;
}

class OtelTracer implements Tracer {
  readonly isOn = true;
  readonly #api: typeof Otel;
  readonly #tracer: Otel.Tracer;
  readonly #kinds: Record<SpanStart["kind"], Otel.SpanKind>;

  constructor(api: typeof Otel) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("cloudways-mcp", VERSION);
    const { INTERNAL: internal, CLIENT: client, SERVER: server } = api.SpanKind;
    this.#kinds = { internal, client, server };
  }

  async span<T>(start: SpanStart, work: () => Promise<T>): Promise<T> {
    const { context, propagation, SpanStatusCode, trace } = this.#api;
    const present = context.active();
    const remote = parseTraceparent(start.traceparent);
    const outer = remote && trace.getSpanContext(present);
    const parent = remote === undefined ? present : trace.setSpanContext(present, { ...remote, isRemote: true });
    const options = {
      kind: this.#kinds[start.kind],
      attributes: { ...start.facts },
      links: outer === undefined ? [] : [{ context: outer }],
    };
    const span = this.#tracer.startSpan(start.name, options, parent);
    // The runtime would send the baggage of a client on to Cloudways.
    const inside = propagation.deleteBaggage(trace.setSpan(parent, span));
    try {
      return await context.with(inside, work);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  note(facts: Facts, name?: string): void {
    const span = this.#api.trace.getActiveSpan();
    span?.setAttributes({ ...facts });
    if (facts["error.type"] !== undefined) span?.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    if (name !== undefined) span?.updateName(name);
  }

  ids(): TraceIds {
    const span = this.#api.trace.getActiveSpan()?.spanContext();
    return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
  }

  nameRequest(method: string, route: string): void {
    this.note({ "http.route": route }, `${method} ${route}`);
  }
}
