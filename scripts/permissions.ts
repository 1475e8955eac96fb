/**
 * Prints the permission flags that a command needs under the present configuration:
 *
 *   deno run --no-prompt $(deno run … scripts/permissions.ts serve) main.ts serve
 *
 * It never fails: where the configuration is wrong it prints the environment flags alone, and the command then says
 * what is wrong. It prints nothing but addresses, and the path of one file, that the configuration has parsed.
 */
import { type Config, ConfigError, parseConfig, readEnvironment, VARIABLE_NAMES } from "../src/config.ts";
import { formatHostPort, listenAddress, outboundHosts, writtenFile } from "../src/config/reach.ts";

function parsedConfig(): Config | undefined {
  try {
    return parseConfig(readEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function flags(command: string, config: Config | undefined): string[] {
  // Libraries list the environment when they load; what they may not see does not exist for them.
  const env = [`--allow-env=${VARIABLE_NAMES.join(",")}`, "--ignore-env"];
  if (config === undefined) return env;
  const hosts = command === "serve" ? [...outboundHosts(config), listenAddress(config)] : outboundHosts(config);
  const file = writtenFile(config);
  const write = file === undefined ? [] : [`--allow-write=${file}`];
  return [`--allow-net=${hosts.map(formatHostPort).join(",")}`, ...write, ...env];
}

const text = flags(Deno.args[0] ?? "serve", parsedConfig()).join(" ");
await new Blob([text]).stream().pipeTo(Deno.stdout.writable);
