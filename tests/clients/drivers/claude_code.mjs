// Claude Code without a person: `claude -p`.
import { resolve } from "node:path";
import { headers, url } from "./plan.mjs";
import { modelUrl, run, setting } from "./program.mjs";

const config = setting("mcp.json", { mcpServers: { cloudways: { type: "http", url, headers } } });

run(resolve("node_modules/.bin/claude"), [
  ...["-p", "Follow the plan.", "--model", "stand-in"],
  ...["--mcp-config", config, "--strict-mcp-config", "--allowedTools", "mcp__cloudways"],
], {
  ANTHROPIC_BASE_URL: modelUrl,
  ANTHROPIC_API_KEY: "not-a-key",
  // Otherwise the model gets the tools only after it has searched for them.
  ENABLE_TOOL_SEARCH: "false",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
});
