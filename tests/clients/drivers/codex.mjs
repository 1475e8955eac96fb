// Codex without a person: `codex exec`.
import { resolve } from "node:path";
import { headers, url } from "./plan.mjs";
import { modelUrl, run, setting } from "./program.mjs";

const values = (members) => Object.entries(members).map(([name, value]) => `${JSON.stringify(name)} = "${value}"`);
setting(
  ".codex/config.toml",
  `
model = "stand-in"
model_provider = "stand-in"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.stand-in]
name = "stand-in"
base_url = "${modelUrl}/v1"
wire_api = "responses"
env_key = "STAND_IN_KEY"

[mcp_servers.cloudways]
url = "${url}"
http_headers = { ${values(headers).join(", ")} }
`,
);

run(resolve("node_modules/.bin/codex"), [
  "exec",
  "--skip-git-repo-check",
  "--dangerously-bypass-approvals-and-sandbox",
  "Follow the plan.",
], { STAND_IN_KEY: "not-a-key" });
