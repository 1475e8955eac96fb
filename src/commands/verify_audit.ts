import { type Config, ConfigError, parseConfig } from "../config.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import { ChainSigner } from "../telemetry/audit_chain.ts";
import { type AuditBreak, type AuditFindings, verifyAuditLines } from "../telemetry/audit_verify.ts";
import { cleanText } from "../text.ts";

/** What to print, and the exit code: 0 whole, 1 broken, 2 nothing could be checked. */
export interface AuditReport {
  code: 0 | 1 | 2;
  text: string;
}

const LIMITS =
  "This does not show records cut off at the end of a process, a process left out as a whole, or a forger with the key.\n";

/** Checks the audit records of a log. */
export async function verifyAudit(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  environment: Readonly<Record<string, string>>,
): Promise<AuditReport> {
  let config: Config;
  try {
    // Nothing else is needed, so nothing else has to be right.
    config = parseConfig({ ENCRYPTION_KEY: environment.ENCRYPTION_KEY });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return unusable(error.message);
  }
  const { encryptionKeys } = config;
  if (encryptionKeys.length === 0) return unusable("ENCRYPTION_KEY is not set: give the keys that the server had.");
  const signer = new ChainSigner(await KeyRing.create({ encryptionKeys }));
  return report(await verifyAuditLines(linesOf(input), signer));
}

function report(findings: AuditFindings): AuditReport {
  const { processes, breaks, checked } = findings;
  if (processes.length === 0 && breaks.length === 0) {
    return unusable("There are no audit records in this input. Give it a log of the server: verify-audit < FILE");
  }
  if (checked === 0 && processes.length > 0) {
    return unusable("No record is signed with a key that ENCRYPTION_KEY lists: give the keys that the server had.");
  }
  const found = processes.map(({ process, records, lastTime }) =>
    `process ${shown(process)}: ${records} ${records === 1 ? "record" : "records"}, the last of ${shown(lastTime)}\n`
  );
  const verdict = breaks.length === 0 ? "The records are whole.\n" : breaks.map(sentence).join("");
  return { code: breaks.length === 0 ? 0 : 1, text: found.join("") + verdict + LIMITS };
}

function sentence({ process, sequence, line, problem }: AuditBreak): string {
  const record = process === null ? "What stands" : `Process ${shown(process)}, record ${sequence}`;
  return `BROKEN. ${record} at line ${line} ${problem}.\n`;
}

/** A log that was tampered with may hold anything. */
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
