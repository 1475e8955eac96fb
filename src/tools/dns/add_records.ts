/** Adding records to a domain's DNS. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { anyReply, records } from "../define/outputs.ts";
import { makeChange } from "../define/planned_change.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { type Addition, isSame, planAddition } from "./addition.ts";
import { boundRecord, type HostedRecord, inOrder, readRecords, recordView } from "./hosted.ts";
import { domainInput, hostInput, mxLevelInput, ttlInput } from "./inputs.ts";
import { additionQuestion } from "./record_questions.ts";
import { APEX, MAX_TEXT, RECORD_TYPES, valueProblem } from "./record_types.ts";

const addDnsRecords = defineAskingTool({
  name: "add_dns_records",
  title: "Add DNS records",
  toolset: "dns",
  effect: "destructive",
  undo: { instead: "delete_dns_records deletes the new records again, by their ids from get_dns_domain." },
  idempotent: true,
  description:
    "Adds DNS records to a hosted domain: A, AAAA, ANAME (like a CNAME, for @), CNAME, MX with its level, NS, " +
    "TXT (SPF, DKIM, DMARC too). One type and host a call. All others stay. Asks where records of the kind are there " +
    "already. SRV and CAA can only be set in the Cloudways console.",
  input: () =>
    z.strictObject({
      ...domainInput,
      type: z.enum(RECORD_TYPES).describe("Kind of record."),
      host: hostInput.describe("Below the domain: www, _dmarc, *.shop; @ for the domain itself."),
      values: z.array(z.string().min(1).max(MAX_TEXT)).min(1).max(20)
        .describe("One record each: 203.0.113.7, mail.example.com, v=spf1 -all"),
      ttl_seconds: ttlInput.default(3600).describe("How long others may keep it."),
      mx_level: mxLevelInput.optional().describe("For MX only, and needed there; the lowest is tried first: 10"),
    }).superRefine(({ domain, type, host, values, mx_level }, context) => {
      const wrong = (argument: string, message: string) =>
        context.addIssue({ code: "custom", path: [argument], message });
      const [problem] = values.flatMap((value) => valueProblem(type, value) ?? []);
      if (problem !== undefined) wrong("values", problem);
      if (host === domain || host.endsWith(`.${domain}`)) wrong("host", "must be without the domain, such as www or @");
      if (type === "CNAME" && host === APEX) wrong("type", "can't be CNAME for @; ANAME does the same there");
      if (type === "CNAME" && values.length > 1) wrong("values", "can be one only for a CNAME");
      if (type === "MX" && mx_level === undefined) wrong("mx_level", "is needed for MX");
      if (type !== "MX" && mx_level !== undefined) wrong("mx_level", "is for MX only");
    }),
  output: () => z.looseObject({ domain: z.string(), added: records }),
  facts: (input, { account }) => planAddition(account, input),
  question: additionQuestion,
  handler: async (_input, { account }, addition) => {
    const found = await addRecords(account, addition);
    const isNew = (record: HostedRecord) => !addition.present.some(({ id }) => id === record.id);
    return { domain: addition.domain.name, added: found.filter(isNew).map(recordView) };
  },
});

/**
 * Adds the records, unless the host's records have changed since the plan.
 *
 * @returns The records of the host afterwards.
 */
async function addRecords(account: CloudwaysAccount, { domain, host, added, present }: Addition) {
  const { found } = await makeChange<readonly HostedRecord[], unknown>({
    what: "list of records",
    before: present,
    wanted: present,
    read: async () => (await readRecords(account, domain)).filter((record) => record.host === host),
    write: () =>
      account.write({
        operation: "dns_made_easy_add_records",
        method: "POST",
        path: path`/dme/domains/${domain.id}/records`,
        json: { records: added },
        reply: anyReply,
      }),
    isSame: (a, b) => JSON.stringify(inOrder(a).map(boundRecord)) === JSON.stringify(inOrder(b).map(boundRecord)),
    becomes: (_before, now) => added.every((one) => now.some((record) => isSame(one, record))),
    show: (some) => some.map(recordView),
  });
  return found ?? [];
}

/** The tools of this file. */
export const addRecordsTools: readonly Tool[] = [addDnsRecords];
