/** Checks the configuration before a binary is built, because the permissions of the binary follow from it. */
import { ConfigError, parseConfig, readEnvironment } from "../src/config.ts";

try {
  parseConfig(readEnvironment());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  await Deno.stderr.write(new TextEncoder().encode(`The configuration is wrong:\n${error.message}\n`));
  Deno.exit(1);
}
