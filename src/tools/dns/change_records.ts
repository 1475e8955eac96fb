/** Changing and deleting records of a domain's DNS. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { isSeenGone } from "../define/gone.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { notKnown } from "../define/known_values.ts";
import { anyReply, record, records } from "../define/outputs.ts";
import { makeChange } from "../define/planned_change.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { type ChangedState, pick } from "../define/undo.ts";
import { changesOf } from "../define/values_change.ts";
import { boundRecord, findDomain, type HostedDomain, type HostedRecord, readRecords, recordView } from "./hosted.ts";
import { domainInput, mxLevelInput, ttlInput } from "./inputs.ts";
import { changeQuestion, deletionQuestion, onDomain, RECORD_LABELS, type RecordChange } from "./record_questions.ts";
import { isKnownType, MAX_TEXT, type RecordType, sentValue, valueKey, valueProblem } from "./record_types.ts";

const recordId = z.string().min(1).max(64);

/** @throws {ToolError} `invalid_arguments`, with the ids that there are. */
function findRecord(all: readonly HostedRecord[], id: string, argument: string): HostedRecord {
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw notKnown({ argument, what: "record of this domain", known: all.map((one) => one.id) });
}

function invalid(argument: string, problem: string): ToolError {
  return new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked.",
    details: { problems: [{ argument, problem }] },
    done: "nothing",
  });
}

/** A record whose type can be sent. */
type SendableRecord = HostedRecord & { type: RecordType };

function isSendable(one: HostedRecord): one is SendableRecord {
  return isKnownType(one.type);
}

interface Edit {
  domain: string;
  record_id: string;
  value?: string | undefined;
  ttl_seconds?: number | undefined;
  mx_level?: number | undefined;
}

interface PlannedEdit extends RecordChange {
  record: SendableRecord;
  after: SendableRecord;
}

/** @throws {ToolError} For what is not there or can't be sent, and where nothing would change. */
async function planEdit(account: CloudwaysAccount, edit: Edit): Promise<PlannedEdit> {
  const domain = await findDomain(account, edit.domain);
  const found = findRecord(await readRecords(account, domain), edit.record_id, "record_id");
  if (!isSendable(found)) throw invalid("record_id", "is of a type that can only be changed in the Cloudways console");
  const { type } = found;
  const problem = edit.value === undefined ? undefined : valueProblem(type, edit.value);
  if (problem !== undefined) throw invalid("value", problem);
  if (edit.mx_level !== undefined && type !== "MX") throw invalid("mx_level", "is for MX records only");
  const after = {
    ...found,
    ...(differs(found, edit.value) && { value: sentValue(type, edit.value) }),
    ttl_seconds: edit.ttl_seconds ?? found.ttl_seconds,
    mx_level: edit.mx_level ?? found.mx_level,
  };
  if (type === "MX" && after.mx_level === null) {
    throw invalid("mx_level", "is needed: Cloudways doesn't say the present");
  }
  const changes = changesOf("record", FIELDS, valuesOf(found), {
    value: after.value,
    ttl_seconds: edit.ttl_seconds?.toString(),
    mx_level: edit.mx_level?.toString(),
  });
  refuseHidden("record", [after.value]);
  return { domain, record: found, after, changes };
}

const FIELDS = ["value", "ttl_seconds", "mx_level"] as const;

/** The same value in another spelling is no change. */
function differs({ type, value }: SendableRecord, wanted: string | undefined): wanted is string {
  return wanted !== undefined && valueKey(type, wanted) !== valueKey(type, value);
}

function valuesOf({ value, ttl_seconds, mx_level }: HostedRecord) {
  return {
    value,
    ttl_seconds: ttl_seconds === null ? null : String(ttl_seconds),
    mx_level: mx_level === null ? null : String(mx_level),
  };
}

const updateDnsRecord = defineAskingTool({
  name: "update_dns_record",
  title: "Change a DNS record",
  toolset: "dns",
  effect: "destructive",
  idempotent: true,
  description:
    "Changes value, TTL or level of one DNS record of a hosted domain. Host and type stay: for another one " +
    "add and delete. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...domainInput,
      record_id: recordId.describe("Id from get_dns_domain."),
      value: z.string().min(1).max(MAX_TEXT).optional().describe("New value: 203.0.113.7, mail.example.com"),
      ttl_seconds: ttlInput.optional().describe("How long others may keep it: 300"),
      mx_level: mxLevelInput.optional().describe("For MX only; the lowest is tried first."),
    }).refine(
      ({ value, ttl_seconds, mx_level }) => [value, ttl_seconds, mx_level].some((given) => given !== undefined),
      {
        path: ["value"],
        error: "or ttl_seconds or mx_level is needed",
      },
    ),
  output: () => z.looseObject({ domain: z.string(), before: record, after: record }),
  facts: (input, { account }) => planEdit(account, input),
  question: changeQuestion,
  handler: async (_input, { account }, edit) => {
    const found = await writeRecord(account, edit);
    return { domain: edit.domain.name, before: recordView(edit.record), after: recordView(found ?? edit.after) };
  },
  undo: {
    state: ({ record }) => recordState(record),
    about: ({ domain }) => onDomain(domain),
    reverse: (_before, edit) => ({
      after: pick(recordState(edit.after), edit.changes.map(({ name }) => RECORD_LABELS[name])),
      arguments: argumentsBack(edit),
    }),
  },
});

/** What can be changed of a record, whichever way Cloudways writes it. */
function recordState({ type, value, ttl_seconds, mx_level }: HostedRecord): ChangedState {
  return {
    [RECORD_LABELS.value]: valueKey(type, value),
    [RECORD_LABELS.ttl_seconds]: ttl_seconds,
    [RECORD_LABELS.mx_level]: mx_level,
  };
}

/** The arguments that put a record back; undefined where it can't be sent as it was. */
function argumentsBack({ domain, record, changes }: PlannedEdit): Record<string, unknown> | undefined {
  const { type, further } = record;
  const own = { ...record, value: type === "TXT" ? record.value.replace(/^"(.*)"$/, "$1") : record.value };
  const isSent = changes.every(({ name }) => own[name] !== null && (name !== "value" || isSentAs(type, own.value)));
  // What else is set can't be sent.
  if (!isSent || Object.keys(further).length > 0) return undefined;
  const back = Object.fromEntries(changes.map(({ name }) => [name, own[name]]));
  return { domain: domain.name.toLowerCase(), record_id: record.id, ...back };
}

/** Whether a value arrives as it is: not a name without a dot at its end, which is one below the domain, nor a text in parts. */
function isSentAs(type: RecordType, value: string): boolean {
  if (valueProblem(type, value) !== undefined) return false;
  if (type === "TXT") return valueKey(type, value) === value;
  return type === "AAAA" || sentValue(type, value).toLowerCase() === value.toLowerCase();
}

async function writeRecord(account: CloudwaysAccount, { domain, record: before, after }: PlannedEdit) {
  const { type, host, value, ttl_seconds: ttl, mx_level } = after;
  const { found } = await makeChange<HostedRecord, unknown>({
    what: "record",
    before,
    wanted: after,
    read: async () => findRecord(await readRecords(account, domain), before.id, "record_id"),
    write: () =>
      account.write({
        operation: "dns_made_easy_update_record",
        method: "PUT",
        path: path`/dme/domains/${domain.id}/records/${before.id}`,
        json: {
          record: { type, name: host, value, ...(ttl !== null && { ttl }), ...(mx_level !== null && { mx_level }) },
        },
        reply: anyReply,
      }),
    isSame: (a, b) => JSON.stringify(boundRecord(a)) === JSON.stringify(boundRecord(b)),
    becomes: (wanted, now) =>
      valueKey(type, now.value) === valueKey(type, wanted.value) && isToldAs(wanted.ttl_seconds, now.ttl_seconds) &&
      isToldAs(wanted.mx_level, now.mx_level),
    show: recordView,
  });
  return found;
}

/** What Cloudways doesn't say is no difference. */
function isToldAs(wanted: number | null, now: number | null): boolean {
  return now === null || now === wanted;
}

const deleteDnsRecords = defineAskingTool({
  name: "delete_dns_records",
  title: "Delete DNS records",
  toolset: "dns",
  effect: "destructive",
  undo: { instead: "add_dns_records adds the same records again; they get new ids." },
  idempotent: true,
  description: "Deletes DNS records of a hosted domain. What needs them fails. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...domainInput,
      record_ids: z.array(recordId).min(1).max(100).describe("Ids from get_dns_domain."),
    }),
  output: () => z.looseObject({ domain: z.string(), deleted: records, verified: z.boolean() }),
  facts: async ({ domain: name, record_ids }, { account }) => {
    const domain = await findDomain(account, name);
    const all = await readRecords(account, domain);
    return { domain, records: [...new Set(record_ids)].map((id) => findRecord(all, id, "record_ids")) };
  },
  question: deletionQuestion,
  handler: async (_input, { account }, { domain, records: gone }) => {
    const ids = gone.map(({ id }) => id);
    await account.write({
      operation: "dns_made_easy_delete_records",
      method: "DELETE",
      path: path`/dme/domains/${domain.id}/records`,
      form: { records_id: ids },
      reply: anyReply,
    });
    const verified = await isSeenGone("record", () => hasAny(account, domain, ids));
    return { domain: domain.name, deleted: gone.map(recordView), verified };
  },
});

async function hasAny(account: CloudwaysAccount, domain: HostedDomain, ids: readonly string[]): Promise<boolean> {
  return (await readRecords(account, domain)).some(({ id }) => ids.includes(id));
}

/** The tools of this file. */
export const changeRecordsTools: readonly Tool[] = [updateDnsRecord, deleteDnsRecords];
