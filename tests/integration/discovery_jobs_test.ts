/**
 * Everyday jobs of an assistant that knows only the default list: each step finds its tool by what people say, and
 * calls it through `call_tool`. A person says yes where one is asked.
 */
import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callModern } from "../support/rpc_2026.ts";
import { toType, yesTo } from "../support/yes.ts";
import { setUpForEveryTool } from "../tool_rows/mod.ts";

/** What is looked for, the tool that has to come first, and the arguments of its call. */
interface Step {
  query: string;
  tool: string;
  args: Record<string, unknown>;
}

interface Job {
  name: string;
  steps: Step[];
  /** The labels that the person types, in order. */
  typed?: string[];
  /** What is true at Cloudways afterwards, and what the assistant read. */
  check: (sandbox: Sandbox, answers: readonly Record<string, unknown>[]) => void;
}

const appOf = (sandbox: Sandbox, id: number) => {
  const found = sandbox.account().servers.flatMap(({ apps }) => apps).find((app) => app.id === id);
  assert.ok(found !== undefined, `application ${id}`);
  return found;
};
const serverOf = (sandbox: Sandbox) => {
  const [server] = sandbox.account().servers;
  assert.ok(server !== undefined);
  return server;
};

const JOBS: readonly Job[] = [
  {
    name: "a staging copy is made and pushed to live",
    steps: [
      { query: "make a staging copy of my shop", tool: "create_staging_app", args: { app_id: 200001 } },
      { query: "push staging to live", tool: "push_staging_app", args: { app_id: 200003, files: true } },
    ],
    check(sandbox) {
      const { app_id, source_app_id, action, backup } = sandbox.requestsTo("staging_sync_code").at(-1)?.fields ?? {};
      assert.deepEqual([Number(app_id), action, backup], [200003, "push", true]);
      assert.equal(Number(source_app_id), appOf(sandbox, 200003).source_app_id);
      assert.equal(sandbox.requestsTo("staging_app_clone").length, 1);
    },
  },
  {
    name: "a server gets PHP 8.3",
    steps: [{
      query: "upgrade the PHP version to 8.3",
      tool: "update_server_package",
      args: { server_id: 100001, package: "php", version: "8.3" },
    }],
    check(sandbox) {
      const { package_name, package_version } = sandbox.requestsTo("server_package_update").at(-1)?.fields ?? {};
      assert.deepEqual([package_name, package_version], ["php", "8.3"]);
    },
  },
  {
    name: "backups run at 03:00",
    steps: [{
      query: "run the backups at three in the morning",
      tool: "update_backup_schedule",
      args: { server_id: 100001, backup_time: "03:00" },
    }],
    check: (sandbox) => assert.equal(serverOf(sandbox).backup_time, "03:00"),
  },
  {
    name: "a backup is taken, then plugins are updated",
    steps: [
      { query: "take a backup of the site now", tool: "backup_app", args: { app_id: 200001 } },
      {
        query: "update the plugins of my site",
        tool: "run_app_updates",
        args: { app_id: 200001, plugins: ["breeze"] },
      },
    ],
    check(sandbox) {
      const order = sandbox.requests.map(({ operationId }) => operationId)
        .filter((id) => id === "app_backup" || id === "safe_update_run");
      assert.deepEqual(order, ["app_backup", "safe_update_run"]);
    },
  },
  {
    name: "a cron job is added, and the others stay",
    steps: [{
      query: "add a cron job",
      tool: "update_app_cron_jobs",
      args: { app_id: 200001, add: ["*/15 * * * * php /var/www/feed.php"] },
    }],
    check(sandbox) {
      const lines = appOf(sandbox, 200001).crons.script.split("\n").filter((line) => line !== "");
      assert.ok(lines.includes("*/15 * * * * php /var/www/feed.php"), lines.join("\n"));
      assert.ok(lines.length > 1);
    },
  },
  {
    name: "an alias is added, with a certificate for it",
    steps: [
      {
        query: "add another domain to the site",
        tool: "update_app_aliases",
        args: { app_id: 200001, add: ["new.example.org"] },
      },
      {
        query: "install a free SSL certificate",
        tool: "install_letsencrypt",
        args: { app_id: 200001, email: "ops@example.com", domains: ["new.example.org"], wildcard: false },
      },
    ],
    check(sandbox) {
      assert.ok(appOf(sandbox, 200001).aliases.includes("new.example.org"));
      assert.ok(appOf(sandbox, 200001).lets_encrypt?.ssl_domains.includes("new.example.org"));
    },
  },
  {
    name: "a freelancer gets an SFTP user, whose password only the person sees",
    steps: [{
      query: "give a freelancer SFTP to one site only",
      tool: "create_app_user",
      args: { app_id: 200001, user_name: "freelancer" },
    }],
    check(sandbox, [answer]) {
      const user = appOf(sandbox, 200001).credentials.find(({ sys_user }) => sys_user === "freelancer");
      assert.ok(user !== undefined && user.sys_password.length === 24);
      assert.match(String(answer?.secret_url), /\/secret\//);
      assert.equal(JSON.stringify(answer).includes(user.sys_password), false);
    },
  },
  {
    name: "a colleague is let in to one site, and shut out again",
    steps: [
      {
        query: "give my developer access to the Cloudways dashboard",
        tool: "add_team_member",
        args: {
          name: "Lin Berg",
          email: "lin@example.com",
          access: { account: { is_full: false }, servers: { 100001: { apps: [200001] } } },
        },
      },
      { query: "an employee has left, revoke their login", tool: "remove_team_member", args: { member_id: 600003 } },
    ],
    check(sandbox) {
      const [sent] = sandbox.requestsTo("team_member_add");
      assert.deepEqual(Object(sent?.fields.servers)[100001], { sections: [], is_full: false, apps: ["200001"] });
      assert.deepEqual(sandbox.account().members.map(({ id }) => id), [600001, 600002]);
    },
  },
  {
    name: "a server gets a larger size",
    steps: [
      {
        query: "which server sizes does DigitalOcean offer",
        tool: "get_available_server_sizes",
        args: { provider: "do" },
      },
      { query: "scale up before Black Friday", tool: "resize_server", args: { server_id: 100001, size: "8GB" } },
    ],
    check(sandbox, [sizes, resized]) {
      assert.ok(Array.from(Object(sizes?.sizes).do).includes("8GB"));
      assert.equal(serverOf(sandbox).instance_type, "8GB");
      assert.equal(resized?.status, "completed");
    },
  },
  {
    name: "a queue is found and restarted",
    steps: [
      { query: "are the Laravel workers running", tool: "list_queues", args: { app_id: 200001 } },
      {
        query: "Laravel jobs are stuck, restart the worker",
        tool: "restart_queue",
        args: { app_id: 200001, queue_id: 19 },
      },
    ],
    check(sandbox, [listed]) {
      assert.equal(Object(Object(listed?.queues)[0]).id, 19);
      assert.deepEqual(appOf(sandbox, 200001).queues.map(({ restarts }) => restarts), [1]);
    },
  },
  {
    name: "an application is deleted by its label, and the others stay",
    steps: [{ query: "remove a website completely", tool: "delete_app", args: { app_id: 200002 } }],
    typed: ["Blog"],
    check: (sandbox) => assert.deepEqual(serverOf(sandbox).apps.map(({ id }) => id), [200001, 200003]),
  },
];

/** Finds the tool, calls it through `call_tool`, and says yes to its question; `typed` gets the label that takes. */
async function carryOut(
  service: Service,
  { query, tool, args }: Step,
  typed: string[],
): Promise<Record<string, unknown>> {
  const base = { url: service.mcpUrl, headers: TOKEN_HEADERS };
  const found = await callModern({ ...base, name: "find_tools", args: { query } });
  assert.ok(found.kind === "result", JSON.stringify(found));
  assert.equal(
    Object(found.answer.json.tools)[0]?.name,
    tool,
    `${query}: ${JSON.stringify(found.answer.json).slice(0, 300)}`,
  );

  const call = { ...base, name: "call_tool", args: { name: tool, arguments: JSON.stringify(args) } };
  const first = await callModern(call);
  if (first.kind === "question") typed.push(...[toType(first.message)].filter((label) => label !== undefined));
  const answer = first.kind === "question"
    ? await callModern({ ...call, answered: { state: first.state, reply: yesTo(first.message) } })
    : first;
  assert.ok(answer.kind === "result", JSON.stringify(answer));
  assert.equal(answer.answer.isError, false, JSON.stringify(answer.answer.json));
  return answer.answer.json;
}

for (const { name, steps, check, typed: wanted } of JOBS) {
  Deno.test(`through discovery ${name}`, async () => {
    await using sandbox = await startSandbox({ pace: { polls: 1, seconds: 0 } });
    setUpForEveryTool(sandbox);
    const env = { PUBLIC_URL: "http://127.0.0.1:7000" };
    await using service = await startService({ sandbox, env });

    const answers: Record<string, unknown>[] = [];
    const typed: string[] = [];
    for (const step of steps) answers.push(await carryOut(service, step, typed));

    if (wanted !== undefined) assert.deepEqual(typed, wanted);
    check(sandbox, answers);
  });
}
