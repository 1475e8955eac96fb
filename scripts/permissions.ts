/**
 * Prints the permission flags that a command needs with the present configuration, and those of V8:
 *
 *   deno run --no-prompt $(deno run … scripts/permissions.ts serve) main.ts serve
 *
 * It never fails. Where the configuration is wrong it prints only the flags of V8 and for the environment, and the
 * command then reports the mistake. Of the configuration it prints only parsed addresses and the path of one file.
 *
 * The command itself may see no variable but its own. So this script also looks through the files of variables for
 * misspelt names, and warns of them on standard error, in the form of the log. `doctor` does that by itself.
 */
import { lookThroughVariableFiles, VARIABLE_FILES } from "../src/commands/variable_files.ts";
import { type Config, ConfigError, parseConfig, readEnvironment, VARIABLE_NAMES } from "../src/config.ts";
import {
  formatHostPort,
  type HostPort,
  listenAddress,
  outboundHosts,
  publicHost,
  stdioPagesAddress,
  writtenFile,
} from "../src/config/reach.ts";
import { createLogger } from "../src/telemetry/log.ts";

function parsedConfig(environment: Readonly<Record<string, string>>): Config | undefined {
  try {
    return parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** The address that a command listens on, or that it tries in the case of `doctor`. */
function ownAddressOf(command: string, config: Config): HostPort | undefined {
  switch (command) {
    case "serve":
      return listenAddress(config);
    case "stdio":
      return stdioPagesAddress(config);
    case "doctor":
      return publicHost(config);
    default:
      return undefined;
  }
}

/**
 * How V8 keeps memory. The program needs little for long, but each request makes much that is soon garbage, and by
 * default V8 lets that grow to many times the rest before it looks. So young objects have 4 MB twice, not 16; a heap is
 * looked through when it has doubled, not quadrupled; and a second without much work is enough to give memory back.
 * Pretenuring would put what one place of the code makes among the old objects, once much of it has grown old: with
 * many requests at once the headers of each get there, and hold whatever they name.
 */
const V8_FLAGS = "--v8-flags=" + [
  "--max-semi-space-size=4",
  "--heap-growing-percent=100",
  "--memory-reducer-delay-ms=1000",
  "--no-allocation-site-pretenuring",
].join(",");

function flags(command: string, config: Config | undefined): string[] {
  // Libraries read the whole environment when they load; --ignore-env makes other variables look unset, not forbidden.
  const env = [`--allow-env=${VARIABLE_NAMES.join(",")}`, "--ignore-env", V8_FLAGS];
  const read = command === "doctor" ? [`--allow-read=${VARIABLE_FILES.join(",")}`] : [];
  if (config === undefined) return [...read, ...env];
  const own = ownAddressOf(command, config);
  const hosts = [...outboundHosts(config), ...(own === undefined ? [] : [own])];
  const file = writtenFile(config);
  const write = file === undefined ? [] : [`--allow-write=${file}`];
  return [`--allow-net=${hosts.map(formatHostPort).join(",")}`, ...read, ...write, ...env];
}

async function warnOfUnknownNames(
  environment: Readonly<Record<string, string>>,
  config: Config | undefined,
): Promise<void> {
  const problems = (await lookThroughVariableFiles(environment)).flatMap(({ problems }) => problems);
  if (problems.length === 0) return;
  const format = environment.LOG_FORMAT === "json" ? "json" : "console";
  await using log = createLogger({ level: config?.logLevel ?? "INFO", format });
  for (const problem of problems) log.warn(problem);
}

const [command = "serve"] = Deno.args;
const environment = readEnvironment();
const config = parsedConfig(environment);
if (command !== "doctor") await warnOfUnknownNames(environment, config);
const text = flags(command, config).join(" ");
await new Blob([text]).stream().pipeTo(Deno.stdout.writable);
