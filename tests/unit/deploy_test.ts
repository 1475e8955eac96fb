/** What `deploy/` holds agrees with the program. */
import assert from "node:assert/strict";
import { GRACE_MS } from "../../src/commands/process.ts";
import { VARIABLE_NAMES } from "../../src/config/variables.ts";

const UNITS = ["cloudways-mcp.service", "cloudways-mcp@.service"];

function read(path: string): string {
  return Deno.readTextFileSync(new URL(`../../deploy/${path}`, import.meta.url));
}

/** The values of each directive of a unit. */
function directives(unit: string): Map<string, string[]> {
  const lines = read(`systemd/${unit}`).split("\n").map((line) => /^(\w+)=(.*)$/.exec(line)).filter((m) => m !== null);
  return new Map(
    Object.entries(Object.groupBy(lines, ([, name = ""]) => name))
      .map(([name, all = []]) => [name, all.map(([, , value = ""]) => value)]),
  );
}

for (const unit of UNITS) {
  Deno.test(`${unit} lets calls in flight finish, and runs a task that exists`, () => {
    const found = directives(unit);
    const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));

    assert.ok(Number(found.get("TimeoutStopSec")?.[0]) * 1000 > GRACE_MS);
    const [, task = ""] = /deno task --quiet (\w+)$/.exec(found.get("ExecStart")?.[0] ?? "") ?? [];
    assert.ok(Object.hasOwn(tasks, task));
  });

  Deno.test(`${unit} sets only variables that exist, and Deno's own`, () => {
    const names = (directives(unit).get("Environment") ?? []).join(" ").split(" ").map((one) =>
      one.split("=")[0] ?? ""
    );

    assert.deepEqual(names.filter((name) => !name.startsWith("DENO_") && !VARIABLE_NAMES.includes(name)), []);
  });
}

Deno.test("the unit of a replica is the other one, with a port", () => {
  const [single, replica] = UNITS.map((unit) => read(`systemd/${unit}`).split("\n"));

  assert.deepEqual(replica?.filter((line) => !single?.includes(line)).map((line) => line.replace(/[=:].*/, "")), [
    "Description",
    "# PORT must not be set in this file",
    "Environment",
  ]);
});
