/** The commands of the program. Each returns its exit code. */
import { type Config, ConfigError, parseConfig, readEnvironment } from "../config.ts";
import { createLogger } from "../telemetry/log.ts";
import { openLogCopy } from "../telemetry/log_copy.ts";
import { openAuditLog, type Output } from "./audit_output.ts";
import { customerId } from "./customer_id.ts";
import { examine } from "./doctor.ts";
import { report } from "./doctor/finding.ts";
import { keygen } from "./keygen.ts";
import { logUnhandled, reportConfigProblem, startProblem } from "./process.ts";
import { serve } from "./serve.ts";
import { stdio } from "./stdio.ts";
import { verifyAudit } from "./verify_audit.ts";

/** Serves MCP over HTTP. */
export function serveCommand(): Promise<number> {
  return withConfig(serve);
}

/** Serves one local client over standard input and output. */
export function stdioCommand(): Promise<number> {
  return withConfig(stdio);
}

/** Prints fresh keys. */
export async function keygenCommand(): Promise<number> {
  await write(Deno.stdout, keygen());
  return 0;
}

/** Checks the set-up and prints the findings. `--live` also reads from the API, `--quiet` prints only what is not well. */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const findings = await examine(readEnvironment(), { live: args.includes("--live") });
  const { text, ok } = report(findings, { quiet: args.includes("--quiet") });
  await write(Deno.stdout, text);
  return ok ? 0 : 1;
}

/** Checks the audit records of the log on standard input. */
export async function verifyAuditCommand(args: readonly string[]): Promise<number> {
  const { code, text } = await verifyAudit(Deno.stdin.readable, readEnvironment(), args);
  await write(code === 2 ? Deno.stderr : Deno.stdout, text);
  return code;
}

/** Prints the customer id of the credentials on standard input. */
export async function customerIdCommand(): Promise<number> {
  const { code, text } = await customerId(Deno.stdin.readable, readEnvironment());
  await write(code === 0 ? Deno.stdout : Deno.stderr, text);
  return code;
}

async function withConfig(run: (config: Config, output: Output) => Promise<number>): Promise<number> {
  const environment = readEnvironment();
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await reportConfigProblem(error, environment);
    return 1;
  }
  await using log = createLogger({ level: config.logLevel, format: config.logFormat, copy: openLogCopy(config) });
  logUnhandled(log);
  try {
    await using auditLog = await openAuditLog(config);
    return await run(config, { log, auditLog: auditLog ?? log });
  } catch (error) {
    log.error(startProblem(error));
    return 1;
  }
}

async function write(stream: { writable: WritableStream<Uint8Array> }, text: string): Promise<void> {
  await new Blob([text]).stream().pipeTo(stream.writable, { preventClose: true });
}
