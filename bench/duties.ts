/**
 * The least that a server with this program's duties does, without any of its checks: it reads the same headers, parses
 * the message, searches what comes from Cloudways and what it answers once for secrets, makes the answer from its
 * result, and writes the same number of log lines. So it shows what is within reach beside the floor. `PUT` tells it the
 * right answer at a path, as it does the floor. Argument: port.
 */
import { CREDENTIAL_HEADERS, WISH_HEADERS } from "../src/http/caller_headers.ts";

interface Answer {
  result: Record<string, unknown>;
  /** An address to fetch first. */
  upstream: string | undefined;
}

const HEADERS = [
  ...["host", "origin", "accept", "content-type", "content-encoding", "content-length", "traceparent"],
  ...["mcp-protocol-version", "mcp-method", "mcp-name"],
  ...CREDENTIAL_HEADERS,
  ...WISH_HEADERS,
];
const ANSWER_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};
const UPSTREAM_HEADERS = {
  authorization: "Bearer cw_bench_not_real_000000",
  accept: "application/json",
  "user-agent": "bench",
};
const SECRET = /\b(?:cw_|gh[opsu]_|sk-|eyJ|AKIA)[\w-]{16,}|-----BEGIN/;
const WRITE_MS = 25;

const [port] = Deno.args;
const answers = new Map<string, Answer>();
let lines = "";

/** Lines go out together. */
function write(fields: Record<string, unknown>): void {
  if (lines === "") setTimeout(writeLines, WRITE_MS);
  lines += `${JSON.stringify({ timestamp: new Date().toISOString(), level: "INFO", ...fields })}\n`;
}

function writeLines(): void {
  Deno.stderr.writeSync(new TextEncoder().encode(lines));
  lines = "";
}

async function learn(path: string, request: Request): Promise<Response> {
  const [name = path, query] = path.split("?fetch=");
  const { result } = await request.json();
  answers.set(name, { result, upstream: query === undefined ? undefined : decodeURIComponent(query) });
  return new Response();
}

/** What Cloudways answers, parsed; null if a secret is in it. */
async function ask(upstream: string): Promise<unknown> {
  const { signal } = new AbortController();
  const reply = await fetch(upstream, { headers: UPSTREAM_HEADERS, signal, redirect: "manual" });
  const text = await reply.text();
  return SECRET.test(text) ? null : JSON.parse(text);
}

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, async (request, { remoteAddr }) => {
  const startedAt = performance.now();
  const path = request.url.slice(request.url.indexOf("/", "http://".length));
  if (request.method === "PUT") return await learn(path, request);
  if (request.method === "GET") return new Response();
  const answer = answers.get(path);
  if (answer === undefined) return new Response(null, { status: 404 });
  const sent = HEADERS.map((name) => request.headers.get(name)).filter((value) => value !== null);
  const message = JSON.parse(await request.text());
  const request_id = crypto.randomUUID();
  const about = { request_id, tool: message.params.name, milliseconds: performance.now() - startedAt };
  if (answer.upstream !== undefined) {
    await ask(answer.upstream);
    write({ message: "upstream", ...about });
  }
  const { structuredContent } = answer.result;
  const text = JSON.stringify(structuredContent);
  if (SECRET.test(text)) return new Response(null, { status: 500 });
  const result = { ...answer.result, content: [{ type: "text", text }] };
  write({ message: "tool", ...about });
  write({ message: "request", ...about, headers: sent.length, address: remoteAddr.hostname });
  return new Response(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }), { headers: ANSWER_HEADERS });
});
