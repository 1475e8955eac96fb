/** One address in front of several replicas: each request goes to the next one. */
import { shutDown } from "./shut_down.ts";

/** A running balancer. */
export interface Balancer extends AsyncDisposable {
  readonly mcpUrl: URL;
}

/** Starts a balancer on a free port. Ends with the test. */
export async function startBalancer(replicas: readonly URL[]): Promise<Balancer> {
  let turn = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const target = replicas[turn++ % replicas.length];
    if (target === undefined) return new Response(null, { status: 502 });
    const { method, signal } = request;
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = method === "POST" ? await request.text() : null;
    return await fetch(target, { method, headers, body, signal });
  });
  return await Promise.resolve({
    mcpUrl: new URL(`http://127.0.0.1:${server.addr.port}/mcp`),
    [Symbol.asyncDispose]: () => shutDown(server),
  });
}
