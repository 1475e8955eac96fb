import type { Making } from "./make_account.ts";
import type { CloudflareState, DnsDomainState } from "./state.ts";

/** What an application has at Cloudflare: the first of an account one domain, the others none. */
export function newCloudflare({ random }: Making, hostname?: string): CloudflareState {
  return {
    domains: hostname === undefined ? [] : [{
      hostname,
      hostname_id: random.uuid(),
      status: "pending",
      published: true,
      txt: { name: hostname, value: `ca3-${random.letters(32, "0123456789abcdef")}` },
    }],
    settings: {
      caching: true,
      edgecaching: true,
      early_hints: "off",
      image_optimization: "off",
      minification: false,
      mobile_optimization: false,
      scrapeshield: false,
    },
    smartPurge: false,
    purges: 0,
  };
}

/** The domain that the documents use as an example, and for further accounts one with other ids. */
export function makeDns({ random, now }: Making, position: number): DnsDomainState[] {
  const at = new Date(now - 30 * 86_400_000).toISOString();
  const [domain, record] = position === 0
    ? ["9a9f3e63-ef76-4066-8a65-fcbb71e30bd8", "9aaaae08-57ab-4a63-944f-1ccf15791aa2"]
    : [random.uuid(), random.uuid()];
  const address = { uid: record, type: "A", name: "", value: "203.0.113.14", ttl: 3600 };
  return [{
    uid: domain,
    name: "example.com",
    status: "Inactive",
    records: [{ ...address, created_at: at, updated_at: at }],
  }];
}
