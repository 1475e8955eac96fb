import type { Owner } from "../async/fair_shares.ts";
import { ToolError } from "../errors.ts";
import type { Customer } from "../identity/caller.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import type { CustomerRecords } from "./customer_records.ts";
import type { CloudwaysHttp, WireReply, WireRequest } from "./http.ts";
import { type NetworkFailure, networkFailure } from "./network_failure.ts";
import type { SentFor } from "./request_end.ts";
import { pauseSeconds, upstreamRateLimited } from "./replies.ts";
import type { UpstreamLimits } from "./upstream_limits.ts";

/** What {@linkcode Upstream} needs. */
export interface UpstreamOptions {
  http: Pick<CloudwaysHttp, "send">;
  limits: UpstreamLimits;
  records: Pick<CustomerRecords, "isKnown">;
  metrics: Metrics;
  tracer: Tracer;
}

/** For whom a request is sent, and where it is logged. */
export interface Sender {
  customer: Customer;
  operation: string;
  log: Logger;
}

/** Sends single requests. Logs and counts each, and keeps to the pauses that Cloudways asks for. */
export class Upstream {
  readonly #options: UpstreamOptions;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /**
   * Checks that Cloudways has not asked for a pause.
   *
   * @throws {ToolError} `upstream_rate_limited` while the pause lasts.
   */
  refuseWhilePaused(customer: Customer, operation: string): void {
    const seconds = this.#options.limits.pausedSeconds(customer, operation);
    if (seconds > 0) throw upstreamRateLimited(seconds, "upstream_pause");
  }

  /** Whose share of the requests in flight a request takes. */
  ownerOf({ id }: Customer, address: string): Owner {
    return this.#options.records.isKnown(id) ? { customer: id } : { stranger: address, credentials: id };
  }

  /**
   * Sends a request once, and notes what its answer says about Cloudways' limits.
   *
   * @throws {ToolError} If no answer comes.
   */
  async send(sender: Sender, request: WireRequest, sentFor: SentFor): Promise<WireReply> {
    const { limits, tracer } = this.#options;
    const { customer, operation } = sender;
    const start = {
      name: `cloudways ${operation}`,
      kind: "internal",
      facts: { "cloudways.operation": operation },
    } as const;
    const reply = await tracer.span(start, () => this.#timed(sender, request, sentFor));
    limits.seen(customer, operation, reply.headers);
    if (reply.status === 429) limits.pause(customer, operation, pauseSeconds(reply.headers));
    return reply;
  }

  /** Logs and counts one request, whether it succeeds or fails. */
  async #timed({ operation, log }: Sender, request: WireRequest, sentFor: SentFor): Promise<WireReply> {
    const { http, metrics, tracer } = this.#options;
    const startedAt = performance.now();
    let status = "aborted";
    let cause: NetworkFailure | undefined;
    try {
      const reply = await http.send(request, sentFor);
      status = String(reply.status);
      return reply;
    } catch (error) {
      if (error instanceof ToolError) {
        cause = networkFailure(error.cause);
        status = cause === undefined ? error.code : `${error.code}_${cause}`;
      }
      throw error;
    } finally {
      const milliseconds = Math.round(performance.now() - startedAt);
      metrics.upstreamFinished({ operation, status, seconds: milliseconds / 1000 });
      tracer.note({ "cloudways.status": status });
      const ids = tracer.ids();
      const fields = cause === undefined
        ? { operation, status, milliseconds }
        : { operation, status, cause, milliseconds };
      log.info("upstream", ids.trace_id === undefined ? fields : { ...fields, ...ids });
    }
  }
}
