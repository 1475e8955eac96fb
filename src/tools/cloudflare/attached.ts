/** The domains of an application at Cloudflare, for the tools that need some or certain ones. */
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { type CloudflareDomain, readCloudflareDomains } from "../define/cloudflare_domains.ts";
import { notKnown } from "../define/known_values.ts";
import { type AppFacts, appFacts } from "../define/questions.ts";
import type { ToolContext } from "../define/tool.ts";

/** How a call names an application. */
interface NamedApp {
  app_id: number;
  server_id?: number | undefined;
}

/** An application with its domains at Cloudflare. */
export interface CloudflareFacts extends AppFacts {
  domains: CloudflareDomain[];
}

/** Reads an application and its domains at Cloudflare, both from Cloudways and not from a cache. */
export async function cloudflareFacts(input: NamedApp, context: ToolContext): Promise<CloudflareFacts> {
  const facts = await appFacts(input, context);
  return { ...facts, domains: await readCloudflareDomains(context.account, facts) };
}

/**
 * Finds an application that has a domain at Cloudflare: without one, Cloudways may take a call that does nothing.
 *
 * @throws {ToolError} `validation_failed` where it has none.
 */
export async function cloudflareApp(input: NamedApp, { account }: ToolContext): Promise<FoundApp> {
  const found = await account.app(input.app_id, input.server_id);
  requireSome(await readCloudflareDomains(account, found));
  return found;
}

/** @throws {ToolError} `validation_failed` where there is no domain. */
export function requireSome(domains: readonly CloudflareDomain[]): void {
  if (domains.length > 0) return;
  throw new ToolError("validation_failed", "This application has no domain on Cloudflare Enterprise.", {
    hint:
      "Nothing was done. add_cloudflare_domain puts one there. An account of the user's own at Cloudflare can't be " +
      "reached through Cloudways.",
    done: "nothing",
  });
}

/**
 * Finds domains at Cloudflare by their names.
 *
 * @param argument The input that named them.
 * @throws {ToolError} Where the application has none, or not all of these.
 */
export function findAttached(
  domains: readonly CloudflareDomain[],
  wanted: readonly string[],
  argument: string,
): CloudflareDomain[] {
  requireSome(domains);
  return [...new Set(wanted)].map((name) => {
    const found = domains.find(({ domain }) => domain.toLowerCase() === name);
    if (found !== undefined) return found;
    const known = domains.map(({ domain }) => domain);
    throw notKnown({ argument, what: "domain of this application at Cloudflare", known });
  });
}
