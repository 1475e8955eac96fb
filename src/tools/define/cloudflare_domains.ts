/** Reads which domains of an application go through Cloudflare: `GET /app/cloudflareCdn`. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseList, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { idsOf } from "./targets.ts";

const domainRecord = z.looseObject({ hostname: looseText, status: looseText, bandwidth: looseText });
/** Without the add-on, `dns` may be missing. */
const cloudflareReply = z.looseObject({ dns: looseList(domainRecord).catch([]) });

/** A domain at Cloudflare, and its state in Cloudways' word. */
export interface CloudflareDomain {
  domain: string;
  status: string;
  /** Used traffic, as Cloudways writes it; its unit is not told. */
  bandwidth: string;
}

/** The domains of an application at Cloudflare; none without the add-on. */
export async function readCloudflareDomains(account: CloudwaysAccount, found: FoundApp): Promise<CloudflareDomain[]> {
  const { dns } = await account.read({
    operation: "cloudflare_get_details",
    path: path`/app/cloudflareCdn`,
    reply: cloudflareReply,
    query: idsOf(found),
  });
  return dns.map(({ hostname, status, bandwidth }) => ({ domain: hostname, status, bandwidth }));
}
