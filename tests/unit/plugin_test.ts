/** The plugin for Claude Code: its manifests name what there is. */
import assert from "node:assert/strict";
import * as z from "zod";
import { parseConfig } from "../../src/config.ts";
import { VERSION } from "../../src/version.ts";

const ROOT = new URL("../../", import.meta.url);

function read<T>(path: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(Deno.readTextFileSync(new URL(path, ROOT))));
}

Deno.test("the plugin has the version of the program, and the marketplace lists it", () => {
  const plugin = read(".claude-plugin/plugin.json", z.looseObject({ name: z.string(), version: z.string() }));
  const { plugins } = read(
    ".claude-plugin/marketplace.json",
    z.looseObject({ plugins: z.array(z.looseObject({ name: z.string(), source: z.string() })) }),
  );

  assert.equal(plugin.version, VERSION);
  assert.deepEqual(plugins.map(({ name, source }) => [name, source]), [[plugin.name, "./"]]);
});

Deno.test("the plugin connects to the default address with a header that the server reads, and holds no credential", () => {
  const servers = z.strictObject({
    mcpServers: z.strictObject({
      cloudways: z.strictObject({
        type: z.literal("http"),
        url: z.string(),
        headers: z.strictObject({ "x-cloudways-access-token": z.literal("${CLOUDWAYS_ACCESS_TOKEN:-}") }),
      }),
    }),
  });
  const { hostname, port } = parseConfig({}).listen;

  const { url } = read(".mcp.json", servers).mcpServers.cloudways;

  assert.equal(url, `\${CLOUDWAYS_MCP_URL:-http://${hostname}:${port}/mcp}`);
});
