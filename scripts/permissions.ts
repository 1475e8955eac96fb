/**
 * Prints the permission flags that a command needs with the present configuration:
 *
 *   deno run --no-prompt $(deno run … scripts/permissions.ts serve) main.ts serve
 *
 * It never fails. Where the configuration is wrong it prints only the flags for the environment, and the command then
 * reports the mistake. Of the configuration it prints only parsed addresses and the path of one file.
 */
import { type Config, ConfigError, parseConfig, readEnvironment, VARIABLE_NAMES } from "../src/config.ts";
import {
  formatHostPort,
  type HostPort,
  listenAddress,
  outboundHosts,
  stdioPagesAddress,
  writtenFile,
} from "../src/config/reach.ts";

function parsedConfig(): Config | undefined {
  try {
    return parseConfig(readEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** The address that a command listens on. */
function listenAddressOf(command: string, config: Config): HostPort | undefined {
  switch (command) {
    case "serve":
      return listenAddress(config);
    case "stdio":
      return stdioPagesAddress(config);
    default:
      return undefined;
  }
}

function flags(command: string, config: Config | undefined): string[] {
  // Libraries read the whole environment when they load; --ignore-env makes other variables look unset, not forbidden.
  const env = [`--allow-env=${VARIABLE_NAMES.join(",")}`, "--ignore-env"];
  if (config === undefined) return env;
  const listens = listenAddressOf(command, config);
  const hosts = [...outboundHosts(config), ...(listens === undefined ? [] : [listens])];
  const file = writtenFile(config);
  const write = file === undefined ? [] : [`--allow-write=${file}`];
  return [`--allow-net=${hosts.map(formatHostPort).join(",")}`, ...write, ...env];
}

const text = flags(Deno.args[0] ?? "serve", parsedConfig()).join(" ");
await new Blob([text]).stream().pipeTo(Deno.stdout.writable);
