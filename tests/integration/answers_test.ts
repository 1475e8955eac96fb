/** What every answer of every tool keeps: times that say their zone, figures that say their unit. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { toolRows } from "../tool_rows/mod.ts";

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };

/** One member somewhere in an answer that is neither list nor object. */
interface Leaf {
  /** Such as `get_alerts .alerts[].first_at`. */
  place: string;
  name: string;
  value: unknown;
  /** Names beside it. */
  beside: readonly string[];
}

function leavesOf(value: unknown, place: string, name = "", beside: readonly string[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, `${place}[]`, name, beside));
  if (typeof value !== "object" || value === null) return [{ place, name, value, beside }];
  const names = Object.keys(value);
  return Object.entries(value).flatMap(([member, inner]) => leavesOf(inner, `${place}.${member}`, member, names));
}

/** How the name of a moment ends. */
const TIME_NAME = /(?:^|[_ ])(?:at|on|time|date|since|from|until|expires|seen)$/i;
const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
/** Any spelling of a moment that a reader would have to guess the zone of. */
const WITHOUT_ZONE =
  /\b\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?![\d:.]|Z|[+-]\d{2})|\b\d{2}, \d{2}, \d{4} - /;

/** Texts that go back to Cloudways exactly as they came, and settings and columns whose names are Cloudways' own. */
const OPAQUE: readonly RegExp[] = [
  /\.restore_point$/,
  /^get_server_settings \.settings\./,
  /^get_app_analytics_(?:php|mysql) \.report\.\w+\.rows\[\]\.(?:Max |Execution )?Time$/,
];

/** Figures whose name says what they count or are in. */
const WITH_UNIT = /_(?:gb|mb|kb|bytes|seconds|minutes|per_second|percent|count)$/;
/** Numbers that are ids, counts of what their name says, or bounds of a count. */
const COUNTED: ReadonlySet<string> = new Set([
  ...[
    "id",
    "ids",
    "count",
    "limit",
    "remaining",
    "gaps",
    "chain_length",
    "cloudways_half_or_more",
    "number",
    "next_before",
  ],
  ...["next_before_id", "points_left_out"],
]);
/** Figures of Cloudways' whose unit it does not say, each with its place. */
const UNIT_NOT_TOLD: readonly RegExp[] = [
  /^get_server_settings \.settings\./,
  /^get_server_analytics \.report\.applications\.rows\[\]\.(?:cpu|ram)$/,
  /^get_app_analytics_\w+ \.report\.\w+\.rows\[\]\./,
  /\.vcl_list\[\]/,
];

function isOpaque({ place }: Leaf, places: readonly RegExp[]): boolean {
  return places.some((pattern) => pattern.test(place));
}

function timeProblem(leaf: Leaf): string | undefined {
  const { place, name, value } = leaf;
  if (isOpaque(leaf, OPAQUE)) return undefined;
  const isMoment = value === null || typeof value === "boolean" || ISO_WITH_ZONE.test(String(value));
  if (TIME_NAME.test(name) && !isMoment) return `${place} is ${JSON.stringify(value)}`;
  if (typeof value === "string" && WITHOUT_ZONE.test(value)) return `${place} has no zone: ${value}`;
  return undefined;
}

function unitProblem(leaf: Leaf): string | undefined {
  const { place, name, value, beside } = leaf;
  if (typeof value !== "number" || isOpaque(leaf, UNIT_NOT_TOLD)) return undefined;
  if (name.endsWith("_id") || COUNTED.has(name) || WITH_UNIT.test(name) || /\((?:MB|KB|GB)\)$/.test(name)) {
    return undefined;
  }
  // The unit of a graph stands once, beside its points.
  if (beside.includes("unit") || place.endsWith(".series[].points[].value")) return undefined;
  return `${place} is ${value} of what?`;
}

for (const forms of ["live", "documented"] as const) {
  for (const row of toolRows) {
    Deno.test(`every time of ${row.tool} says its zone, and every figure its unit (${forms} replies)`, async () => {
      for (const kind of ["minimal", "full"] as const) {
        await using service = await startService({ sandbox: { forms, pace: { polls: 1, seconds: 0 } }, env: ENV });
        row.setUp?.(service.sandbox);

        const { isError, json } = await callTool(service.mcpUrl, row.tool, row[kind], TOKEN_HEADERS);

        assert.equal(isError, false, JSON.stringify(json));
        const leaves = leavesOf(json, `${row.tool} `);
        const problems = leaves.flatMap((leaf) => [timeProblem(leaf), unitProblem(leaf)]);
        assert.deepEqual(problems.filter((problem) => problem !== undefined), []);
      }
    });
  }
}
