/**
 * Runs the server against the sandbox of the tests, in a process of its own and with the permissions that its
 * configuration needs, and prints the configuration of a client.
 */
import { VARIABLE_NAMES } from "../src/config.ts";
import { generateKey } from "../src/crypto/keys.ts";
import { DEMO_ACCOUNT, DEMO_EPOCH, startSandbox } from "../tests/sandbox/mod.ts";
import { setUpForEveryTool } from "../tests/tool_rows/mod.ts";

const ROOT = new URL("../", import.meta.url);
const LISTENING = "listening";

/** Variables that the server takes from the shell, so that people can try them. */
const TO_BE_TRIED = new Set([
  "TOOLSETS",
  "LIST_TOOLSETS",
  "READ_ONLY",
  "CONFIRM",
  "RATE_LIMIT_REQUESTS",
  "RATE_LIMIT_WINDOW",
  "LOG_FORMAT",
]);

/** The environment of the server. The demo must not use a real Redis, key, address or proxy of the shell. */
function serverEnv(apiBaseUrl: string, port: string): Record<string, string> {
  // An empty variable counts as unset.
  const unset = VARIABLE_NAMES.filter((name) => !TO_BE_TRIED.has(name)).map((name) => [name, ""]);
  const own = {
    HOST: "127.0.0.1",
    PORT: port,
    LOG_LEVEL: "INFO",
    // So that people can sign in.
    ENCRYPTION_KEY: generateKey(),
    CLOUDWAYS_API_BASE_URL: apiBaseUrl,
    NO_PROXY: "127.0.0.1",
    // Deno reads these by itself, and complains of empty ones.
    OTEL_DENO: "false",
    OTEL_DENO_TRACING: "false",
    OTEL_DENO_METRICS: "false",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_SDK_DISABLED: "false",
  };
  return { ...Object.fromEntries(unset), ...own };
}

async function permissionFlags(env: Record<string, string>): Promise<string[]> {
  const args = ["run", "--quiet", "--no-prompt", "-P=config", "scripts/permissions.ts", "serve"];
  const { stdout } = await new Deno.Command("deno", { args, cwd: ROOT, env, stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout).split(" ");
}

async function startServer(env: Record<string, string>): Promise<Deno.ChildProcess> {
  const args = ["run", "--quiet", "--no-prompt", ...await permissionFlags(env), "main.ts", "serve"];
  return new Deno.Command("deno", { args, cwd: ROOT, env, stdin: "null", stderr: "piped" }).spawn();
}

/** Passes signals to the server; this process ends after it. */
function passSignalsOn(server: Deno.ChildProcess): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Windows has no SIGTERM; SIGINT is enough there.
    if (signal === "SIGTERM" && Deno.build.os === "windows") continue;
    Deno.addSignalListener(signal, () => {
      try {
        server.kill(signal);
      } catch {
        // The server has ended already, and this process is about to.
      }
    });
  }
}

/** Copies the server's log to standard error, and calls `onListening` once the log says that the server listens. */
async function passLogOn(server: Deno.ChildProcess, onListening: () => Promise<void>): Promise<void> {
  const encoder = new TextEncoder();
  let logged = "";
  let listens = false;
  for await (const text of server.stderr.pipeThrough(new TextDecoderStream())) {
    await new Blob([encoder.encode(text)]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
    if (listens) continue;
    logged += text;
    listens = logged.includes(LISTENING);
    if (listens) await onListening();
  }
}

function guide(url: string): string {
  const { email, apiKey, accessTokens: [{ token }] } = DEMO_ACCOUNT;
  const config = { mcpServers: { cloudways: { type: "http", url, headers: { "x-cloudways-access-token": token } } } };
  return `
A demo account on a simulated Cloudways. Nothing here is real, and nothing is kept. Press Ctrl-C to end it.

For the configuration of an MCP client, such as .mcp.json of Claude Code:

${JSON.stringify(config, null, 2)}

Demo credentials. The token is enough, and so are the e-mail and API key:

  x-cloudways-access-token: ${token}
  x-cloudways-email: ${email}
  x-cloudways-api-key: ${apiKey}

A client that can sign in needs no header: give it ${
    url.replace(/mcp$/, "connect/mcp")
  } and paste the token above on the page
that opens.

`;
}

async function print(text: string): Promise<void> {
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}

async function main(): Promise<number> {
  await using sandbox = await startSandbox({ epoch: DEMO_EPOCH });
  setUpForEveryTool(sandbox);
  const port = Deno.env.get("PORT") || "7000";
  const server = await startServer(serverEnv(sandbox.baseUrl, port));
  passSignalsOn(server);
  await passLogOn(server, () => print(guide(`http://127.0.0.1:${port}/mcp`)));
  return (await server.status).code;
}

if (import.meta.main) Deno.exit(await main());
