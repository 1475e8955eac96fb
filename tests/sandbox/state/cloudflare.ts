/** What an application has at Cloudflare. */
export interface CloudflareState {
  domains: CloudflareDomainState[];
  settings: CloudflareSettings;
  /** The plugin that empties the cache after changes. */
  smartPurge: boolean;
  purges: number;
}

/** A domain at Cloudflare. */
export interface CloudflareDomainState {
  hostname: string;
  hostname_id: string;
  status: "pending" | "activated";
  /** Its owner has published the TXT records. */
  published: boolean;
  txt: { name: string; value: string };
}

/** Settings under the names by which they are written. */
export interface CloudflareSettings {
  caching: boolean;
  edgecaching: boolean;
  early_hints: string;
  image_optimization: string;
  minification: boolean;
  mobile_optimization: boolean;
  scrapeshield: boolean;
}
