/**
 * Checks with promtool what the server shows and what `deploy/` makes of it: the format of `/metrics`, the queries of the
 * dashboard, the alerts, and their examples. promtool comes with Prometheus; in Debian it is in the package `prometheus`.
 */
import * as z from "zod";
import { KEY_HEADERS } from "../tests/support/clients.ts";
import { startService } from "../tests/support/harness.ts";
import { TEST_KEYS } from "../tests/support/keys.ts";
import { startRedis } from "../tests/support/redis_server.ts";
import { callTool } from "../tests/support/rpc.ts";

const MISSING = `promtool is not in the PATH. It comes with Prometheus. In Debian, without installing a service:
  apt-get download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
`;

const dashboardSchema = z.looseObject({
  panels: z.array(z.looseObject({ targets: z.array(z.looseObject({ expr: z.string() })).default([]) })),
});

/** What a server shows after some calls. */
async function scrape(): Promise<string> {
  await using redis = await startRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY: TEST_KEYS[0] } });
  await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  await callTool(service.mcpUrl, "delete_server", { server_id: 100001 }, KEY_HEADERS);
  return await (await fetch(`${service.url}/metrics`)).text();
}

/** The queries of the dashboard as rules, since promtool checks the queries of rules. Variables get a value. */
async function dashboardRules(): Promise<string> {
  const text = await Deno.readTextFile("deploy/grafana/dashboard.json");
  const { panels } = dashboardSchema.parse(JSON.parse(text));
  const rules = panels.flatMap(({ targets }) => targets).map(({ expr }, index) => ({
    record: `panel_${index}`,
    expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
  }));
  // JSON is YAML too.
  return JSON.stringify({ groups: [{ name: "dashboard", rules }] });
}

async function promtool(args: readonly string[], input = ""): Promise<boolean> {
  const child = new Deno.Command("promtool", { args: [...args], stdin: "piped", stdout: "inherit", stderr: "inherit" })
    .spawn();
  await new Blob([input]).stream().pipeTo(child.stdin);
  return (await child.status).success;
}

async function checkAll(): Promise<boolean> {
  await Deno.mkdir("dist", { recursive: true });
  const rules = await Deno.makeTempFile({ dir: "dist", suffix: ".yaml" });
  try {
    await Deno.writeTextFile(rules, await dashboardRules());
    const results = [
      await promtool(["check", "metrics"], await scrape()),
      await promtool(["check", "rules", rules]),
      await promtool(["check", "rules", "deploy/prometheus/alerts.yaml"]),
      await promtool(["test", "rules", "deploy/prometheus/alerts_test.yaml"]),
    ];
    return results.every((ok) => ok);
  } finally {
    await Deno.remove(rules);
  }
}

try {
  Deno.exit(await checkAll() ? 0 : 1);
} catch (error) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  await new Blob([MISSING]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
  Deno.exit(1);
}
