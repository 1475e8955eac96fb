/** Checks the audit records in a log: whether any record was changed, removed or moved since it was written. */
import * as z from "zod";
import { type ChainLink, chainLink, type ChainSigner, type SignatureCheck } from "./chain.ts";
import { AUDIT_MESSAGE } from "./log.ts";
import { hasDoubledMember, isCutOff } from "./json_form.ts";

/** The first record of a process that is not as it was written, or is out of place. */
export interface AuditBreak {
  /** Null if the line does not name its process. */
  process: string | null;
  /** The number of the record; null if it has none. */
  sequence: number | null;
  /** Line in the input, from 1. */
  line: number;
  /** What is wrong: the rest of a sentence whose subject is the record. */
  problem: string;
}

/** The records of one process. */
export interface AuditedProcess {
  process: string;
  records: number;
  /** The time in the last record. */
  lastTime: string;
  /** How many records the process could not write, by its own gap records. */
  missing: number;
}

/** The last record of a process that was checked. Records in a later file continue from here. */
export interface AuditCheckpoint {
  process: string;
  sequence: number;
  mac: string;
}

/** The result of checking a log. */
export interface AuditFindings {
  processes: AuditedProcess[];
  /** At most one for each process, in the order of the lines. */
  breaks: AuditBreak[];
  /** How many records could be checked: those whose key is listed. */
  checked: number;
  /** Lines, from 1, of which only the beginning was written. If a record is missing for that, the chain shows it. */
  cutOffLines: number[];
  /** One for every process without a break, including those that only an earlier file has. */
  checkpoints: AuditCheckpoint[];
}

/** The parts of a record that the check of the chain needs. */
interface CheckedRecord {
  line: number;
  process: string;
  sequence: number;
  time: string;
  previous: string | null;
  mac: string;
  /** The count of a gap record; 0 for all others. */
  missing: number;
  verdict: SignatureCheck;
}

/** A record in a line, or a sign that one was cut off. */
type Found = { record: unknown } | "cut off";

const jsonLine = z.looseObject({ message: z.literal(AUDIT_MESSAGE), [AUDIT_MESSAGE]: z.unknown() });
const processRecord = chainLink.extend({ process: z.string(), sequence: z.int().positive(), time: z.string() });
const gapRecord = z.looseObject({ event: z.literal("gap"), missing: z.int().positive() });

/** The text before the record in a console line. Text after a quotation mark may come from a caller. */
const CONSOLE_LINE = new RegExp(`^[^"]* ${AUDIT_MESSAGE} ${AUDIT_MESSAGE}=$`);

/** The beginnings of our JSON lines: of those with a record, and of all. */
const AUDIT_LINE = new RegExp(`^\\{"timestamp":"[^"]*","level":"[^"]*","message":"${AUDIT_MESSAGE}"(?:,|$)`);
const ANY_LINE = '{"timestamp":"';

/**
 * Checks the records among the lines of a log, separately for each process, in the order of the lines.
 *
 * @param from Checkpoints of an earlier file: the records of these processes continue from there.
 */
export async function verifyAuditLines(
  lines: AsyncIterable<string>,
  signer: ChainSigner,
  from: readonly AuditCheckpoint[] = [],
): Promise<AuditFindings> {
  const records: CheckedRecord[] = [];
  const breaks: AuditBreak[] = [];
  const cutOffLines: number[] = [];
  let line = 0;
  let last = "";
  for await (const text of lines) {
    line++;
    last = text;
    for (const found of foundIn(text)) {
      if (found === "cut off") {
        cutOffLines.push(line);
        continue;
      }
      const { record } = found;
      if (!isProcessRecord(record)) {
        breaks.push({ process: null, sequence: null, line, problem: "is not a complete record: it was changed" });
        continue;
      }
      const { process, sequence, time, previous, mac } = record;
      const missing = gapRecord.safeParse(record).data?.missing ?? 0;
      const verdict = await signer.check("process", record);
      records.push({ line, process, sequence, time, previous, mac, missing, verdict });
    }
  }
  // The last line may be too short to show that it was to hold a record.
  if (cutOffLines.at(-1) !== line && last.startsWith(ANY_LINE) && isCutOff(last)) cutOffLines.push(line);
  return { ...checkChains(records, breaks, from), cutOffLines };
}

function checkChains(
  records: readonly CheckedRecord[],
  lineBreaks: readonly AuditBreak[],
  from: readonly AuditCheckpoint[],
) {
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

/** The records in a line of either format. A log collector may have put text in front. */
function foundIn(line: string): Found[] {
  const start = line.indexOf("{");
  if (start < 0 || !line.includes(AUDIT_MESSAGE)) return [];
  const text = line.slice(start);
  const isConsole = CONSOLE_LINE.test(line.slice(0, start));
  const value = parseJson(text);
  if (value === undefined && isCutOff(text)) {
    // A line that was cut off may have no line break: then the next line follows directly.
    const next = text.indexOf(ANY_LINE, 1);
    const after = next < 0 ? [] : foundIn(text.slice(next));
    return isConsole || AUDIT_LINE.test(text) || after.length > 0 ? ["cut off", ...after] : [];
  }
  const json = isConsole ? { [AUDIT_MESSAGE]: value } : jsonLine.safeParse(value).data;
  if (json === undefined) return [];
  // The signature covers the parsed record, so a change that parsing drops would go unnoticed.
  return [{ record: value !== undefined && hasDoubledMember(text) ? undefined : json[AUDIT_MESSAGE] }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first record that is changed or out of place; undefined if there is none. */
function firstBreak(
  records: readonly CheckedRecord[],
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

/** What is wrong with a record at the place of number `expected`; undefined if nothing is. */
function problemOf(
  { verdict, sequence, previous }: CheckedRecord,
  before: { expected: number; previous: string | null; records: readonly CheckedRecord[] },
): string | undefined {
  const { expected, records } = before;
  if (verdict === "changed") return "was changed since it was written";
  if (verdict === "unknown key") return "is signed with a key that ENCRYPTION_KEY does not list, or was changed";
  if (sequence < expected) return "appears here again: it was copied";
  if (sequence === expected) {
    return previous === before.previous ? undefined : "does not follow the record before it: that one was replaced";
  }
  const later = records.find((other) => other.sequence === expected);
  if (later !== undefined) {
    return `comes before record ${expected}, which is at line ${later.line}: they were reordered`;
  }
  const missing = expected === sequence - 1 ? `record ${expected}` : `records ${expected} to ${sequence - 1}`;
  if (expected > 1) return `comes right after record ${expected - 1}. Removed: ${missing}`;
  return `is the first of its process here. Removed, or in an older file: ${missing}`;
}
