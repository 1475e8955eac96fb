import { type Config, ConfigError, parseConfig } from "../config.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import { ChainSigner } from "../audit/chain.ts";
import { type AuditBreak, type AuditCheckpoint, type AuditFindings, verifyAuditLines } from "../audit/verify.ts";
import { cleanText } from "../text/clean.ts";

/** The text to print, and the exit code: 0 for complete records, 1 for broken ones, 2 if nothing could be checked. */
export interface AuditReport {
  code: 0 | 1 | 2;
  text: string;
}

const LIMITS =
  "This does not show records cut off at the end of a process, a process left out as a whole, or a forger with the key.\n";

/**
 * Checks the audit records of a log.
 *
 * @param args Any number of `--from CHECKPOINT`: checkpoints that an earlier run printed.
 */
export async function verifyAudit(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<AuditReport> {
  const from = checkpointsIn(args);
  if (from === undefined) return unusable("Give a checkpoint as it was printed: verify-audit --from CHECKPOINT < FILE");
  let config: Config;
  try {
    // Only this variable is used, so errors in others don't matter.
    config = parseConfig({ ENCRYPTION_KEY: environment.ENCRYPTION_KEY });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return unusable(error.message);
  }
  const { encryptionKeys } = config;
  if (encryptionKeys.length === 0) return unusable("ENCRYPTION_KEY is not set: give the keys that the server had.");
  const signer = new ChainSigner(await KeyRing.create({ encryptionKeys }));
  return report(await verifyAuditLines(linesOf(input), signer, from));
}

function report(findings: AuditFindings): AuditReport {
  const { processes, breaks, checked } = findings;
  if (processes.length === 0 && breaks.length === 0) {
    return unusable("There are no audit records in this input. Give it a log of the server: verify-audit < FILE");
  }
  if (checked === 0 && processes.length > 0) {
    return unusable("No record is signed with a key that ENCRYPTION_KEY lists: give the keys that the server had.");
  }
  const found = processes.map(({ process, records, lastTime, missing }) =>
    `process ${shown(process)}: ${records} ${records === 1 ? "record" : "records"}, the last of ${shown(lastTime)}\n` +
    (missing === 0 ? "" : `  it says that it could not write ${missing} more\n`)
  );
  const half = findings.cutOffLines.map((line) =>
    `Line ${line} was cut off while it was written. A record that is missing for that is named as removed.\n`
  );
  const verdict = breaks.length === 0 ? "The records are whole.\n" : breaks.map(sentence).join("");
  const code = breaks.length === 0 ? 0 : 1;
  return { code, text: found.join("") + half.join("") + verdict + LIMITS + checkpointLine(findings) };
}

/** How to check the records that come next; empty if something is broken. */
function checkpointLine({ breaks, checkpoints }: AuditFindings): string {
  if (breaks.length > 0 || checkpoints.length === 0) return "";
  const all = checkpoints.map(({ process, sequence, mac }) => `${process}:${sequence}:${mac}`).join(",");
  return `To check what comes after this: verify-audit --from ${all}\n`;
}

function checkpointsIn(args: readonly string[]): AuditCheckpoint[] | undefined {
  const found: AuditCheckpoint[] = [];
  for (let at = 0; at < args.length; at += 2) {
    const value = args[at + 1];
    if (args[at] !== "--from" || value === undefined) return undefined;
    for (const part of value.split(",")) {
      const [, process, sequence, mac] = /^([0-9a-f]{16}):([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(part) ?? [];
      if (process === undefined || mac === undefined) return undefined;
      found.push({ process, sequence: Number(sequence), mac });
    }
  }
  return found;
}

function sentence({ process, sequence, line, problem }: AuditBreak): string {
  const record = process === null ? "The text" : `Process ${shown(process)}, record ${sequence}`;
  return `BROKEN. ${record} at line ${line} ${problem}.\n`;
}

/** Cleans text from the log, which may have been tampered with. */
function shown(text: string): string {
  return cleanText(text, { maxLength: 40 });
}

function unusable(text: string): AuditReport {
  return { code: 2, text: `${text}\n` };
}

async function* linesOf(input: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of input.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
