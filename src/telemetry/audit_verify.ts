/** Checks the audit records in a log: whether any of them was changed, removed or moved since it was written. */
import { z } from "zod";
import { type ChainLink, chainLink, type ChainSigner, type SignatureCheck } from "./audit_chain.ts";
import { AUDIT_MESSAGE } from "./audit_log.ts";
import { hasDoubledMember } from "./doubled_members.ts";

/** The first record of a process that is not as it was written. */
export interface AuditBreak {
  /** Null where the line doesn't say whose it is. */
  process: string | null;
  /** The number that the record bears; null where it bears none. */
  sequence: number | null;
  /** In the input, from 1. */
  line: number;
  /** What is wrong, as the rest of a sentence that begins with the record. */
  problem: string;
}

/** The records of one process. */
export interface AuditedProcess {
  process: string;
  records: number;
  /** When the last of them was written, as it says itself. */
  lastTime: string;
}

/** What was found in a log. */
export interface AuditFindings {
  processes: AuditedProcess[];
  /** At most one for each process, in the order of the lines. */
  breaks: AuditBreak[];
  /** How many records could be checked, since the key that signed them is there. */
  checked: number;
}

/** One record as far as the chain is concerned. */
interface Seen {
  line: number;
  process: string;
  sequence: number;
  time: string;
  previous: string | null;
  mac: string;
  verdict: SignatureCheck;
}

const jsonLine = z.looseObject({ message: z.literal(AUDIT_MESSAGE), [AUDIT_MESSAGE]: z.unknown() });
const processRecord = chainLink.extend({ process: z.string(), sequence: z.int().positive(), time: z.string() });

/** What stands before the record in a line for people. Behind a quotation mark stands what a caller wrote. */
const CONSOLE_LINE = new RegExp(`^[^"]* ${AUDIT_MESSAGE} ${AUDIT_MESSAGE}=$`);

/** Checks the records among the lines of a log, those of each process by themselves, in the order of the lines. */
export async function verifyAuditLines(lines: AsyncIterable<string>, signer: ChainSigner): Promise<AuditFindings> {
  const records: Seen[] = [];
  const breaks: AuditBreak[] = [];
  let line = 0;
  for await (const text of lines) {
    line++;
    const found = recordIn(text);
    if (found === undefined) continue;
    const { record } = found;
    if (isProcessRecord(record)) {
      const { process, sequence, time, previous, mac } = record;
      records.push({ line, process, sequence, time, previous, mac, verdict: await signer.check("process", record) });
    } else {
      breaks.push({ process: null, sequence: null, line, problem: "is no whole record: it was changed" });
    }
  }
  const byProcess = [...Map.groupBy(records, ({ process }) => process)];
  breaks.push(...byProcess.flatMap(([process, own]) => firstBreak(own).map((found) => ({ process, ...found }))));
  return {
    processes: byProcess.map(([process, own]) => (
      { process, records: own.length, lastTime: own.at(-1)?.time ?? "" }
    )),
    breaks: breaks.sort((a, b) => a.line - b.line),
    checked: records.filter(({ verdict }) => verdict !== "unknown key").length,
  };
}

type ProcessRecord = object & ChainLink & { process: string; sequence: number; time: string };

function isProcessRecord(value: unknown): value is ProcessRecord {
  return processRecord.safeParse(value).success;
}

/** The record in a line of either format, whatever a collector has put in front; undefined where the line has none. */
function recordIn(line: string): { record: unknown } | undefined {
  const start = line.indexOf("{");
  if (start < 0 || !line.includes(AUDIT_MESSAGE)) return undefined;
  const text = line.slice(start);
  const value = parseJson(text);
  const json = CONSOLE_LINE.test(line.slice(0, start)) ? { [AUDIT_MESSAGE]: value } : jsonLine.safeParse(value).data;
  if (json === undefined) return undefined;
  // The signature is over what was parsed, so what parsing leaves out would go unnoticed.
  return { record: value !== undefined && hasDoubledMember(text) ? undefined : json[AUDIT_MESSAGE] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first record that is not as it was written, or none. */
function firstBreak(records: readonly Seen[]): Omit<AuditBreak, "process">[] {
  let previous: string | null = null;
  for (const [index, record] of records.entries()) {
    const problem = problemOf(record, { expected: index + 1, previous, records });
    if (problem !== undefined) return [{ sequence: record.sequence, line: record.line, problem }];
    previous = record.mac;
  }
  return [];
}

/** What is wrong with a record that stands where `expected` should. */
function problemOf(
  { verdict, sequence, previous }: Seen,
  before: { expected: number; previous: string | null; records: readonly Seen[] },
): string | undefined {
  const { expected, records } = before;
  if (verdict === "changed") return "was changed since it was written";
  if (verdict === "unknown key") return "is signed with a key that ENCRYPTION_KEY does not list, or was changed";
  if (sequence < expected) return "stands here once more: it was copied";
  if (sequence === expected) {
    return previous === before.previous ? undefined : "does not follow the record before it: that one was replaced";
  }
  const later = records.find((other) => other.sequence === expected);
  if (later !== undefined) return `stands before record ${expected}, at line ${later.line}: they were reordered`;
  const missing = expected === sequence - 1 ? `record ${expected}` : `records ${expected} to ${sequence - 1}`;
  if (expected > 1) return `comes right after record ${expected - 1}. Removed: ${missing}`;
  return `is the first of its process here. Removed, or in an older file: ${missing}`;
}
