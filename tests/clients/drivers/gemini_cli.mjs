// Gemini CLI without a person: `gemini -p`.
import { resolve } from "node:path";
import { headers, url } from "./plan.mjs";
import { modelUrl, run, setting } from "./program.mjs";

setting(".gemini/settings.json", {
  mcpServers: { cloudways: { httpUrl: url, headers, trust: true } },
  security: { auth: { selectedType: "gemini-api-key" } },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, disableAutoUpdate: true },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
});

run(process.execPath, [
  resolve("node_modules/.bin/gemini"),
  ...["-p", "Follow the plan.", "--model", "gemini-2.5-flash", "--yolo", "--skip-trust"],
], {
  GEMINI_API_KEY: "not-a-key",
  GOOGLE_GEMINI_BASE_URL: modelUrl,
  GEMINI_CLI_TRUST_WORKSPACE: "true",
});
