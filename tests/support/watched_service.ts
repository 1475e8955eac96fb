/** A service that records every byte of its answers and logs. */
import type { FetchHandler } from "../../src/http/router.ts";
import { type Service, type ServiceOptions, startService } from "./harness.ts";

/** One request, and all of its answer. */
export interface Exchange {
  request: Request;
  status: number;
  headers: string;
  /** Grows while the answer is read. */
  body: string;
}

/** A running service. */
export interface WatchedService extends Service {
  readonly exchanges: readonly Exchange[];
}

/** Starts a service as {@linkcode startService} does. */
export async function startWatchedService(options: ServiceOptions): Promise<WatchedService> {
  const exchanges: Exchange[] = [];
  const watch = (serve: FetchHandler): FetchHandler => async (request, connection) => {
    // Before the request's body is consumed.
    const { method, url, headers } = request;
    const response = await serve(request, connection);
    return record(exchanges, new Request(url, { method, headers }), response);
  };
  return { ...await startService({ ...options, around: watch }), exchanges };
}

/** The same answer, recorded while it is read. */
function record(exchanges: Exchange[], request: Request, response: Response): Response {
  const { status, headers } = response;
  const exchange = { request, status, headers: JSON.stringify([...headers]), body: "" };
  exchanges.push(exchange);
  if (response.body === null) return response;
  const decoder = new TextDecoder();
  const copy = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      exchange.body += decoder.decode(chunk, { stream: true });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(copy), { status, headers });
}
