// mcporter. Its limit of 60 seconds a call is `timeoutMs`, or `--timeout` on the command line.
import { createRuntime } from "mcporter";
import { follow, headers, textOf, url } from "./plan.mjs";

const runtime = await createRuntime({
  servers: [{ name: "cloudways", command: { kind: "http", url: new URL(url), headers } }],
});

await follow({
  tools: async () => (await runtime.listTools("cloudways")).map(({ name }) => name),
  call: async (name, args) => textOf(await runtime.callTool("cloudways", name, { args })),
});
await runtime.close();
