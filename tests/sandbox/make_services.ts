import { recordTime } from "./dates.ts";
import type { Making } from "./make_account.ts";
import { makeAddons, makeCopilotPlans } from "./make_addons.ts";
import type {
  AccountState,
  AppState,
  CloudflareState,
  DnsDomainState,
  ProtectionState,
  QueueState,
  ServerProtectionState,
} from "./state.ts";

/**
 * An application's domains at Cloudflare: the first application of an account has one domain, the others have no
 * domain.
 */
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

/** Add-ons, channels and Copilot of an account. */
export function makeServices({ now }: Making, position: number, serverId: number): Pick<
  AccountState,
  "addons" | "subscriptions" | "serverAddons" | "addonRequests" | "emailDomains" | "channels" | "insights" | "copilot"
> {
  const created_at = recordTime(now - 40 * 86_400_000);
  return {
    addons: makeAddons(),
    subscriptions: [{ addonId: 10, packageId: 21, status: 1 }],
    serverAddons: [],
    addonRequests: [],
    emailDomains: [{ domain: "example.com", spf: false, mx: true, dkim: false, dmarc: false, tracking: false }],
    channels: [{
      id: 8888 + position * 1000,
      name: "Ops mail",
      channel: 2,
      events: [1, 2],
      config: { to: "ops@example.com" },
      isActive: true,
      created_at,
      updated_at: null,
    }],
    insights: [{
      id: 12_345 + position * 1000,
      server_id: serverId,
      subject: "High load",
      severity: "high",
      description: "CPU stayed above 90 percent.",
    }],
    copilot: { plans: makeCopilotPlans(), planId: 1, pendingPlanId: null, off: [] },
  };
}

/** Not protected, but with one known file in quarantine. */
export function newProtection({ now }: Making): ProtectionState {
  const at = recordTime(now - 2 * 86_400_000);
  return {
    active: false,
    scans: [{ id: 42, startedAt: at, status: "completed", found: 1 }],
    files: [
      { id: 17, path: "public_html/wp-content/old.php", status: "quarantined" },
      { id: 18, path: "public_html/wp-content/bad.php", status: "infected" },
    ],
    ips: { allow: [], block: ["198.51.100.9"] },
    events: [{ id: 1, name: "Brute force", abuser: "198.51.100.66", severity: 5, at }],
    incidents: [{ id: 2, name: "WAF rule 941100", abuser: "198.51.100.67", severity: 7, at }],
  };
}

/** One address is blocked. */
export function newServerProtection(): ServerProtectionState {
  return {
    ips: { white: [], black: ["198.51.100.9"] },
    countries: ["AQ"],
    firewall: { request_limit: 100, weak_password: 1 },
    infectedDomains: [],
    refreshes: 0,
  };
}

/** A queue of one process. */
export function newQueue({ sys_user }: AppState, id: number): QueueState {
  return {
    id,
    queue_id: `${sys_user}_1`,
    connection: "redis",
    queue: "default",
    procs: 1,
    sleep: 3,
    timeout: 60,
    tries: 0,
    env: "",
    artisan_path: "public_html/artisan",
    restarts: 0,
  };
}
