/** Runs the official conformance suite against a server and reads its results. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const SUITE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";

/** The protocol revisions for which the suite has requirements and that our server supports. */
export const REVISIONS = ["2025-11-25", "2026-07-28"] as const;
/** One of {@linkcode REVISIONS}. */
export type Revision = typeof REVISIONS[number];

/** What one scenario found. */
export interface ScenarioResult {
  name: string;
  /** How many of its checks succeeded. */
  succeeded: number;
  /** The checks that failed or gave a warning. */
  problems: Problem[];
}

/** A check that did not succeed. */
export interface Problem {
  check: string;
  reason: string;
}

/** What one run of the suite found. */
export interface SuiteResult {
  /** 0 if everything that the revision requires succeeds. */
  exitCode: number;
  /** What the suite wrote. */
  output: string;
  /** Of every scenario that was run, in the order of their names. */
  scenarios: ScenarioResult[];
}

/** What the suite writes about one scenario. */
export const checksSchema = z.array(z.looseObject({
  id: z.string(),
  status: z.enum(["SUCCESS", "FAILURE", "WARNING", "SKIPPED", "INFO"]),
  errorMessage: z.string().optional(),
}));

/**
 * Runs a revision's requirements for servers, and the suite's other scenarios for it.
 *
 * @param url The server's, without a path.
 */
export async function runSuite(url: string, revision: Revision): Promise<SuiteResult> {
  await assertHealthy(url);
  const dist = fileURLToPath(new URL("../../dist", import.meta.url));
  await Deno.mkdir(dist, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: dist, prefix: "conformance-" });
  try {
    const results = `${directory}/results`;
    const { code, output } = await run(suitePermissions([new URL(url).host], directory), [
      ...["--url", `${url}/mcp`, "--requirements", revision],
      ...["--output-dir", results],
    ]);
    assert.match(output, /=== SUMMARY ===/, `The suite did not complete:\n${output}`);
    return { exitCode: code, output, scenarios: await readResults(results) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Whether a scenario made checks and all of them succeeded. */
export function passes({ succeeded, problems }: ScenarioResult): boolean {
  return succeeded > 0 && problems.length === 0;
}

/** Some of the suite's checks succeed without an answer. */
async function assertHealthy(url: string): Promise<void> {
  const response = await fetch(`${url}/health`);
  await response.body?.cancel();
  assert.equal(response.status, 200);
}

/**
 * What the suite may do: it talks to these hosts, writes into this folder, reads its requirements from its package
 * folder, and reads the names of all variables.
 */
export function suitePermissions(hosts: readonly string[], directory: string): string[] {
  return [`--allow-net=${hosts.join(",")}`, "--allow-read", `--allow-write=${directory}`, "--ignore-env"];
}

async function run(permissions: string[], args: string[]): Promise<{ code: number; output: string }> {
  const command = new Deno.Command("deno", suiteCommand(permissions, ["server", ...args]));
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** How `deno` runs a command of the suite. The lock file of the tests pins what the suite depends on. */
export function suiteCommand(permissions: readonly string[], args: readonly string[]): Deno.CommandOptions {
  return {
    args: ["run", "--config", "tests/deno.json", "--no-prompt", "--frozen", ...permissions, SUITE, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  };
}

async function readResults(directory: string): Promise<ScenarioResult[]> {
  const scenarios: ScenarioResult[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const text = await Deno.readTextFile(`${directory}/${name}/checks.json`);
    scenarios.push(toResult(name, checksSchema.parse(JSON.parse(text))));
  }
  return scenarios.sort((a, b) => a.name < b.name ? -1 : 1);
}

function toResult(directory: string, checks: z.infer<typeof checksSchema>): ScenarioResult {
  // Every scenario also checks the form of each message, which is not its subject.
  const own = checks.filter(({ id }) => !id.startsWith("wire-schema-"));
  return {
    // A directory is named after the scenario and the time at which it began.
    name: directory.replace(/^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/, "$1"),
    succeeded: own.filter(({ status }) => status === "SUCCESS").length,
    problems: checks
      .filter(({ status }) => status === "FAILURE" || status === "WARNING")
      .map(({ id, errorMessage }) => ({ check: id, reason: errorMessage ?? "none given" })),
  };
}
