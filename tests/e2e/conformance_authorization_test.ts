/** The official conformance suite's scenarios about authorization. */
import assert from "node:assert/strict";
import { listedScenarios, listScenarios, runAuthorization, type Side } from "../conformance/authorization.ts";
import { freePort } from "../support/free_port.ts";
import { consent, register, startSignIn } from "../support/sign_in.ts";

const documentation = await Deno.readTextFile("docs/decisions/0012-sign-in.md");

/** Where the documentation lists the scenarios for each side. */
const LISTED: readonly { side: Side; item: string; isAbout: (name: string) => boolean }[] = [
  { side: "authorization", item: "Against an authorization server", isAbout: () => true },
  { side: "client", item: "Against a client", isAbout: (name) => name.startsWith("auth/") },
  { side: "server", item: "Against an MCP server", isAbout: (name) => /auth/.test(name) },
];

for (const { side, item, isAbout } of LISTED) {
  Deno.test(`every scenario about authorization is listed: ${item.toLowerCase()}`, async () => {
    const scenarios = (await listScenarios(side)).filter(isAbout);

    assert.deepEqual(listedScenarios(documentation, item).sort(), scenarios.sort());
  });
}

Deno.test("the authorization server passes the suite's scenarios, except for client id metadata documents", async () => {
  await using service = await startSignIn();
  const port = freePort();
  const clientId = await register(service, { redirect_uris: [`http://127.0.0.1:${port}/callback`] });
  const played = { issuer: `${service.url}/connect`, clientId, port, resource: `${service.url}/connect/mcp` };

  const result = await runAuthorization(played, async (address) => {
    const response = await fetch(await consent(service, address));
    await response.body?.cancel();
  });

  assert.deepEqual(result, {
    "authorization-code-grant": ["authorization-code-grant: SUCCESS"],
    "authorization-server-metadata-endpoint": [
      "authorization-server-metadata: SUCCESS",
      "authorization-server-metadata-cimd: WARNING",
    ],
  });
});
