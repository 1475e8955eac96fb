import * as z from "zod";
import { type Call, type Handlers, list, text } from "../call.ts";
import { type FieldErrors, invalidFields, notFound, refused } from "../refusals.ts";
import type { DnsDomainState, DnsRecordState } from "../state.ts";

const Input = z.object({
  type: z.string(),
  name: z.string(),
  value: z.string(),
  ttl: z.coerce.number().default(3600),
  mx_level: z.coerce.number().optional(),
});
type Input = z.infer<typeof Input>;

/** Domains and records at DNS Made Easy; they belong to the account. */
export const dnsHandlers: Handlers = {
  dns_made_easy_list_domains: ({ account }) => ({
    domains: account.dns.map(({ uid, name, status }) => ({
      uid,
      name,
      query_usage: "1.56",
      status,
      nameservers: ["ns10.digicertdns.com", "ns11.digicertdns.com"],
    })),
  }),
  dns_made_easy_add_domains(call) {
    const names = list(call, "names");
    const known = call.account.dns.find(({ name }) => names.includes(name));
    if (known !== undefined) throw refused(`${known.name} exists already.`);
    for (const name of names) {
      call.account.dns.push({ uid: call.random.uuid(), name, status: "Inactive", records: [] });
    }
    return { message: "Domains Created Successfully" };
  },
  dns_made_easy_delete_domains(call) {
    const ids = list(call, "ids");
    if (ids.some((id) => !call.account.dns.some(({ uid }) => uid === id))) throw notFound("ids");
    call.account.dns = call.account.dns.filter(({ uid }) => !ids.includes(uid));
    return { deleted: true, message: "Domains Deleted Successfully" };
  },
  dns_made_easy_get_domain_status: (call) => ({ status: theDomain(call).status }),
  dns_made_easy_get_domain_usage: (call) => {
    const { name } = theDomain(call);
    const date = new Date(call.clock.now()).toISOString().slice(0, 10);
    return { usage: [{ date, query_usage: name.length }] };
  },
  dns_made_easy_list_records: (call) => ({ records: theDomain(call).records.map(shown) }),
  dns_made_easy_add_records(call) {
    const domain = theDomain(call);
    const given = z.array(Input).parse(call.fields.records);
    refuseWrong(given, (index) => `records.${index}.`);
    const made = given.map((one) => fromInput(call, one));
    domain.records.push(...made);
    return { records: made.map(shown) };
  },
  dns_made_easy_update_record(call) {
    const known = theDomain(call).records.find(({ uid }) => uid === text(call, "record_id"));
    if (known === undefined) throw notFound("record_id");
    const given = Input.parse(call.fields.record);
    refuseWrong([given], () => "record.");
    if (given.type !== known.type) throw refused("The type of a record cannot be changed.");
    const { uid, created_at } = known;
    Object.assign(known, fromInput(call, given), { uid, created_at });
    return { status: true, message: "Record Updated Successfully." };
  },
  dns_made_easy_delete_records(call) {
    const domain = theDomain(call);
    const ids = list(call, "records_id");
    if (ids.some((id) => !domain.records.some(({ uid }) => uid === id))) throw notFound("records_id");
    domain.records = domain.records.filter(({ uid }) => !ids.includes(uid));
    return { status: true, message: "Record Deleted Successfully." };
  },
};

function theDomain(call: Call): DnsDomainState {
  const found = call.account.dns.find(({ uid }) => uid === text(call, "domain_id"));
  if (found === undefined) throw notFound("domain_id");
  return found;
}

/** An empty name is refused, though the apex is stored as one; MX wants its level. */
function refuseWrong(given: readonly Input[], prefix: (index: number) => string): void {
  const errors: FieldErrors = {};
  given.forEach(({ type, name, mx_level }, index) => {
    const add = (field: string, message: string) =>
      void (errors[prefix(index) + field] = [{ code: "required", message: `The ${prefix(index)}${message}.` }]);
    if (name === "") add("name", "name must be a string");
    if (type === "MX" && mx_level === undefined) add("mx_level", "mx level field is required");
  });
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
}

function fromInput(call: Call, { name, mx_level, ...more }: Input): DnsRecordState {
  const now = new Date(call.clock.now()).toISOString();
  return {
    uid: call.random.uuid(),
    ...more,
    name: name === "@" ? "" : name,
    ...(mx_level === undefined ? {} : { mxLevel: mx_level }),
    created_at: now,
    updated_at: now,
  };
}

function shown({ uid, type, created_at, updated_at, ...record }: DnsRecordState): unknown {
  const settings = { source: 1, monitor: false, failover: false, failed: false, hardLink: false, dynamicDns: false };
  return { uid, type, attributes: { ...settings, ...record, gtdLocation: "DEFAULT" }, created_at, updated_at };
}
