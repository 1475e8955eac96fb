/** Which application a diagnosis is about. */
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import { type AppRecord, domainOf, knownApps } from "../../../cloudways/models.ts";
import type { FoundApp } from "../../../cloudways/server_listing.ts";
import { ToolError } from "../../../errors.ts";

/** Most applications that an error names. */
const MAX_NAMED = 10;

/** How a caller names an application: by exactly one of `app_id` and `domain`. */
export interface NamedApp {
  app_id?: number | undefined;
  server_id?: number | undefined;
  domain?: string | undefined;
}

/**
 * Finds the application: by its id, or by one of its domains. A domain that no application has is looked for as a part
 * of one.
 *
 * @throws {ToolError} `not_found`; `invalid_arguments` if several applications fit.
 */
export async function findTarget(account: CloudwaysAccount, named: NamedApp): Promise<FoundApp> {
  if (named.app_id !== undefined) return await account.app(named.app_id, named.server_id);
  const wanted = hostOf(named.domain ?? "");
  const all = (await account.servers()).flatMap((server) => knownApps(server).map((app) => ({ app, server })));
  const exact = all.filter(({ app }) => namesOf(app).some((name) => withoutWww(name) === withoutWww(wanted)));
  const fitting = exact.length > 0
    ? exact
    : all.filter(({ app }) => namesOf(app).some((name) => name.includes(wanted)));
  const [found] = fitting;
  if (found === undefined) throw noSuchDomain();
  if (fitting.length > 1) throw severalFit(fitting);
  return found;
}

/** People paste the address of a page when they mean the site. */
function hostOf(text: string): string {
  return (URL.parse(text)?.hostname || text).trim().toLowerCase();
}

function withoutWww(name: string): string {
  return name.replace(/^www\./, "");
}

function namesOf({ cname, app_fqdn, aliases }: AppRecord): string[] {
  return [cname ?? "", app_fqdn, ...aliases ?? []].filter((name) => name !== "").map((name) => name.toLowerCase());
}

function noSuchDomain(): ToolError {
  return new ToolError("not_found", "No application of this account has this domain.", {
    hint: "Look for it with find_resources, by a part of its label or domain, and call again with its app_id.",
  });
}

function severalFit(fitting: readonly FoundApp[]): ToolError {
  const problem = "fits several applications";
  return new ToolError("invalid_arguments", `domain: ${problem}.`, {
    hint: "Call again with the app_id of the one that is meant. If that is not clear, ask the user.",
    details: {
      problems: [{ argument: "domain", problem }],
      apps: fitting.slice(0, MAX_NAMED).map(({ app }) => ({ app_id: app.id, label: app.label, domain: domainOf(app) })),
      ...(fitting.length > MAX_NAMED && { apps_left_out: fitting.length - MAX_NAMED }),
    },
    done: "nothing",
  });
}
