import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, ...SERVER };
const WAIT = { wait_seconds: 1 };
const GIT_URL = "git@git.example.com:team/shop.git";
const OTHER_GIT_URL = "ssh://git@git.example.com:2222/team/shop.git";

const wrongServer = [{ args: {}, names: "server_id" }, { args: { server_id: 1.5 }, names: "server_id" }];
const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongWait = { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" };

const onServer = (tool: string, request: string): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, sends: always(LISTING, [request, SERVER]), wrong: wrongServer }
);
const onApp = (tool: string, ...requests: string[]): ToolRow => ({
  tool,
  minimal: APP,
  full: APP_FULL,
  sends: always(LISTING, ...requests.map((request): Sent => [request, APP_FULL])),
  wrong: wrongApp,
});

/** A tool that takes one address, and no range. */
const withAddress = (tool: string, request: string): ToolRow => {
  const args = { ...SERVER, ip: "192.0.2.66" };
  const full = { ...SERVER, ip: "2001:db8::1" };
  const wrongAddresses = ["192.0.2.0/24", "192.0.2", "192.0.2.256", "0.0.0.0", "::", "shop.example.com", ""];
  return {
    tool,
    minimal: args,
    full,
    sends: { minimal: [LISTING, [request, args]], full: [LISTING, [request, full]] },
    wrong: [...wrongServer, ...wrongAddresses.map((ip) => ({ args: { ...SERVER, ip }, names: "ip" }))],
  };
};

type Arguments = Record<string, unknown>;

/** A tool that starts work on an application: what it takes, and what it sends of that under the names of Cloudways. */
const starting = (
  tool: string,
  request: string,
  [args, sent]: readonly [Arguments, Arguments],
  [full, sentFull]: readonly [Arguments, Arguments] = [{}, {}],
  wrong: ToolRow["wrong"] = [],
): ToolRow => ({
  tool,
  minimal: { ...APP, ...args },
  full: { ...APP_FULL, ...args, ...full, ...WAIT },
  sends: {
    minimal: [LISTING, [request, { ...APP_FULL, ...sent }], LOOK],
    full: [LISTING, [request, { ...APP_FULL, ...sent, ...sentFull }], LOOK],
  },
  wrong: [...wrongApp, wrongWait, ...wrong.map(({ args: other, names }) => ({ args: { ...APP, ...other }, names }))],
});

/** A certificate for the demo shop, with a key that guards nothing. */
const OWN = {
  certificate: certificatePem({ domains: ["shop.example.com", "www.shop.example.com"] }),
  private_key: keyPem(testKey(1)),
};
const SENT_OWN = { ssl_crt: OWN.certificate, ssl_key: OWN.private_key };
const LOCKED_KEY = keyPem(testKey(1), "EXAMPLE");

const ofBranch = { branch: "main" };
const wrongGit = [
  { args: { ...ofBranch, branch: "--upload-pack=x" }, names: "branch" },
  { args: { ...ofBranch, branch: "a..b" }, names: "branch" },
  { args: { ...ofBranch, deploy_path: "../private_html" }, names: "deploy_path" },
  { args: { ...ofBranch, deploy_path: "/etc" }, names: "deploy_path" },
];
const wrongUrls = [
  ...["https://git.example.com/team/shop.git", "-oProxyCommand=x@h:p", "git@git.example.com:-x", "shop"],
  ...["git@localhost:team/shop.git", "git@127.0.0.1:team/shop.git", "ssh://git@169.254.169.254/team/shop.git"],
  ...["git@2130706433:team/shop.git", "git@0x7f.1:team/shop.git", "git@0177.0.0.1:team/shop.git"],
];

/** The list is read to show it, read again before it is written, and read back afterwards. */
const sentList = (ip: string[], more: Arguments = {}): Sent[] => [
  LISTING,
  ...Array.from({ length: 3 }, (): Sent => ["GET /security/whitelisted", SERVER]),
  ["POST /security/whitelisted", { ...SERVER, tab: "sftp", type: "sftp", ip, ...more }],
];

/** Before the key is opened it is made sure, by a read, that the caller is a customer. */
const installing = starting("install_ssl_certificate", "POST /security/ownSSL", [OWN, SENT_OWN], [
  { private_key: LOCKED_KEY, password: "EXAMPLE" },
  { ssl_key: LOCKED_KEY, password: "EXAMPLE" },
], [
  { args: { private_key: OWN.private_key }, names: "certificate" },
  { args: { certificate: OWN.certificate }, names: "private_key" },
  { args: { ...OWN, certificate: "EXAMPLE" }, names: "certificate" },
  { args: { ...OWN, private_key: keyPem(testKey(2)) }, names: "private_key" },
  { args: { ...OWN, private_key: LOCKED_KEY }, names: "password" },
]);
const INSTALLING_FULL = [LISTING, ...installing.sends.full];
const installCertificate: ToolRow = {
  ...installing,
  sends: {
    minimal: installing.sends.minimal.filter((sent) => sent !== LOOK),
    full: INSTALLING_FULL.filter((sent) => sent !== LOOK),
  },
  // Only these name an operation.
  sendsAfterDocumented: { minimal: installing.sends.minimal, full: INSTALLING_FULL },
};

const DEPLOY_PATH = { deploy_path: "wp-content/themes/shop" };
const BRANCHES: Sent = ["GET /git/branchNames", { ...APP_FULL, git_url: GIT_URL }];
const HISTORY: Sent = ["GET /git/history", APP_FULL];
const SENT_BRANCH = { branch_name: "main", deploy_path: "" };

const besides = (row: ToolRow, minimal: Sent[], full = minimal): ToolRow => (
  { ...row, sends: { minimal: [...minimal, ...row.sends.minimal], full: [...full, ...row.sends.full] } }
);

/** The security tools. */
export const securityRows: readonly ToolRow[] = [
  onServer("get_whitelisted_ips_ssh", "GET /security/whitelisted"),
  onServer("get_whitelisted_ips_mysql", "GET /security/whitelistedIpsMysql"),
  {
    tool: "update_whitelisted_ips",
    minimal: { ...SERVER, list: "ssh", add: ["203.0.113.7"] },
    full: { ...SERVER, list: "ssh", add: ["203.0.113.7"], remove: ["198.51.100.7"], policy: "block_all" },
    wrong: [
      { args: { list: "ssh", add: ["203.0.113.7"] }, names: "server_id" },
      { args: { ...SERVER, add: ["203.0.113.7"] }, names: "list" },
      { args: { ...SERVER, list: "sftp", add: ["203.0.113.7"] }, names: "list" },
      { args: { ...SERVER, list: "ssh" }, names: "add" },
      { args: { ...SERVER, list: "ssh", add: [] }, names: "add" },
      { args: { ...SERVER, list: "ssh", add: ["203.0.113.7", "203.0.113.300"] }, names: "add.1" },
      { args: { ...SERVER, list: "ssh", remove: ["203.0.113.7/33"] }, names: "remove.0" },
      { args: { ...SERVER, list: "ssh", replace: ["2001:db8::1::2"] }, names: "replace.0" },
      { args: { ...SERVER, list: "ssh", add: ["203.0.113.7"], replace: [] }, names: "replace" },
      { args: { ...SERVER, list: "ssh", add: ["203.0.113.7"], remove: ["203.0.113.7/32"] }, names: "remove" },
      { args: { ...SERVER, list: "ssh", policy: "deny" }, names: "policy" },
      { args: { ...SERVER, list: "mysql", policy: "block_all" }, names: "policy" },
    ],
    sends: {
      minimal: sentList(["198.51.100.7", "198.51.100.0/24", "203.0.113.7"], { ipPolicy: "allow_all" }),
      full: sentList(["198.51.100.0/24", "203.0.113.7"], { ipPolicy: "block_all" }),
    },
    // The documented form of the list says nothing of the policy, so nothing is said of it either.
    sendsAfterDocumented: { minimal: sentList(["198.51.100.7", "198.51.100.0/24", "203.0.113.7"]) },
  },
  withAddress("check_ip_blacklisted", "GET /security/isBlacklisted"),
  withAddress("allow_ip_siab", "POST /security/siab"),
  withAddress("allow_ip_adminer", "POST /security/adminer"),
  installCertificate,
  {
    ...starting("remove_ssl_certificate", "DELETE /security/removeCustomSSL", [{}, {}]),
    setUp: (sandbox) => void (shopOf(sandbox).own_ssl = { issued_at: "2026-01-01 00:00:00" }),
  },
  starting(
    "install_letsencrypt",
    "POST /security/lets_encrypt_install",
    [
      { email: "owner@example.com", domains: ["shop.example.com"] },
      { ssl_email: "owner@example.com", ssl_domains: ["shop.example.com"], wild_card: false },
    ],
    [{ domains: ["example.com"], wildcard: true }, { ssl_domains: ["example.com"], wild_card: true }],
    [
      { args: { domains: ["shop.example.com"], wildcard: false }, names: "email" },
      { args: { email: "owner", domains: ["shop.example.com"], wildcard: false }, names: "email" },
      { args: { email: "owner@example.com", domains: [], wildcard: false }, names: "domains" },
      { args: { email: "owner@example.com", domains: ["*.example.com"], wildcard: true }, names: "wildcard: true" },
      { args: { email: "owner@example.com", domains: ["http://x.example.com"], wildcard: false }, names: "domains.0" },
      {
        args: { email: "owner@example.com", domains: ["a.example.com", "b.example.com"], wildcard: true },
        names: "domains",
      },
      { args: { email: "owner@example.com", domains: ["shop.example.com"], wildcard: "x" }, names: "wildcard" },
    ],
  ),
  starting(
    "renew_letsencrypt",
    "POST /security/lets_encrypt_manual_renew",
    [{}, { wild_card: false }],
    [
      { wildcard: true, email: "owner@example.com", domain: "example.com" },
      { wild_card: true, ssl_email: "owner@example.com", domain: "example.com" },
    ],
    [
      { args: { wildcard: "x" }, names: "wildcard" },
      { args: { wildcard: true, domain: "example.com" }, names: "email" },
      {
        args: { wildcard: true, email: "owner@example.com", domain: "*.example.com" },
        names: "wildcard: true",
      },
      { args: { wildcard: true, email: "owner@example.com" }, names: "domain" },
    ],
  ),
  {
    tool: "set_letsencrypt_auto_renewal",
    sends: {
      minimal: [LISTING, ["POST /security/lets_encrypt_auto", { ...APP_FULL, auto: false }]],
      full: [LISTING, ["POST /security/lets_encrypt_auto", { ...APP_FULL, auto: true }]],
    },
    minimal: { ...APP, enabled: false },
    full: { ...APP_FULL, enabled: true },
    wrong: [...wrongApp, { args: APP, names: "enabled" }, { args: { ...APP, enabled: "perhaps" }, names: "enabled" }],
  },
  starting(
    "revoke_letsencrypt",
    "POST /security/lets_encrypt_revoke",
    [{ domain: "shop.example.com" }, { ssl_domain: "shop.example.com", wild_card: false }],
    [{ wildcard: false }, {}],
    [
      { args: { wildcard: false, domain: undefined }, names: "domain" },
      { args: { domain: "shop", wildcard: false }, names: "domain" },
      { args: { domain: "*.Example.com", wildcard: false }, names: "wildcard: true" },
      { args: { wildcard: "x" }, names: "wildcard" },
    ],
  ),
  onApp("generate_git_ssh_key", "GET /git/key", "POST /git/generateKey", "GET /git/key"),
  onApp("get_git_ssh_key", "GET /git/key"),
  onApp("get_git_deployment_history", "GET /git/history"),
  {
    tool: "get_git_branch_names",
    minimal: { ...APP, git_url: GIT_URL },
    full: { ...APP_FULL, git_url: OTHER_GIT_URL },
    sends: {
      minimal: [LISTING, HISTORY, BRANCHES],
      // Another host: the listing once more, for the record.
      full: [LISTING, LISTING, HISTORY, ["GET /git/branchNames", { ...APP_FULL, git_url: OTHER_GIT_URL }]],
    },
    wrong: [...wrongApp, ...wrongUrls.map((git_url) => ({ args: { ...APP, git_url }, names: "git_url" }))],
  },
  besides(
    starting(
      "git_clone",
      "POST /git/clone",
      [{ git_url: GIT_URL, ...ofBranch }, { git_url: GIT_URL, ...SENT_BRANCH }],
      [
        DEPLOY_PATH,
        DEPLOY_PATH,
      ],
      [
        { args: ofBranch, names: "git_url" },
        { args: { git_url: GIT_URL }, names: "branch" },
        ...wrongUrls.map((git_url) => ({ args: { ...ofBranch, git_url }, names: "git_url" })),
        ...wrongGit.map(({ args, names }) => ({ args: { git_url: GIT_URL, ...args }, names })),
      ],
    ),
    [HISTORY, BRANCHES],
  ),
  // The branch is looked up only where it is not what was pulled last.
  besides(
    starting("git_pull", "POST /git/pull", [ofBranch, SENT_BRANCH], [DEPLOY_PATH, DEPLOY_PATH], [
      { args: {}, names: "branch" },
      ...wrongGit,
    ]),
    [HISTORY],
    [HISTORY, BRANCHES],
  ),
];

function shopOf(sandbox: Sandbox) {
  const app = sandbox.account().servers[0]?.apps[0];
  if (app === undefined) throw new Error("the demo account has no shop");
  return app;
}
