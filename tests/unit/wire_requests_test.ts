/** How requests leave for Cloudways: their queries, and the time that each has. */
import assert from "node:assert/strict";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { CloudwaysHttp, type Fields, type WireRequest } from "../../src/cloudways/http.ts";
import { path } from "../../src/cloudways/path.ts";

const NEVER = new AbortController();
const READ: WireRequest = { method: "GET", path: path`/project`, owner: { customer: "one" } };

function httpTo({ addr }: Deno.HttpServer<Deno.NetAddr>, timeoutMs: number): CloudwaysHttp {
  const baseUrl = new URL(`http://127.0.0.1:${addr.port}/api`);
  return new CloudwaysHttp({ baseUrl, slots: new FairSemaphore(4), timeoutMs, writeTimeoutMs: timeoutMs });
}

function serve(handler: (request: Request) => Response | Promise<Response>): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
}

const QUERIES: readonly { fields: Fields; query: string }[] = [
  { fields: {}, query: "" },
  { fields: { server_id: 100001, app_id: undefined }, query: "?server_id=100001" },
  { fields: { a: "", b: true, c: -1.5, d: "*-_." }, query: "?a=&b=true&c=-1.5&d=*-_." },
  {
    fields: { server_id: 100001, text: "a b&c=d+e%f#g/h?i" },
    query: "?server_id=100001&text=a+b%26c%3Dd%2Be%25f%23g%2Fh%3Fi",
  },
  { fields: { text: "é\n~'" }, query: "?text=%C3%A9%0A%7E%27" },
  { fields: { ids: [1, 2] }, query: "?ids%5B%5D=1&ids%5B%5D=2" },
];

for (const { fields, query } of QUERIES) {
  Deno.test(`the query of ${JSON.stringify(fields)} is ${query}`, async () => {
    await using server = serve(({ url }) => new Response(new URL(url).search));
    const http = httpTo(server, 20_000);

    const { text } = await http.send({ ...READ, query: fields }, NEVER);
    http.close();

    assert.equal(text, query);
  });
}

Deno.test({
  name: "requests that hang end each in its time, and none leaves a timer behind",
  // Makes Deno fail a test that leaves a timer running.
  sanitizeOps: true,
  async fn() {
    const MS = 200;
    const over = Promise.withResolvers<Response>();
    await using server = serve(({ url }) => url.endsWith("quick") ? new Response("{}") : over.promise);
    const http = httpTo(server, MS);
    const hangs = async (request: WireRequest) => {
      const begun = performance.now();
      await assert.rejects(http.send(request, NEVER), { code: "upstream_timeout" });
      return performance.now() - begun;
    };

    const first = hangs(READ);
    await http.send({ ...READ, path: path`/quick` }, NEVER);
    const waited = await Promise.all([
      first,
      hangs(READ),
      hangs({ ...READ, once: true }),
      hangs({ ...READ, method: "POST" }),
    ]);
    await http.send({ ...READ, path: path`/quick` }, NEVER);
    http.close();
    over.resolve(new Response());

    for (const ms of waited) assert.ok(ms >= MS - 1, `${ms} ms`);
  },
});
