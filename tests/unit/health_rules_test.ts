import assert from "node:assert/strict";
import { crossed, DEFAULT_HEALTH_THRESHOLDS as thresholds } from "../../src/config/health_thresholds.ts";
import { appRecord, serverRecord } from "../../src/cloudways/models.ts";
import { allTools } from "../../src/tools/all.ts";
import { processBounds } from "../../src/identity/bounds.ts";
import { TOOLSETS } from "../../src/identity/toolsets.ts";
import { answerOf } from "../../src/tools/basic/health/answer.ts";
import { figureOf } from "../../src/tools/basic/health/figures.ts";
import { actingTool, FINDING_KINDS, type FindingKind } from "../../src/tools/basic/health/kinds.ts";
import { appListed } from "../../src/tools/basic/health/listing.ts";
import { servicesOf } from "../../src/tools/basic/health/services.ts";
import { backupsOf, updatesOf, vulnerabilitiesOf } from "../../src/tools/basic/health/upkeep.ts";
import { judgedServers } from "../../src/tools/basic/health/verdicts.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const app = appRecord.parse({ id: 200001, label: "Shop", created_at: "2026-01-01 00:00:00" });

const isKind = (name: string): name is FindingKind => Object.hasOwn(FINDING_KINDS, name);
const severitiesOf = ({ findings }: ReturnType<typeof backupsOf>) => findings.map(({ severity }) => severity);
const reasonsOf = ({ gaps }: ReturnType<typeof backupsOf>) => gaps.map(({ reason }) => reason);

Deno.test("a figure crosses a threshold from below, or from above, and the worse one counts", () => {
  const at = (measure: Parameters<typeof crossed>[0], figure: number) => crossed(measure, figure, thresholds);

  assert.deepEqual([5, 4.99, 2, 1.99].map((figure) => at("disk_free_gb", figure)?.severity), [
    undefined,
    "attention",
    "attention",
    "urgent",
  ]);
  assert.deepEqual([47, 48, 167, 168].map((figure) => at("backup_age_hours", figure)?.severity), [
    undefined,
    "attention",
    "attention",
    "urgent",
  ]);
  assert.equal(at("pending_updates_count", 999)?.severity, "attention");
});

Deno.test("a tool that a finding leads to is what the table says of it", () => {
  for (const kind of Object.keys(FINDING_KINDS).filter(isKind)) {
    const acting = actingTool(kind);
    if (acting === undefined) continue;
    const tool = allTools.find(({ name }) => name === acting.name);
    assert.deepEqual(acting, { name: tool?.name, toolset: tool?.toolset, effect: tool?.effect }, kind);
  }
});

Deno.test("the newest value counts in whatever order a graph gives its points", () => {
  const point = (minutesAgo: number, value: number | null) => ({
    at: new Date(NOW - minutesAgo * 60_000).toISOString(),
    value,
  });
  const datapoints = [point(0, null), point(5, 3), point(20, 90), point(10, 5), { at: null, value: 90 }];

  const { findings } = figureOf("cpu", [{ target: "Idle CPU", datapoints }], { serverId: 1, thresholds, now: NOW });

  const [finding] = findings;
  assert.deepEqual([finding?.figure, finding?.measured_at, finding?.since], [3, point(5, 3).at, point(10, 5).at]);
  assert.deepEqual(finding?.arguments, { server_id: 1 });
});

Deno.test("vulnerabilities without a score need attention, and data that were never fetched say nothing", () => {
  const component = (cvss_score: number | null) => ({
    name: "Breeze",
    slug: "breeze",
    type: "plugin",
    version: "2.1",
    active: true,
    recommendation: "",
    vulnerabilities: [{
      title: "XSS",
      type: "XSS",
      cvss_score,
      affected_in: "",
      fixed_in: null,
      disclosed_at: null,
      url: "",
    }],
  });
  const known = (data_of: string | null, ...scores: (number | null)[]) => (
    vulnerabilitiesOf({ data_of, checked_count: 1, vulnerable: scores.map(component) }, { app, thresholds })
  );

  assert.deepEqual(severitiesOf(known("November 1, 2026", null)), ["attention"]);
  assert.equal(known("November 1, 2026", null).findings[0]?.figure, undefined);
  assert.deepEqual(severitiesOf(known("November 1, 2026", 6.9, null)), ["attention"]);
  assert.deepEqual(severitiesOf(known("November 1, 2026", 4, 7)), ["urgent"]);
  assert.deepEqual(reasonsOf(known(null)), ["not_told"]);
  assert.deepEqual(known("November 1, 2026"), { findings: [], gaps: [] });
});

Deno.test("what Cloudways does not tell is a gap, and no finding", () => {
  const row = { app_id: 1, is_enable: null, core: "no", plugins: { require: null }, theme: { require: 0 } };

  const unknown = [
    updatesOf(undefined, { app, thresholds }),
    updatesOf(row, { app, thresholds }),
    backupsOf(["backup-1"], { app, thresholds, now: NOW }),
    servicesOf(1, { services: {}, enabled: {} }),
    servicesOf(1, { services: { nginx: 0 }, enabled: {} }),
  ];

  for (const checked of unknown) assert.deepEqual([checked.findings, reasonsOf(checked)], [[], ["not_told"]]);
});

Deno.test("the newest of restore points counts, whatever their order, and an opaque one does not", () => {
  const points = ["backup-1", "2026-11-10 12:00:00", "2026-11-19T12:00:00", "2026-11-12T12:00:00"];

  assert.deepEqual(backupsOf(points, { app, thresholds, now: NOW }), { findings: [], gaps: [] });
  assert.deepEqual(severitiesOf(backupsOf(points.slice(0, 2), { app, thresholds, now: NOW })), ["urgent"]);
});

Deno.test("one server with more findings than an answer holds is counted, and no call is proposed again", () => {
  const apps = Array.from({ length: 3000 }, (_, index) =>
    appRecord.parse({
      id: 1 + index,
      label: "Shop",
      cname: `shop${index}.example.com`,
      aliases: [],
      lets_encrypt: null,
      own_ssl: null,
    }));
  const server = serverRecord.parse({ id: 1, label: "Production", status: "running", apps });
  const everything = new Set(TOOLSETS);
  const caller = processBounds({ readOnly: false, toolsets: everything, listedToolsets: everything });
  const health = {
    server,
    checked: { findings: [], gaps: [] },
    apps: apps.map((app) => ({ app, checked: appListed(app) })),
  };
  const reported = { groups: [], olderThan: undefined };

  const answer = answerOf({
    servers: judgedServers([health]),
    reported,
    caller,
    thorough: false,
    waitSeconds: 60,
    now: NOW,
  });

  assert.deepEqual(answer.apps, { ok: 0, attention: 3000, urgent: 0, unknown: 0 });
  assert.ok(JSON.stringify(answer.not_shown).includes("3000"));
  assert.ok(!("next_calls" in answer));
});
