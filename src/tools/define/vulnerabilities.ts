/** Reads the known vulnerabilities of WordPress, its plugins and themes. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull, isoTime, looseList, looseNumber, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";

const hole = z.looseObject({
  title: looseText,
  vuln_type: looseText,
  cvss_score: looseNumber,
  affected_in: looseText,
  fixed_in: looseText,
  disclosure_date: looseText,
  direct_url: looseText,
});

/** None is an empty list, one is an object, several are a list of objects. */
const holes = z.unknown().optional().transform((value): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "title" in value ? [value] : value
).pipe(looseList(hole));

const component = z.looseObject({
  name: looseText,
  slug: looseText,
  type: looseText,
  current_version: looseText,
  is_vulnerable: flagOrNull,
  active: flagOrNull,
  recommendation: looseText,
  vulnerabilities: holes,
});

const vulnerabilitiesReply = z.looseObject({
  data: z.looseObject({
    last_fetched_date: looseText,
    wordpress: z.unknown(),
    themes: looseList(component),
    plugins: looseList(component),
  }),
});

function componentView(one: z.output<typeof component>) {
  const { name, slug, type, current_version, active, recommendation, vulnerabilities } = one;
  return {
    name,
    slug,
    type,
    version: current_version,
    active,
    recommendation,
    vulnerabilities: vulnerabilities.map(({ title, vuln_type, cvss_score, affected_in, fixed_in, ...rest }) => ({
      title,
      type: vuln_type,
      cvss_score,
      affected_in,
      fixed_in: fixed_in === "" ? null : fixed_in,
      disclosed_at: isoTime(rest.disclosure_date),
      url: rest.direct_url,
    })),
  };
}

/** Reads which vulnerabilities of an application Cloudways knows. */
export async function readVulnerabilities(account: CloudwaysAccount, { app, server }: FoundApp) {
  const { data } = await account.read({
    operation: "app_vulnerabilities_list",
    path: path`/app/vulnerabilities/${app.id}`,
    query: { server_id: server.id },
    reply: vulnerabilitiesReply,
  });
  const core = component.safeParse(data.wordpress).data;
  // An empty object stands for a core of which nothing is known.
  const cores = core === undefined || core.slug === "" ? [] : [core];
  const components = [...cores, ...data.plugins, ...data.themes];
  const isVulnerable = (one: z.output<typeof component>) =>
    one.is_vulnerable === true || one.vulnerabilities.length > 0;
  return {
    data_of: data.last_fetched_date === "" ? null : data.last_fetched_date,
    checked_count: components.length,
    vulnerable: components.filter(isVulnerable).map(componentView),
  };
}
