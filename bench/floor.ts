/**
 * The floor: a bare `Deno.serve` that parses the message and returns the bytes of the right answer. `PUT` tells it what
 * it answers at a path, and what it does before: a request to `?fetch=URL`, and an EVALSHA if it was started with the
 * address of a Redis. Arguments: port, address of the Redis.
 */
import type { Redis } from "ioredis";

interface Answer {
  text: string;
  /** An address to fetch first. */
  upstream: string | undefined;
}

const HEADERS = { "content-type": "application/json", "cache-control": "no-store" };
const UPSTREAM_HEADERS = { authorization: "Bearer cw_bench_not_real_000000", accept: "application/json" };
/** The least that a limit on requests does. */
const SCRIPT = "return redis.call('INCR', KEYS[1])";

const [port, redisUrl] = Deno.args;
const answers = new Map<string, Answer>();

/** Loaded only where it is needed, so that the start of a bare server can be measured. */
async function connect(url: string): Promise<{ redis: Redis; sha: string }> {
  const { Redis } = await import("ioredis");
  const redis = new Redis(url);
  return { redis, sha: String(await redis.script("LOAD", SCRIPT)) };
}

const store = redisUrl === undefined ? undefined : await connect(redisUrl);

async function learn(path: string, request: Request): Promise<Response> {
  const [name = path, query] = path.split("?fetch=");
  const upstream = query === undefined ? undefined : decodeURIComponent(query);
  answers.set(name, { text: await request.text(), upstream });
  return new Response();
}

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, async (request) => {
  const path = request.url.slice(request.url.indexOf("/", "http://".length));
  if (request.method === "PUT") return await learn(path, request);
  if (request.method === "GET") return new Response();
  const answer = answers.get(path);
  if (answer === undefined) return new Response(null, { status: 404 });
  const message = await request.json();
  if (message.jsonrpc !== "2.0") return new Response(null, { status: 400 });
  if (answer.upstream !== undefined) {
    if (store !== undefined) await store.redis.evalsha(store.sha, 1, "bench:bucket");
    const reply = await fetch(answer.upstream, { headers: UPSTREAM_HEADERS });
    await reply.text();
  }
  return new Response(answer.text, { headers: HEADERS });
});
