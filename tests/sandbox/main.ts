/** Runs the sandbox alone: `deno run --allow-net=127.0.0.1 tests/sandbox/main.ts [port]`. */
import { DEMO_ACCOUNT, startSandbox } from "./mod.ts";

const sandbox = await startSandbox({ port: Number(Deno.args[0] ?? 8700) });
const [token] = DEMO_ACCOUNT.accessTokens;
const lines = [
  `Base URL      ${sandbox.baseUrl}`,
  `Access token  ${token.token}`,
  `E-mail        ${DEMO_ACCOUNT.email}`,
  `API key       ${DEMO_ACCOUNT.apiKey}`,
];
await Deno.stdout.write(new TextEncoder().encode(lines.join("\n") + "\n"));
