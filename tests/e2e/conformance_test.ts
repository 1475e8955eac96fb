import assert from "node:assert/strict";
import { FOR_ANY_SERVER, NOT_REQUIRED } from "../conformance/expectations.ts";
import { startFixtureServer } from "../conformance/fixture_server.ts";
import { passes, REVISIONS, runSuite } from "../conformance/suite.ts";
import { startService } from "../support/harness.ts";

for (const revision of REVISIONS) {
  Deno.test(`the transport passes everything that the conformance suite requires of ${revision}`, async () => {
    await using server = await startFixtureServer();

    const { scenarios, exitCode, output } = await runSuite(server.url, revision);
    const failing = scenarios.filter((scenario) => !passes(scenario));

    assert.equal(exitCode, 0, output);
    assert.deepEqual(failing.map(({ name }) => name), Object.keys(NOT_REQUIRED[revision]).toSorted());
    assert.ok(scenarios.length > failing.length);
  });

  Deno.test(`the product passes what the conformance suite of ${revision} asks of any server`, async () => {
    await using service = await startService();
    const expected = FOR_ANY_SERVER[revision];

    const { scenarios } = await runSuite(service.url, revision);
    const relevant = scenarios.filter((scenario) => passes(scenario) || scenario.name in expected);
    const problems = relevant.map(({ name, problems }) => [name, problems.map(({ check }) => check)]);

    assert.deepEqual(Object.fromEntries(problems), expected);
    assert.deepEqual(relevant.filter(({ succeeded }) => succeeded === 0), []);
  });
}
