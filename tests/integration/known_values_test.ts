/** Values from a set: a wrong one is refused with the set, before anybody is asked and before a change is sent. */
import assert from "node:assert/strict";
import * as z from "zod";
import { APP, GIT_URL, SERVER } from "../ask_cases/case.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import type { Sandbox } from "../sandbox/mod.ts";

/** One argument of one tool with values from a set. */
interface Row {
  tool: string;
  argument: string;
  /** The other arguments. */
  args: Record<string, unknown>;
  right: string;
  wrong: string[];
  /** Some of the values that the refusal names. */
  known: string[];
  /** The operation that carries out the right call. */
  sends: string;
  /** The read that gives the set; if it fails, Cloudways decides. Undefined if the listing gives the set. */
  reads?: string;
  setUp?: (sandbox: Sandbox) => void;
}

const GRAPH = { ...SERVER, duration: "1 Hour" };

const NEW_SERVER = {
  provider: "do",
  region: "nyc3",
  size: "4GB",
  application: "wordpress",
  app_version: "6.8",
  server_label: "Shops EU",
  app_label: "Shop",
};

const rows: Row[] = [
  ...["start", "stop", "restart"].map((action) => ({
    tool: "change_service_state",
    argument: "service",
    args: { ...SERVER, action },
    right: "nginx",
    wrong: ["php5.6-fpm", "tostring", "varnish-enabled"],
    known: ["nginx", "php8.2-fpm"],
    sends: "service_state_update",
    reads: "service_status",
  })),
  {
    tool: "restore_app",
    argument: "time",
    args: APP,
    right: "2026-08-05T23:19:06",
    wrong: ["2001-01-01T00:00:00", "2026-08-05T23:19", "yesterday"],
    known: ["2026-08-05T23:19:06"],
    sends: "app_restore",
    reads: "app_backup_status_get",
  },
  {
    tool: "git_clone",
    argument: "branch",
    args: { ...APP, git_url: GIT_URL },
    right: "develop",
    wrong: ["no-such-branch", "Main"],
    known: ["main", "develop"],
    sends: "git_clone",
    reads: "git_branches_get",
  },
  {
    tool: "git_pull",
    argument: "branch",
    args: APP,
    right: "develop",
    wrong: ["no-such-branch", "Main"],
    known: ["main", "develop"],
    sends: "git_pull",
    reads: "git_branches_get",
  },
  {
    tool: "clone_app",
    argument: "project_name",
    args: { ...APP, app_label: "Shop copy" },
    right: "Default",
    wrong: ["No such project"],
    known: ["Default"],
    sends: "app_clone",
    reads: "project_list",
    setUp: (sandbox) => {
      const [project] = sandbox.account().projects;
      if (project !== undefined) project.name = "Default";
    },
  },
  {
    tool: "revoke_letsencrypt",
    argument: "domain",
    args: { ...APP, wildcard: false },
    right: "shop.example.com",
    wrong: ["blog.example.com"],
    known: ["shop.example.com", "www.shop.example.com"],
    sends: "security_lets_encrypt_revoke",
  },
  {
    tool: "get_server_monitoring_detail",
    argument: "target",
    args: GRAPH,
    right: "Free Disk",
    wrong: ["Free Disk (Data)"],
    known: ["Idle CPU", "Free Disk"],
    sends: "monitoring_server_graph",
  },
  {
    tool: "get_server_monitoring_detail",
    argument: "target",
    args: GRAPH,
    right: "Free Disk (Data)",
    wrong: ["Free Disk"],
    known: ["Idle CPU", "Free Disk (Data)", "Free Disk (DB)"],
    sends: "monitoring_server_graph",
    setUp: (sandbox) => {
      const [server] = sandbox.account().servers;
      if (server !== undefined) server.cloud = "amazon";
    },
  },
  ...([
    ["region", "nyc3", ["us-east-1", "London", "constructor"], ["lon1", "nyc3"], "list_regions"],
    ["size", "4GB", ["16GB", "Medium", "4"], ["1GB", "8GB"], "list_server_sizes"],
    ["application", "wordpress", ["WordPress", "shopware"], ["wordpress", "woocommerce"], "list_apps"],
    ["app_version", "6.8", ["6.9", "8.2"], ["6.8"], "list_apps"],
  ] as const).map(([argument, right, wrong, known, reads]) => ({
    tool: "create_server",
    argument,
    args: NEW_SERVER,
    right,
    wrong: [...wrong],
    known: [...known],
    sends: "server_create",
    reads,
  })),
  {
    tool: "create_server",
    argument: "project_name",
    args: NEW_SERVER,
    right: "Shops",
    wrong: ["Shopz"],
    known: ["Shops"],
    sends: "server_create",
    reads: "project_list",
    setUp: (sandbox) => {
      const [project] = sandbox.account().projects;
      if (project !== undefined) project.name = "Shops";
    },
  },
  {
    tool: "resize_server",
    argument: "size",
    args: SERVER,
    right: "8GB",
    wrong: ["16GB", "Large"],
    known: ["1GB", "8GB"],
    sends: "server_scale",
    reads: "list_server_sizes",
  },
  {
    tool: "create_app",
    argument: "app_version",
    args: { ...SERVER, application: "laravel", app_label: "Blog" },
    right: "11.0",
    wrong: ["6.8", "11"],
    known: ["11.0"],
    sends: "app_create",
    reads: "list_apps",
  },
];

const detailsSchema = z.object({
  known: z.array(z.string()),
  known_left_out: z.number().optional(),
  problems: z.tuple([z.object({ argument: z.string(), problem: z.string() })]),
});

async function start(setUp: Row["setUp"], env: Record<string, string> = {}): Promise<Service> {
  const service = await startService({
    env: { RATE_LIMIT_REQUESTS: "100000", ...env },
    sandbox: { pace: { polls: 1, seconds: 0 } },
  });
  setUp?.(service.sandbox);
  return service;
}

for (const { tool, argument, args, right, wrong, known, sends, reads, setUp } of rows) {
  Deno.test(`${tool} refuses a wrong ${argument}, lists the known ones, and asks nobody (${JSON.stringify(args)})`, async () => {
    await using service = await start(setUp);

    for (const value of wrong) {
      const call = { url: service.mcpUrl, name: tool, args: { ...args, [argument]: value }, headers: TOKEN_HEADERS };
      const first = await callModern(call);

      assert.ok(first.kind === "result", JSON.stringify(first));
      assert.equal(first.answer.json.code, "invalid_arguments", JSON.stringify(first.answer.json));
      const details = detailsSchema.parse(first.answer.json.details);
      assert.equal(details.problems[0].argument, argument);
      for (const one of known) assert.ok(details.known.includes(one), JSON.stringify(details.known));
    }
    assert.equal(service.sandbox.requestsTo(sends).length, 0);
  });

  Deno.test(`${tool} takes a right ${argument} (${JSON.stringify(args)})`, async () => {
    await using service = await start(setUp, { CONFIRM: "off" });

    const { isError, json } = await callTool(service.mcpUrl, tool, { ...args, [argument]: right }, TOKEN_HEADERS);

    assert.equal(isError, false, JSON.stringify(json));
    assert.equal(service.sandbox.requestsTo(sends).length, 1);
  });

  if (reads === undefined) continue;

  Deno.test(`${tool} lets Cloudways decide if the known ${argument} can't be read (${JSON.stringify(args)})`, async () => {
    await using service = await start(setUp, { CONFIRM: "off" });
    const kind = { status: 403, body: { error: "insufficient_scope", error_description: "Not for this token." } };
    service.sandbox.addFault({ operationId: reads, kind });

    await callTool(service.mcpUrl, tool, { ...args, [argument]: wrong[0] }, TOKEN_HEADERS);

    assert.equal(service.sandbox.requestsTo(sends).length, 1);
  });
}

Deno.test("the branches of a host that the application was never deployed from are not looked up", async () => {
  await using service = await start(undefined);
  const args = { ...APP, git_url: "git@git.example.org:team/shop.git", branch: "no-such-branch" };

  const asked = await callModern({ url: service.mcpUrl, name: "git_clone", args, headers: TOKEN_HEADERS });

  assert.equal(asked.kind, "question");
  assert.equal(service.sandbox.requestsTo("git_branches_get").length, 0);
});

Deno.test("a refusal names only as many values as fit, and says how many are left", async () => {
  await using service = await start((sandbox) => {
    for (const { apps } of sandbox.account().servers) {
      for (const app of apps) app.git.branches = Array.from({ length: 120 }, (_, n) => `branch-${n}`);
    }
  });

  const { json } = await callTool(service.mcpUrl, "git_pull", { ...APP, branch: "other" }, TOKEN_HEADERS);

  const details = detailsSchema.parse(json.details);
  assert.deepEqual([details.known.length, details.known_left_out], [50, 70]);
});
