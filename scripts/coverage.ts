/**
 * Keeps docs/coverage.md up to date: every known operation of the Cloudways API, with the tools that use it, or why
 * none does. The rows of the tools say what each one sends.
 *
 *   deno task docs:coverage           writes it
 *   deno task docs:coverage --check   changes nothing, and fails where it is out of date
 */
import { type OperationFacts, operations } from "../tests/sandbox/facts.ts";
import { LOOK, type Sent, type ToolRow } from "../tests/tool_rows/row.ts";
import { toolRows } from "../tests/tool_rows/mod.ts";
import { LEFT_OUT, USED_OTHERWISE } from "./operation_notes.ts";

const FILE = "docs/coverage.md";

/** More tools than this are counted, not named. */
const MAX_NAMED = 8;

/** The tools that use each operation, by its id. */
export function toolsByOperation(): ReadonlyMap<string, ReadonlySet<string>> {
  const tools = new Map(Object.entries(USED_OTHERWISE).map(([id, tool]) => [id, new Set([tool])]));
  for (const row of toolRows) {
    for (const sent of sentBy(row)) {
      const { id } = operationOf(sent);
      tools.set(id, (tools.get(id) ?? new Set()).add(row.tool));
    }
  }
  return tools;
}

function sentBy({ sends, sendsAfterDocumented }: ToolRow): Sent[] {
  return [sends, sendsAfterDocumented].flatMap((each) => [...each?.minimal ?? [], ...each?.full ?? []]);
}

/** The operation that a request asks for. Paths without a parameter win. */
function operationOf([request]: Sent): OperationFacts {
  const [method, path = ""] = request.split(" ");
  const fits = operations.filter((operation) => operation.method === method && isPathOf(operation, path, request));
  const found = fits.find((operation) => !operation.path.includes("{")) ?? fits[0];
  if (found === undefined) throw new Error(`The facts have no ${request}`);
  return found;
}

function isPathOf(operation: OperationFacts, path: string, request: string): boolean {
  if (request === LOOK[0]) return operation.id === "operation_status";
  const parts = operation.path.split("/");
  const given = path.split("/");
  return parts.length === given.length && parts.every((part, index) => part.startsWith("{") || part === given[index]);
}

/** What is wrong with the tables of operations: one text for each mistake. */
export function coverageProblems(): string[] {
  const used = toolsByOperation();
  const known = new Set(operations.map(({ id }) => id));
  const unused = Object.keys(LEFT_OUT);
  return [
    ...operations.filter(({ id }) => !used.has(id) && !unused.includes(id)).map(({ id }) => `${id} is unaccounted for`),
    ...unused.filter((id) => used.has(id)).map((id) => `${id} is used by a tool`),
    ...unused.filter((id) => !known.has(id)).map((id) => `${id} does not exist`),
  ];
}

/** The page as it should be. */
export function coverage(): string {
  const used = toolsByOperation();
  const rows = operations.map(({ id, method, path }) => {
    const tools = [...used.get(id) ?? []];
    return `| \`${method} ${path}\` | ${tools.length > 0 ? named(tools) : `Left out: ${LEFT_OUT[id]}`} |`;
  });
  const leftOut = Object.keys(LEFT_OUT).length;
  return [
    "# Coverage\n",
    "Every operation of the Cloudways API that is known, and the tools that use it. Made by `deno task docs:coverage`\n" +
    "from the requests that the tests see.\n",
    `Of ${operations.length} operations ${used.size} are used, and ${leftOut} are left out.\n`,
    "| Operation | Tools |",
    "| --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function named(tools: readonly string[]): string {
  if (tools.length > MAX_NAMED) return `${tools.length} tools`;
  return tools.toSorted().map((tool) => `\`${tool}\``).join(", ");
}

if (import.meta.main) {
  const [problem] = coverageProblems();
  if (problem !== undefined) throw new Error(`scripts/operation_notes.ts: ${problem}`);
  const wanted = coverage();
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(FILE, wanted);
  else if (await Deno.readTextFile(FILE) !== wanted) {
    throw new Error(`${FILE} is out of date: run deno task docs:coverage`);
  }
}
