/**
 * A fast Cloudways for the bench: it asks the sandbox once for each address, and repeats those bytes to everybody,
 * whatever their token. `GET /counted` says how many requests came, and in how many bytes they were answered. Arguments:
 * port, servers of the account, applications of each server, and whether operations end.
 */
import { DEMO_ACCOUNT, startSandbox } from "../tests/sandbox/mod.ts";

const [port, servers, appsPerServer] = Deno.args.map(Number);
const operationsEnd = Deno.args[3] === "end";
const [{ token }] = DEMO_ACCOUNT.accessTokens;
const NEVER = 1_000_000_000;

const sandbox = await startSandbox({
  rateLimitPerMinute: NEVER,
  pace: { polls: operationsEnd ? 1 : NEVER, seconds: NEVER },
  accounts: [{
    ...DEMO_ACCOUNT,
    ...(servers !== undefined && { servers }),
    ...(appsPerServer !== undefined && { appsPerServer }),
  }],
});

interface Reply {
  bytes: Uint8Array<ArrayBuffer>;
  status: number;
  headers: [string, string][];
}

const replies = new Map<string, Promise<Reply>>();
const counted = { requests: 0, bytes: 0 };

async function ask(request: Request, path: string, body: string): Promise<Reply> {
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  headers.delete("host");
  const { method } = request;
  const url = sandbox.baseUrl.replace("/api/v2", "") + path;
  const response = await fetch(url, { method, headers, ...(method !== "GET" && { body }) });
  const kept = [...response.headers].filter(([name]) => /^(content-type|x-ratelimit-.*)$/.test(name));
  sandbox.keepRequests(0);
  return { bytes: new Uint8Array(await response.arrayBuffer()), status: response.status, headers: kept };
}

Deno.serve({ hostname: "127.0.0.1", port: port ?? 0, onListen: () => {} }, async (request) => {
  const path = request.url.slice(request.url.indexOf("/", "http://".length));
  if (path === "/counted") return Response.json(counted);
  const body = request.method === "GET" ? "" : await request.text();
  const key = `${request.method} ${path} ${body}`;
  const pending = replies.get(key) ?? ask(request, path, body);
  replies.set(key, pending);
  const { bytes, status, headers } = await pending;
  counted.requests++;
  counted.bytes += bytes.length;
  return new Response(bytes, { status, headers });
});
