/**
 * Everyday jobs about DNS and the CDN of an assistant that knows only the default list: each tool is found by what
 * people say, and called through `call_tool`. A person says yes where one is asked.
 */
import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";

/** What is looked for, the tool that has to come first, and the arguments of its call. */
interface Step {
  query: string;
  tool: string;
  args: Record<string, unknown>;
  asks: boolean;
}

interface Job {
  name: string;
  /** What is there before. */
  setUp?: (sandbox: Sandbox) => void;
  steps: Step[];
  /** What is true at Cloudways afterwards. */
  check: (sandbox: Sandbox) => void;
}

const MX = { domain: "example.com", type: "MX", host: "@", values: ["smtp.example.net"], mx_level: 1 };

const recordsOf = (sandbox: Sandbox, type: string) =>
  sandbox.account().dns.flatMap(({ records }) => records).filter((record) => record.type === type);

const cloudflareOf = (sandbox: Sandbox) => {
  const [app] = sandbox.account().servers.flatMap(({ apps }) => apps);
  assert.ok(app !== undefined);
  return app.cloudflare;
};

const JOBS: readonly Job[] = [
  {
    name: "an MX record is added",
    steps: [{ query: "add an MX record for my domain", tool: "add_dns_records", args: MX, asks: false }],
    check(sandbox) {
      const added = recordsOf(sandbox, "MX").map(({ name, value, mxLevel }) => [name, value, mxLevel]);
      assert.deepEqual(added, [["", "smtp.example.net.", 1]]);
    },
  },
  {
    name: "an MX record is added beside another one, after a person said yes",
    setUp(sandbox) {
      const [zone] = sandbox.account().dns;
      const at = "2026-01-01T00:00:00.000Z";
      const uid = "9aaaae08-57ab-4a63-944f-000000000001";
      const other = { uid, type: "MX", name: "", value: "old.example.net.", ttl: 3600, mxLevel: 10 };
      zone?.records.push({ ...other, created_at: at, updated_at: at });
    },
    steps: [{ query: "new MX entry for Google Workspace", tool: "add_dns_records", args: MX, asks: true }],
    check: (sandbox) =>
      assert.deepEqual(recordsOf(sandbox, "MX").map(({ value }) => value), ["old.example.net.", "smtp.example.net."]),
  },
  {
    name: "Cloudflare's cache is purged",
    steps: [{ query: "purge Cloudflare", tool: "purge_cloudflare_cache", args: { app_id: 200001 }, asks: false }],
    check: (sandbox) => assert.equal(cloudflareOf(sandbox).purges, 1),
  },
  {
    name: "a domain is put on Cloudflare, and verified",
    steps: [
      {
        query: "use Cloudflare Enterprise for my shop",
        tool: "add_cloudflare_domain",
        args: { app_id: 200001, domain: "shop.example.com" },
        asks: true,
      },
      {
        query: "which TXT record do I need for the CDN",
        tool: "check_cloudflare_domain",
        args: { app_id: 200001, domain: "shop.example.com" },
        asks: false,
      },
      {
        query: "I published the TXT record, confirm that I own the domain",
        tool: "verify_cloudflare_domain",
        args: { app_id: 200001, domain: "www.example.com" },
        asks: false,
      },
    ],
    check(sandbox) {
      const states = cloudflareOf(sandbox).domains.map(({ hostname, status }) => [hostname, status]);
      assert.deepEqual(states, [["www.example.com", "activated"], ["shop.example.com", "pending"]]);
    },
  },
];

/** Finds the tool, calls it through `call_tool`, and says yes if it asks. */
async function carryOut(service: Service, { query, tool, args, asks }: Step): Promise<void> {
  const base = { url: service.mcpUrl, headers: TOKEN_HEADERS };
  const found = await callModern({ ...base, name: "find_tools", args: { query } });
  assert.ok(found.kind === "result", JSON.stringify(found));
  assert.equal(Object(found.answer.json.tools)[0]?.name, tool, query);

  const call = { ...base, name: "call_tool", args: { name: tool, arguments: JSON.stringify(args) } };
  const first = await callModern(call);
  assert.equal(first.kind, asks ? "question" : "result", JSON.stringify(first));
  const answer = first.kind === "question"
    ? await callModern({ ...call, answered: { state: first.state, reply: yesTo(first.message) } })
    : first;
  assert.ok(answer.kind === "result" && !answer.answer.isError, JSON.stringify(answer));
}

for (const { name, setUp, steps, check } of JOBS) {
  Deno.test(`through discovery ${name}`, async () => {
    await using sandbox = await startSandbox({ pace: { polls: 1, seconds: 0 } });
    setUp?.(sandbox);
    await using service = await startService({ sandbox });

    for (const step of steps) await carryOut(service, step);

    check(sandbox);
    sandbox.assertNoViolations();
  });
}
