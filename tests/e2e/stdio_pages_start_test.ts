/** The start of a process that may serve pages over stdio: what it says, and what it needs. */
import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { mainArgs, type ProgramEnv, run, startMain } from "../support/process.ts";

const CODE = "open-sesame-77";

/** What the log says about the pages at the start, for one environment. */
const NOTES: { env: ProgramEnv; note: RegExp }[] = [
  { env: {}, note: /WRN .*127\.0\.0\.1:\d+.*could approve by itself unless APPROVAL_CODE is set/ },
  { env: { APPROVAL_CODE: CODE }, note: /INF .*127\.0\.0\.1:\d+.*ask for APPROVAL_CODE/ },
  { env: { CONFIRM: "elicit" }, note: /INF .*confirmed through the client/ },
  { env: { CONFIRM: "off" }, note: /WRN .*CONFIRM is off/ },
];

for (const { env, note } of NOTES) {
  Deno.test(`stdio with ${JSON.stringify(env)} says at the start who could approve`, async () => {
    await using program = await startMain(["stdio"], { PORT: String(freePort()), ...env });

    await program.waitFor(note);

    assert.equal(program.stderr.includes(CODE), false);
  });
}

Deno.test("stdio that may not listen where its pages are ends and says so; without pages it needs no permission", async () => {
  const elsewhere = await mainArgs(["stdio"], { PORT: String(freePort()) });
  const env = { PORT: String(freePort()) };

  const refused = await run("deno", elsewhere, { env });
  const without = await run("deno", elsewhere, { env: { ...env, CONFIRM: "elicit" } });

  assert.equal(refused.code, 1);
  assert.match(refused.stderr, new RegExp(`no permission to use the network address 127\\.0\\.0\\.1:${env.PORT}\\b`));
  assert.equal(without.code, 0);
});
