// The command line of the inspector: one process a call.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { follow, headers, textOf, url } from "./plan.mjs";

const run = promisify(execFile);
const program = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";
const header = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);

async function inspect(...args) {
  const { stdout } = await run(process.execPath, [program, "--cli", url, "--transport", "http", ...header, ...args], {
    maxBuffer: 10_000_000,
  }).catch((error) => {
    // A tool's error ends the process with 1; its answer stands in the output all the same.
    if (error.stdout?.trim().startsWith("{")) return error;
    throw error;
  });
  return JSON.parse(stdout);
}

await follow({
  tools: async () => (await inspect("--method", "tools/list")).tools.map(({ name }) => name),
  call: async (name, args) => {
    const given = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${JSON.stringify(value)}`]);
    return textOf(await inspect("--method", "tools/call", "--tool-name", name, ...given));
  },
});
