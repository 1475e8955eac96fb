/**
 * Runs the server against the sandbox Cloudways of the tests, in a process of its own and under the permissions that
 * its configuration needs, and prints what a client has to be told.
 */
import { VARIABLE_NAMES } from "../src/config.ts";
import { DEMO_ACCOUNT, DEMO_EPOCH, startSandbox } from "../tests/sandbox/mod.ts";
import { setUpForEveryTool } from "../tests/tool_rows/mod.ts";

const ROOT = new URL("../", import.meta.url);
const LISTENING = "listening";

/** Variables that the server takes from the shell, since they are there to be tried. */
const TO_BE_TRIED = new Set([
  "TOOLSETS",
  "LIST_TOOLSETS",
  "READ_ONLY",
  "CONFIRM",
  "RATE_LIMIT_REQUESTS",
  "RATE_LIMIT_WINDOW",
  "LOG_FORMAT",
]);

/** What the server is told. A real Redis, key, address or proxy of the shell is none of the demo's business. */
function serverEnv(apiBaseUrl: string, port: string): Record<string, string> {
  // An empty variable counts as unset.
  const unset = VARIABLE_NAMES.filter((name) => !TO_BE_TRIED.has(name)).map((name) => [name, ""]);
  const own = {
    HOST: "127.0.0.1",
    PORT: port,
    LOG_LEVEL: "INFO",
    CLOUDWAYS_API_BASE_URL: apiBaseUrl,
    NO_PROXY: "127.0.0.1",
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

/** Signals go to the server; this process ends when it has. */
function passSignalsOn(server: Deno.ChildProcess): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Windows knows no SIGTERM; SIGINT is enough there.
    if (signal === "SIGTERM" && Deno.build.os === "windows") continue;
    Deno.addSignalListener(signal, () => {
      try {
        server.kill(signal);
      } catch {
        // It has ended already, and so will this process.
      }
    });
  }
}

/** Passes the server's log on, and calls `onListening` when it says that it listens. */
async function passLogOn(server: Deno.ChildProcess, onListening: () => Promise<void>): Promise<void> {
  const encoder = new TextEncoder();
  let said = "";
  let listens = false;
  for await (const text of server.stderr.pipeThrough(new TextDecoderStream())) {
    await new Blob([encoder.encode(text)]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
    if (listens) continue;
    said += text;
    listens = said.includes(LISTENING);
    if (listens) await onListening();
  }
}

function guide(url: string): string {
  const { email, apiKey, accessTokens: [{ token }] } = DEMO_ACCOUNT;
  const config = { mcpServers: { cloudways: { type: "http", url, headers: { "x-cloudways-access-token": token } } } };
  return `
A demo account at a stand-in for Cloudways: nothing here is real, and all is forgotten at the end. Ctrl-C ends it.

For the configuration of an MCP client, in .mcp.json of Claude Code, for instance:

${JSON.stringify(config, null, 2)}

Demo credentials, of which the token or the other two are enough:

  x-cloudways-access-token: ${token}
  x-cloudways-email: ${email}
  x-cloudways-api-key: ${apiKey}

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
