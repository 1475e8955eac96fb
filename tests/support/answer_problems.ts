/** Rules for every answer of every tool: times have a zone, figures have a unit, ids have labels. */

/** One member of an answer, at any depth, that is neither list nor object. */
interface Leaf {
  /** Such as `get_alerts .alerts[].first_at`. */
  place: string;
  name: string;
  value: unknown;
  /** The other names in its object. */
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
/** Any spelling of a time without a zone. */
const WITHOUT_ZONE =
  /\b\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?![\d:.]|Z|[+-]\d{2})|\b\d{2}, \d{2}, \d{4} - /;

/** The inputs of tools, which are not figures of the account. */
const SCHEMA = /^find_tools \.tools\[\]\.input_schema\./;

/** What Cloudways says of Copilot, as it came: its form is not documented. */
const COPILOT = /^(?:get|change)_copilot_subscription \.(?:plans|subscription|usage)\.|^list_insights \.counts\./;

/** Texts that go back to Cloudways unchanged, and settings and columns with Cloudways' own names. */
const OPAQUE: readonly RegExp[] = [
  SCHEMA,
  /\.backup_time$/,
  /^(?:backup_app|restore_app) \.time$/,
  /\.(?:restore_points\[\]|newest_automatic)\.time$/,
  /^get_server_settings \.settings\./,
  /^get_app_analytics_(?:php|mysql) \.reports\[\]\.report\.\w+\.rows\[\]\.(?:Max |Execution )?Time$/,
  // In a form that is not documented.
  /^get_app_traffic_details \.report\.\w+\.(?:from|until)$/,
  /^get_app_protection \.reply\.status\.last_scan$/,
  COPILOT,
];

/** Figures whose name gives what they count or their unit. */
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
    "hour",
    "page",
    "last_page",
    "request_limit",
  ],
  ...["next_before_id", "next_after_id", "points_left_out"],
  // How many servers or applications have which verdict.
  ...["ok", "attention", "urgent", "unknown"],
  // The order in which mail servers are tried.
  ...["mx_level"],
  // A score on a scale of its own, from 0 to 10.
  ...["cvss_score"],
]);
/** Figures of Cloudways without a stated unit, each with its place. */
const UNIT_NOT_TOLD: readonly RegExp[] = [
  SCHEMA,
  /^get_server_settings \.settings\./,
  /^get_server_analytics \.report\.applications\.rows\[\]\.(?:cpu|ram)$/,
  /^get_app_analytics_\w+ \.reports\[\]\.report\.\w+\.rows\[\]\./,
  /^get_app_(?:cron_report|traffic_details) \.report\.\w+\.rows\[\]\./,
  /\.vcl_list\[\]/,
  // What is not documented is shown as it came.
  /^\w+ \.reply\./,
  COPILOT,
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
  if (/_ids?$/.test(name) || COUNTED.has(name) || WITH_UNIT.test(name) || /\((?:MB|KB|GB)\)$/.test(name)) {
    return undefined;
  }
  // The unit of a graph is given once, beside its points.
  if (beside.includes("unit") || place.endsWith(".series[].points[].value")) return undefined;
  return `${place} is ${value} of what?`;
}

/** Ids of a server or application in an answer itself without the label. */
function idProblems(answer: Record<string, unknown>): string[] {
  // The record of an operation is shown as it is.
  if ("estimated_minutes_remaining" in answer) return [];
  const unnamed = ["server", "app"].filter((what) =>
    `${what}_id` in answer && typeof answer[`${what}_label`] !== "string"
  );
  return unnamed.map((what) => `${what}_id has no ${what}_label`);
}

/** The problems of a tool's answer, each with its place; empty without any. */
export function answerProblems(tool: string, answer: Record<string, unknown>): string[] {
  const problems = leavesOf(answer, `${tool} `).flatMap((leaf) => [timeProblem(leaf), unitProblem(leaf)]);
  return [...problems.filter((problem) => problem !== undefined), ...idProblems(answer)];
}
