/** Checks the audit records in a log: whether any of them was changed, removed or moved since it was written. */
import { z } from "zod";
import { type ChainLink, chainLink, type ChainSigner, type SignatureCheck } from "./chain.ts";
import { AUDIT_MESSAGE } from "./log.ts";
import { hasDoubledMember, isCutOff } from "./json_form.ts";

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
  /** How many records it could not write, as it says itself. */
  missing: number;
}

/** The last record of a process that was checked: what the records in a later file follow. */
export interface AuditCheckpoint {
  process: string;
  sequence: number;
  mac: string;
}

/** What was found in a log. */
export interface AuditFindings {
  processes: AuditedProcess[];
  /** At most one for each process, in the order of the lines. */
  breaks: AuditBreak[];
  /** How many records could be checked, since the key that signed them is there. */
  checked: number;
  /** Lines, from 1, of which only the beginning was written. What is missing for it shows in the chain. */
  halves: number[];
  /** Of every process without a break, those that only an earlier file has included. */
  checkpoints: AuditCheckpoint[];
}

/** One record as far as the chain is concerned. */
interface Seen {
  line: number;
  process: string;
  sequence: number;
  time: string;
  previous: string | null;
  mac: string;
  /** What a record that stands for missing ones says; 0 for all others. */
  missing: number;
  verdict: SignatureCheck;
}

/** What a line holds. */
type Found = { record: unknown } | "half";

const jsonLine = z.looseObject({ message: z.literal(AUDIT_MESSAGE), [AUDIT_MESSAGE]: z.unknown() });
const processRecord = chainLink.extend({ process: z.string(), sequence: z.int().positive(), time: z.string() });
const gapRecord = z.looseObject({ event: z.literal("gap"), missing: z.int().positive() });

/** What stands before the record in a line for people. Behind a quotation mark stands what a caller wrote. */
const CONSOLE_LINE = new RegExp(`^[^"]* ${AUDIT_MESSAGE} ${AUDIT_MESSAGE}=$`);

/** How a line of ours begins that holds a record, and how any line of ours does. */
const AUDIT_LINE = new RegExp(`^\\{"timestamp":"[^"]*","level":"[^"]*","message":"${AUDIT_MESSAGE}"(?:,|$)`);
const ANY_LINE = '{"timestamp":"';

/**
 * Checks the records among the lines of a log, those of each process by themselves, in the order of the lines.
 *
 * @param from What was checked before: the records of these processes go on there.
 */
export async function verifyAuditLines(
  lines: AsyncIterable<string>,
  signer: ChainSigner,
  from: readonly AuditCheckpoint[] = [],
): Promise<AuditFindings> {
  const records: Seen[] = [];
  const breaks: AuditBreak[] = [];
  const halves: number[] = [];
  let line = 0;
  let last = "";
  for await (const text of lines) {
    line++;
    last = text;
    for (const found of foundIn(text)) {
      if (found === "half") {
        halves.push(line);
        continue;
      }
      const { record } = found;
      if (!isProcessRecord(record)) {
        breaks.push({ process: null, sequence: null, line, problem: "is no whole record: it was changed" });
        continue;
      }
      const { process, sequence, time, previous, mac } = record;
      const missing = gapRecord.safeParse(record).data?.missing ?? 0;
      const verdict = await signer.check("process", record);
      records.push({ line, process, sequence, time, previous, mac, missing, verdict });
    }
  }
  // Of so little nobody can tell what it was to be.
  if (halves.at(-1) !== line && last.startsWith(ANY_LINE) && isCutOff(last)) halves.push(line);
  return { ...judge(records, breaks, from), halves };
}

function judge(records: readonly Seen[], lineBreaks: readonly AuditBreak[], from: readonly AuditCheckpoint[]) {
  const byProcess = [...Map.groupBy(records, ({ process }) => process)];
  const ends = new Map(from.map((checkpoint) => [checkpoint.process, checkpoint]));
  const breaks = [...lineBreaks];
  for (const [process, own] of byProcess) {
    const found = firstBreak(own, ends.get(process));
    const end = own.at(-1);
    if (found !== undefined) breaks.push({ process, ...found });
    if (found !== undefined || end === undefined) ends.delete(process);
    else ends.set(process, { process, sequence: end.sequence, mac: end.mac });
  }
  return {
    processes: byProcess.map(([process, own]) => ({
      process,
      records: own.length,
      lastTime: own.at(-1)?.time ?? "",
      missing: own.reduce((sum, { missing }) => sum + missing, 0),
    })),
    breaks: breaks.sort((a, b) => a.line - b.line),
    checked: records.filter(({ verdict }) => verdict !== "unknown key").length,
    checkpoints: [...ends.values()],
  };
}

type ProcessRecord = object & ChainLink & { process: string; sequence: number; time: string };

function isProcessRecord(value: unknown): value is ProcessRecord {
  return processRecord.safeParse(value).success;
}

/** The records in a line of either format, whatever a collector has put in front. */
function foundIn(line: string): Found[] {
  const start = line.indexOf("{");
  if (start < 0 || !line.includes(AUDIT_MESSAGE)) return [];
  const text = line.slice(start);
  const isConsole = CONSOLE_LINE.test(line.slice(0, start));
  const value = parseJson(text);
  if (value === undefined && isCutOff(text)) {
    // What was cut off may have no line break, so that the next line of the log stands behind it.
    const next = text.indexOf(ANY_LINE, 1);
    const after = next < 0 ? [] : foundIn(text.slice(next));
    return isConsole || AUDIT_LINE.test(text) || after.length > 0 ? ["half", ...after] : [];
  }
  const json = isConsole ? { [AUDIT_MESSAGE]: value } : jsonLine.safeParse(value).data;
  if (json === undefined) return [];
  // The signature is over what was parsed, so what parsing leaves out would go unnoticed.
  return [{ record: value !== undefined && hasDoubledMember(text) ? undefined : json[AUDIT_MESSAGE] }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first record that is not as it was written; undefined where all are. */
function firstBreak(
  records: readonly Seen[],
  from: AuditCheckpoint | undefined,
): Omit<AuditBreak, "process"> | undefined {
  let previous = from?.mac ?? null;
  const first = (from?.sequence ?? 0) + 1;
  for (const [index, record] of records.entries()) {
    const problem = problemOf(record, { expected: first + index, previous, records });
    if (problem !== undefined) return { sequence: record.sequence, line: record.line, problem };
    previous = record.mac;
  }
  return undefined;
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
