/** Every domain of the account, with what Cloudways says of its certificate. */
import * as z from "zod";
import { nameCovers } from "../../cloudways/certificates.ts";
import { ListingFacts } from "../../cloudways/listing_facts.ts";
import { type AppRecord, knownApps, type ServerRecord } from "../../cloudways/models.ts";
import type { ListedServers } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import { asOf } from "../define/as_of.ts";
import { certificateOf, type CertificateView } from "../define/certificate_facts.ts";
import { records } from "../define/outputs.ts";
import { namesOf, namesOfServer } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** Whether visitors of a domain meet a certificate that is for it; null where that can't be told. */
function isCovered(domain: string, { kind, covers, verified, installed }: CertificateView): boolean | null {
  if (kind === "none" || installed === false || verified === false) return false;
  if (covers === null || installed === null) return null;
  return covers.some((name) => nameCovers(name, domain));
}

/** The domains of one application, with its certificate. */
function domainsOf(app: AppRecord, server: ServerRecord) {
  const certificate = certificateOf(app);
  const named = [
    ...[app.cname ?? ""].map((domain) => ({ domain, kind: "primary" })),
    ...(app.aliases ?? []).map((domain) => ({ domain, kind: "alias" })),
  ];
  return named.filter(({ domain }) => domain !== "").map(({ domain, kind }) => ({
    domain,
    kind,
    ...namesOf({ app, server }),
    covered: isCovered(domain, certificate),
    certificate,
    expires_at: null,
    expiry_known: false,
  }));
}

/** What needs a person first: without cover, then without renewal, then what is not told. */
function urgency({ covered, certificate }: ReturnType<typeof domainsOf>[number]): number {
  if (covered === false) return 0;
  if (certificate.kind === "lets_encrypt" && certificate.auto_renewal === false) return 1;
  return covered === null ? 2 : 3;
}

/** Applications, or whole servers, whose domains Cloudways leaves out. */
function notToldOf(servers: readonly ServerRecord[]): Record<string, unknown>[] {
  return servers.flatMap((server) => {
    if (server.apps === null) return [{ ...namesOfServer(server), what: "applications" }];
    return server.apps.flatMap((app) => {
      const what = [app.cname === null ? "primary domain" : "", app.aliases === null ? "aliases" : ""].filter(Boolean);
      return what.length === 0 ? [] : [{ ...namesOf({ app, server }), what: what.join(" and ") }];
    });
  });
}

interface Chosen {
  app_id?: number | undefined;
  server_id?: number | undefined;
}

/** The domains of some servers, the most urgent first, and what is not told. */
function domainsOn(servers: readonly ServerRecord[]) {
  const domains = servers.flatMap((server) => knownApps(server).flatMap((app) => domainsOf(app, server)));
  const byUrgency = domains.map((row) => ({ row, urgency: urgency(row) })).sort((a, b) => a.urgency - b.urgency);
  return { domains: byUrgency.map(({ row }) => row), not_told: notToldOf(servers) };
}

const allDomains = new ListingFacts(domainsOn);

/** The domains of what is asked about. */
function chosenDomains(listed: ListedServers, { app_id, server_id }: Chosen): ReturnType<typeof domainsOn> {
  if (app_id !== undefined) {
    const { app, server } = listed.app(app_id, server_id);
    return domainsOn([{ ...server, apps: [app] }]);
  }
  return server_id === undefined ? allDomains.of(listed) : domainsOn([listed.server(server_id)]);
}

const target = z.int().min(1).meta(declare({ role: "target" })).optional();

const listDomains = defineTool({
  name: "list_domains",
  title: "Domains of the account",
  toolset: "apps",
  effect: "read",
  accountWide: false,
  description: "Lists every domain of the account with its application, server, whether it is primary or an alias, " +
    "and its certificate: kind, covers, auto_renewal. First those without cover or renewal. Cloudways gives no expiry date.",
  input: () =>
    z.strictObject({
      app_id: target.describe("Only this application."),
      server_id: target.describe("Only this server."),
      query: z.string().min(1).max(200).meta(declare({ shorter: "Ask for one server, application or part of a name." }))
        .optional().describe("Part of the domain: example.com"),
    }),
  output: () => z.looseObject({ as_of: z.string(), domains: records, not_told: records }),
  handler: async ({ query = "", ...chosen }, { account }) => {
    const listed = await account.listed();
    const { domains, not_told } = chosenDomains(listed, chosen);
    const wanted = query.toLowerCase();
    const found = wanted === "" ? domains : domains.filter(({ domain }) => domain.toLowerCase().includes(wanted));
    return { ...asOf(listed), domains: found, not_told };
  },
});

/** The tools of this file. */
export const domainListTools: readonly Tool[] = [listDomains];
