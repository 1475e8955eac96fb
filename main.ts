/** The entry point: runs the command that the arguments name. */
import {
  customerIdCommand,
  doctorCommand,
  keygenCommand,
  serveCommand,
  stdioCommand,
  verifyAuditCommand,
} from "./src/commands/mod.ts";
import { SERVER_NAME, VERSION } from "./src/version.ts";

const USAGE = `${SERVER_NAME} ${VERSION}: an MCP server for Cloudways accounts

Usage: main.ts [command]

Commands:
  serve         serve MCP over HTTP (the default)
  stdio         serve one local client over standard input and output
  keygen        print fresh values for ENCRYPTION_KEY and CUSTOMER_ID_KEY
  doctor        check configuration, keys, Redis and the Cloudways API
  customer-id   print the customer id of the credentials given on standard input
  verify-audit  check the audit records of a log given on standard input

Options:
  --live        with doctor: also read from the API, and report replies of another form than expected
  --quiet       with doctor: print only what is not well
  --from        with verify-audit: a checkpoint that an earlier run printed
  --help, -h    show this
  --version, -V show the version

Everything is configured by environment variables; README.md lists them.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  serve: serveCommand,
  stdio: stdioCommand,
  keygen: keygenCommand,
  doctor: doctorCommand,
  "customer-id": customerIdCommand,
  "verify-audit": verifyAuditCommand,
  "--help": () => print(USAGE),
  "-h": () => print(USAGE),
  "--version": () => print(`${VERSION}\n`),
  "-V": () => print(`${VERSION}\n`),
};

/** The first argument that a command does not take; undefined if it takes all of them. */
function unknownOption(command: string, rest: readonly string[]): string | undefined {
  if (command === "verify-audit" && rest[0] === "--from") return undefined;
  return rest.find((option) => !(command === "doctor" && (option === "--live" || option === "--quiet")));
}

async function print(text: string): Promise<number> {
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  const [word = "serve", ...rest] = args;
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  const unknown = command === undefined ? word : unknownOption(word, rest);
  if (command !== undefined && unknown === undefined) return await command(rest);
  const message = `Unknown command or option: ${JSON.stringify((unknown ?? "").slice(0, 60))}\n\n${USAGE}`;
  await new Blob([message]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
