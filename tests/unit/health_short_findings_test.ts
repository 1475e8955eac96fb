/** Findings in short: a list takes all of a server or nothing, and names what each finding is on. */
import assert from "node:assert/strict";
import { found, NOTHING } from "../../src/tools/basic/health/finding.ts";
import { ShortForms, ShortList, sizeAlone } from "../../src/tools/basic/health/short_findings.ts";
import type { JudgedServer } from "../../src/tools/basic/health/verdicts.ts";
import { appRecord, serverRecord } from "../../src/cloudways/models.ts";

const platform = found({ severity: "attention", kind: "old_platform", platform: "debian10", arguments: {} });
const forms = () => new ShortForms((kind) => `tool_for_${kind}`);

function judged(id: number, label: string): JudgedServer {
  const server = serverRecord.parse({ id, label, apps: [{ id: id + 1, label: `${label}'s app "one"` }] });
  const app = appRecord.parse(server.apps?.[0]);
  const bare = found({
    severity: "attention",
    kind: "certificate_missing",
    domains: ["a.example", "b.example"],
    arguments: { app_id: app.id },
  });
  return { server, verdict: "attention", checked: platform, apps: [{ app, verdict: "attention", checked: bare }] };
}

Deno.test("one finding about two servers names each of them, also in a later answer", () => {
  for (const list of [new ShortList(10_000, forms()), new ShortList(10_000, forms())]) {
    for (const one of [judged(1, "Main"), judged(11, "Other")]) assert.ok(list.add({ ...one, apps: [] }));

    assert.deepEqual(list.groups(), [{
      severity: "attention",
      kind: "old_platform",
      tool: "tool_for_old_platform",
      on: ["Main (1) debian10", "Other (11) debian10"],
    }]);
  }
});

Deno.test("the size of a server alone is the space that its findings need, to the character", () => {
  const one = judged(1, "Main");
  const size = sizeAlone(one, forms());

  assert.ok(new ShortList(size, forms()).add(one));
  assert.ok(!new ShortList(size - 1, forms()).add(one));
  assert.equal(sizeAlone({ ...one, checked: NOTHING, apps: [] }, forms()), 0);
});
