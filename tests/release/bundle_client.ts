/**
 * Starts the server of an unpacked bundle as Claude Desktop does, with an official client, and prints what it answers:
 *
 *   deno run … tests/release/bundle_client.ts FOLDER USER_CONFIG
 *
 * A program of its own, since the tests may not run files that they have made.
 */
import { getMcpConfigForManifest, v0_3 } from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import * as z from "zod";
import { toAnswer } from "../support/clients.ts";

/** What the program prints. */
export const reportSchema = z.strictObject({
  server: z.looseObject({ name: z.string(), version: z.string() }),
  tools: z.array(z.string()),
  prompts: z.array(z.string()),
  /** What a tool answers that asks Cloudways nothing, but needs credentials: the code of its error, or none. */
  limitsCode: z.string().nullable(),
});

/** How Claude Desktop starts a server, from its manifest and what a person has set. */
export async function launchOf(folder: string, userConfig: Record<string, string | number | boolean>) {
  const manifest = v0_3.McpbManifestSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/manifest.json`)));
  const found = await getMcpConfigForManifest({
    manifest,
    extensionPath: folder,
    systemDirs: {},
    userConfig,
    pathSeparator: "/",
  });
  if (found === undefined) throw new Error("The manifest says that something required is missing.");
  return { command: found.command, args: found.args ?? [], env: found.env ?? {} };
}

if (import.meta.main) {
  const [folder = "", userConfig = "{}"] = Deno.args;
  const { command, args, env } = await launchOf(folder, JSON.parse(userConfig));
  const client = new Client({ name: "bundle", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command, args, env, cwd: folder, stderr: "inherit" }));
  const { tools } = await client.listTools();
  const { prompts } = await client.listPrompts();
  const limits = toAnswer(await client.callTool({ name: "rate_limit_status", arguments: {} }));
  const report = reportSchema.parse({
    server: client.getServerVersion(),
    tools: tools.map(({ name }) => name),
    prompts: prompts.map(({ name }) => name),
    limitsCode: limits.isError ? limits.json.code : null,
  });
  await client.close();
  await new Blob([JSON.stringify(report)]).stream().pipeTo(Deno.stdout.writable);
}
