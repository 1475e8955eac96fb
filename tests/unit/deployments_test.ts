import assert from "node:assert/strict";
import { deploymentHistory, isLikeLast, keyReply, lastDeployments } from "../../src/cloudways/deployments.ts";

/** Deployments as Cloudways lists them. */
function historyOf(...logs: Record<string, unknown>[]) {
  const common = { git_url: "git@git.example.com:team/shop.git", branch_name: "main", path: "", result: "1" };
  return deploymentHistory.parse({ logs: logs.map((log) => ({ ...common, ...log })) });
}

const EARLY = "05, 08, 2026 - 13:09";
const LATE = "06, 08, 2026 - 09:00";

Deno.test("the last deployment is the newest one that succeeded, anywhere in the list", () => {
  const last = lastDeployments(historyOf(
    { branch_name: "old", datetime: EARLY },
    { branch_name: "new", datetime: LATE },
    { branch_name: "failed", datetime: "07, 08, 2026 - 09:00", result: "0" },
  ));

  assert.deepEqual(last.map(({ branch }) => branch), ["new"]);
});

Deno.test("deployments of the same minute may each have been the last one", () => {
  const last = lastDeployments(historyOf({ datetime: LATE }, { branch_name: "other", datetime: LATE }));

  assert.equal(last.length, 2);
  assert.equal(isLikeLast(last, "main", ""), false);
});

Deno.test("if the time of a successful deployment is unknown, the last one is unknown", () => {
  const last = lastDeployments(historyOf({ datetime: LATE }, { branch_name: "other", datetime: "yesterday" }));

  assert.deepEqual(last, []);
  assert.equal(isLikeLast(last, "main", ""), false);
});

Deno.test("a deployment is like the last one by branch and folder, and slashes around the folder don't matter", () => {
  const last = lastDeployments(historyOf({ datetime: LATE, path: "/themes/shop/" }));

  assert.equal(isLikeLast(last, "main", "themes/shop"), true);
  assert.equal(isLikeLast(last, "main", "themes"), false);
  assert.equal(isLikeLast(last, "other", "themes/shop"), false);
});

Deno.test("members that the history lacks do not count as equal", () => {
  const silent = (member: string) => lastDeployments(historyOf({ datetime: LATE, [member]: undefined }));

  for (const member of ["git_url", "branch_name", "path", "datetime", "result"]) {
    assert.equal(isLikeLast(silent(member), "main", ""), false, member);
  }
  const rootFolder = lastDeployments(historyOf({ datetime: LATE, path: null }));
  assert.equal(isLikeLast(rootFolder, "main", ""), true, "null is how Cloudways says public_html");
});

Deno.test("a newer deployment with an unknown result may be the last one", () => {
  const history = historyOf({ datetime: EARLY }, { branch_name: "other", datetime: LATE, result: "perhaps" });

  assert.equal(isLikeLast(lastDeployments(history), "main", ""), false);
});

Deno.test("with two repositories deployed in the same minute, it is unknown which one is pulled", () => {
  const history = historyOf({ datetime: LATE }, { git_url: "git@git.example.org:team/shop.git", datetime: LATE });

  assert.equal(isLikeLast(lastDeployments(history), "main", ""), false);
});

Deno.test("a deploy key that is null is unknown, and an empty one means none", () => {
  assert.equal(keyReply.parse({ key: null }), null);
  assert.equal(keyReply.parse([]), null);
  assert.equal(keyReply.parse({ key: " " }), "");
});
