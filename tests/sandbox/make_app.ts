import { gitTime, recordTime, restorePoint } from "./dates.ts";
import type { Making } from "./make_account.ts";
import { newContent, newCrons, newStaging, newUpdates } from "./make_site.ts";
import { newCloudflare, newProtection, newQueue } from "./make_services.ts";
import type { AppState, LetsEncryptState, ServerState } from "./state.ts";

const versions: Readonly<Record<string, string>> = {
  wordpress: "6.8",
  woocommerce: "6.8",
  laravel: "11.0",
  magento: "2.4",
  phpstack: "8.2",
};

const kinds = [
  { label: "Shop", application: "woocommerce", host: "shop", secured: true },
  { label: "Blog", application: "wordpress", host: "blog", secured: false },
  { label: "Shop staging", application: "woocommerce", host: "", secured: false },
  { label: "Portal", application: "laravel", host: "portal", secured: true },
  { label: "Catalogue", application: "magento", host: "catalogue", secured: false },
  { label: "Newsletter", application: "phpstack", host: "", secured: false },
] as const;

/** All the ways in which replies say that an application is not a staging copy. */
const notStaging = ["0", 0, false, undefined] as const;

/** Makes up the application with that index in its account. */
export function makeApp(
  making: Making,
  server: ServerState,
  position: number,
  index: number,
  accountLabel: string,
): AppState {
  const kind = kinds[index % kinds.length] ?? kinds[0];
  const round = Math.floor(index / kinds.length);
  const suffix = round === 0 ? "" : String(round + 1);
  const id = 200_001 + position * 10_000 + index;
  const label = [accountLabel, kind.label, suffix].filter((part) => part !== "").join(" ");
  const app = newApp(making, server, id, { label, application: kind.application });
  if (kind.host !== "") app.cname = hostName(kind.host + suffix, accountLabel);
  if (kind.label === "Shop") app.aliases = [`www.${app.cname}`];
  if (index === 0) {
    app.cloudflare = newCloudflare(making, "www.example.com");
    app.protection.active = true;
    app.queues = [newQueue(app, 19 + position * 1000)];
  }
  if (kind.secured) app.lets_encrypt = firstCertificate(app, round);
  if (kind.label === "Shop staging") {
    app.is_staging = "1";
    app.source_app_id = id - 2;
  } else {
    setStaging(app, notStaging[index % notStaging.length]);
  }
  return app;
}

/**
 * A staging copy of an application on the first server, and one whose application is gone; both for the last server.
 */
export function makeMoreStaging(
  making: Making,
  servers: readonly ServerState[],
  position: number,
  index: number,
): AppState[] {
  const [first, last] = [servers[0], servers.at(-1)];
  const live = first?.apps.find(({ label }) => label.endsWith("Blog"));
  if (first === undefined || last === undefined || live === undefined) return [];
  const id = 200_001 + position * 10_000 + index;
  const { application, project_id } = live;
  const elsewhere = newApp(making, last, id, { label: `staging-${live.label}`, application, project_id });
  const orphan = newApp(making, last, id + 1, { label: "staging-Gone", application, project_id });
  return [
    { ...elsewhere, is_staging: "1", source_app_id: live.id, source_server_id: first.id },
    { ...orphan, is_staging: "1", source_app_id: 299_999 },
  ];
}

/** What a new application is made from. */
export interface NewApp {
  label: string;
  application: string;
  app_version?: string | undefined;
  project_id?: number | undefined;
}

/** An application with everything at its defaults. */
export function newApp(making: Making, server: ServerState, id: number, given: NewApp): AppState {
  const { random, now, secret } = making;
  const { label, application } = given;
  const sysUser = random.letters(10);
  return {
    id,
    server_id: server.id,
    label,
    application,
    app_version: given.app_version ?? versions[application] ?? "1.0",
    app_user: "owner@example.com",
    app_password: secret(),
    sys_user: sysUser,
    sys_password: secret(),
    mysql_password: secret(),
    redis_password: secret(),
    cname: "",
    aliases: [],
    symlink: null,
    webroot: null,
    project_id: given.project_id ?? 300_001 + Math.floor((server.id - 100_001) / 1000) * 100,
    created_at: recordTime(now - random.between(10, 90) * 86_400_000),
    source_app_id: null,
    lets_encrypt: null,
    own_ssl: null,
    flags: defaultFlags(),
    varnish_enabled: true,
    vcl_list: [{ method: "exclude", type: "url", value: "/checkout" }],
    ssh_access: true,
    access: true,
    cors: null,
    fpm_setting: ";php_admin_value[memory_limit] = 256M",
    crons: newCrons(sysUser),
    credentials: [{
      id: 300_000 + id,
      sys_user: "deploy",
      sys_password: secret(),
      ssh_keys: [{ id: 700_000 + id, label: "ci", public_key: "ssh-ed25519 AAAAEXAMPLE ci" }],
    }],
    reports: {},
    git: newGit(random.letters(16), now),
    backups: [
      ...[2, 4, 1, 3].map((days) => restorePoint(now - days * 86_400_000 + random.between(0, 3600) * 1000)),
      // The one that the documents use as an example.
      "2026-08-05T23:19:06",
    ],
    restoredTo: null,
    localBackup: false,
    ownership: "sys_user",
    content: newContent(id),
    staging: newStaging(making),
    updates: newUpdates(making),
    cloudflare: newCloudflare(making),
    protection: newProtection(making),
    queues: [],
    vulnerable: { fetchedAt: now - 86_400_000, holes: { breeze: 1 } },
    purges: 0,
    untold: [],
  };
}

/** A certificate for the domains, installed and renewing itself. */
export function certificate(domains: string[], email: string, wildcard = false): LetsEncryptState {
  return {
    is_installed: true,
    is_verified: true,
    ssl_domains: domains,
    ssl_email: email,
    auto: true,
    type: wildcard ? "wc" : "le",
    challenges: null,
  };
}

/**
 * Records differ: half of them have no challenges; of the later applications one has stopped renewing, and one is
 * unverified.
 */
function firstCertificate(app: AppState, round: number): LetsEncryptState {
  const { challenges, ...issued } = certificate([app.cname, ...app.aliases], "owner@example.com");
  if (app.application !== "woocommerce") return { ...issued, is_verified: round === 0 };
  return { ...issued, auto: round === 0, challenges: challenges ?? null };
}

function newGit(keyText: string, now: number): AppState["git"] {
  const entry = { git_url: "git@git.example.com:team/shop.git", branch_name: "main", path: null, result: "1" };
  return {
    key: `ssh-rsa AAAAEXAMPLE${keyText} deploy`,
    branches: ["main", "develop"],
    log: [
      { ...entry, datetime: gitTime(now - 3 * 86_400_000), description: "Git pull" },
      { ...entry, datetime: gitTime(now - 30 * 86_400_000), description: "Git clone" },
    ],
  };
}

function defaultFlags(): Record<string, number> {
  return {
    cors_header: 0,
    enforce_https: 1,
    geo_ip_setting: 0,
    xml_rpc_setting: 0,
    php_direct_execution: 0,
    webp: 0,
    wp_cron_setting: 1,
    device_detection: 0,
    ignore_query_string: 0,
  };
}

function setStaging(app: AppState, value: AppState["is_staging"]): void {
  if (value !== undefined) app.is_staging = value;
}

function hostName(host: string, accountLabel: string): string {
  const account = accountLabel.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return [host, account, "example.com"].filter((part) => part !== "").join(".");
}
