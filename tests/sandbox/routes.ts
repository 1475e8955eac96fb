import { inventedPaths, type OperationFacts, operations } from "./facts.ts";

/** The route of a request. */
export type Route =
  | { kind: "operation"; operation: OperationFacts; path: Record<string, string> }
  /** A path that exists in this sandbox only under its other spelling. */
  | { kind: "moved" }
  | { kind: "invented" }
  | { kind: "unknown" };

/** Which of two documented spellings of a path works. */
export type PathSpelling = "main" | "other";

const basePath = "/api/v2";

/** Operations whose path is documented in two spellings. */
const otherSpellings: Readonly<Record<string, string>> = {
  security_install_own_ssl: "/security/own_ssl",
  app_device_detection_update: "/app/device/detection",
  app_ignore_query_string_update: "/app/ignore/query_string",
};

/** Operations whose path ends with a slash that some sources leave out. */
const slashless = new Set(["cloudways_bot_alerts_mark_all_read"]);

interface Pattern {
  operation: OperationFacts;
  regExp: RegExp;
  names: string[];
}

const patterns = operations.map((operation) => toPattern(operation, operation.path)).sort(bySpecificity);
const others = operations.flatMap((operation) => {
  const path = otherSpellings[operation.id];
  return path === undefined ? [] : [toPattern(operation, path)];
});
const invented = [
  ...inventedPaths.map((path) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`)),
  // The facts have one example for a whole family of invented paths.
  /^\/servers\/[^/]+\/.+$/,
];

/** Finds the operation of a method and a path that begins with the base path. */
export function findRoute(method: string, fullPath: string, spelling: PathSpelling): Route {
  if (!fullPath.startsWith(`${basePath}/`)) return { kind: "unknown" };
  const path = fullPath.slice(basePath.length);
  if (invented.some((regExp) => regExp.test(path))) return { kind: "invented" };
  if (spelling === "other") {
    const other = match(others, method, path);
    if (other !== undefined) return other;
  }
  const route = match(patterns, method, path);
  if (route === undefined) return { kind: "unknown" };
  return spelling === "other" && route.operation.id in otherSpellings ? { kind: "moved" } : route;
}

function match(candidates: Pattern[], method: string, path: string) {
  for (const { operation, regExp, names } of candidates) {
    const found = operation.method === method ? regExp.exec(path) : null;
    if (found === null) continue;
    const values = names.map((name, index): [string, string] => [name, decode(found[index + 1] ?? "")]);
    return { kind: "operation" as const, operation, path: Object.fromEntries(values) };
  }
  return undefined;
}

function toPattern(operation: OperationFacts, path: string): Pattern {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1] ?? "");
  const pattern = path.replaceAll(/\{[^}]+\}/g, "([^/]+)");
  return { operation, names, regExp: new RegExp(`^${pattern}${slashless.has(operation.id) ? "?" : ""}$`) };
}

/** Fixed segments win over parameters: `/server/disk` is not server number "disk". */
function bySpecificity(a: Pattern, b: Pattern): number {
  return a.names.length - b.names.length;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
