/** Tells backups that were made through this service from the others, by what is on record. */
import * as z from "zod";
import type { AuditReader, AuditRecord } from "../../audit/record.ts";
import { StoreError } from "../../store/store.ts";
import { momentOf, type RestorableApp } from "../../cloudways/restore_points.ts";

/** Records that are read in one step, and the most steps. */
const AT_ONCE = 100;
const MAX_READS = 5;
/** The clocks of this service and of Cloudways may differ by so much. */
const CLOCKS_DIFFER_MS = 60_000;
/** A backup that was asked for is made within this time. */
const MADE_WITHIN_MS = 3600_000;

/** What is known of the backups of one application that were asked for through this service. */
export interface OnDemandBackups {
  /** When each was asked for, in milliseconds since the Unix epoch. */
  askedAt: readonly number[];
  /** Nothing is known of the time before this one. */
  knownSince: number;
}

const target = z.looseObject({ app_id: z.number().optional(), server_id: z.number().optional() });

/** Nothing is known, so no point is called automatic. */
const NOTHING: OnDemandBackups = { askedAt: [], knownSince: Infinity };

/** Reads from the audit records which backups of an application were asked for. The store may be away. */
export async function onDemandBackups(
  audit: AuditReader,
  customer: string,
  found: RestorableApp,
): Promise<OnDemandBackups> {
  try {
    const { records, knownSince } = await readRecords(audit, customer);
    return { askedAt: askedAtIn(records, found), knownSince };
  } catch (error) {
    if (error instanceof StoreError) return NOTHING;
    throw error;
  }
}

/** The newest records, back to the first gap: what was done before it may be missing. */
async function readRecords(audit: AuditReader, customer: string) {
  const records: AuditRecord[] = [];
  let before: number | undefined;
  for (let read = 0; read < MAX_READS; read++) {
    const page = await audit.read(customer, { before, limit: AT_ONCE });
    records.push(...page.records);
    const gap = page.records.find(({ event }) => event === "gap");
    if (gap !== undefined || page.faults > 0) return { records, knownSince: timeOf(gap ?? records[0]) };
    if (page.next === null) return { records, knownSince: -Infinity };
    before = page.next;
  }
  return { records, knownSince: timeOf(records.at(-1)) };
}

function timeOf(record: AuditRecord | undefined): number {
  return record === undefined ? Infinity : Date.parse(record.time);
}

function askedAtIn(records: readonly AuditRecord[], found: RestorableApp): number[] {
  const failed = new Set(
    records.flatMap((record) =>
      record.event === "outcome" && record.outcome !== "ok" && record.outcome !== "unknown" ? [record.request_id] : []
    ),
  );
  return records.flatMap((record) => {
    if (record.event !== "intent" || failed.has(record.request_id)) return [];
    const { app_id, server_id } = target.safeParse(record.target).data ?? {};
    const isOurs = record.tool === "backup_app"
      ? app_id === found.app.id
      : record.tool === "backup_server" && server_id === found.server.id;
    return isOurs ? [Date.parse(record.time)] : [];
  });
}

/**
 * The newest point that was not asked for through this service. Cloudways doesn't tell automatic backups from those that
 * somebody made in its console.
 *
 * @returns Undefined if there is none, or if it can't be told.
 */
export function newestAutomatic(points: readonly string[], known: OnDemandBackups): string | undefined {
  const dated = points.flatMap((point) => {
    const moment = momentOf(point);
    return moment === undefined ? [] : [{ point, moment }];
  }).toSorted((a, b) => a.moment - b.moment);
  const asked = known.askedAt.map((askedAt) =>
    dated.find(({ moment }) => moment >= askedAt - CLOCKS_DIFFER_MS && moment <= askedAt + MADE_WITHIN_MS)
  );
  const newest = dated.findLast((one) => !asked.includes(one));
  return newest !== undefined && newest.moment >= known.knownSince ? newest.point : undefined;
}

/** The point that a backup has made which was begun at a time; undefined if it is not among them. */
export function pointMadeSince(points: readonly string[], begunAt: number): string | undefined {
  const later = points.flatMap((point) => {
    const moment = momentOf(point);
    return moment === undefined || moment < begunAt - CLOCKS_DIFFER_MS ? [] : [{ point, moment }];
  });
  return later.toSorted((a, b) => a.moment - b.moment)[0]?.point;
}
