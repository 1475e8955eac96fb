import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import type { ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, ...SERVER };
const WAIT = { wait_seconds: 1 };
const GIT_URL = "git@git.example.com:team/shop.git";

const wrongServer = [{ args: {}, names: "server_id" }, { args: { server_id: 1.5 }, names: "server_id" }];
const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongWait = { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" };

const onServer = (tool: string, ...asks: string[]): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, wrong: wrongServer, asks: ["server_list", ...asks] }
);
const onApp = (tool: string, ...asks: string[]): ToolRow => (
  { tool, minimal: APP, full: APP_FULL, wrong: wrongApp, asks: ["server_list", ...asks] }
);

/** A tool that takes one address, and no range. */
const withAddress = (tool: string, ask: string): ToolRow => {
  const args = { ...SERVER, ip: "192.0.2.66" };
  const wrongAddresses = ["192.0.2.0/24", "192.0.2", "192.0.2.256", "0.0.0.0", "::", "shop.example.com", ""];
  return {
    tool,
    minimal: args,
    full: { ...SERVER, ip: "2001:db8::1" },
    wrong: [...wrongServer, ...wrongAddresses.map((ip) => ({ args: { ...SERVER, ip }, names: "ip" }))],
    asks: ["server_list", ask],
  };
};

/** A tool that starts work on an application. */
const starting = (
  tool: string,
  asks: string | readonly string[],
  args: Record<string, unknown>,
  full: Record<string, unknown> = {},
  wrong: ToolRow["wrong"] = [],
): ToolRow => ({
  tool,
  minimal: { ...APP, ...args },
  full: { ...APP_FULL, ...args, ...full, ...WAIT },
  wrong: [...wrongApp, wrongWait, ...wrong.map(({ args: other, names }) => ({ args: { ...APP, ...other }, names }))],
  asks: ["server_list", ...[asks].flat()],
});

/** A certificate for the demo shop, with a key that guards nothing. */
const OWN = {
  certificate: certificatePem({ domains: ["shop.example.com", "www.shop.example.com"] }),
  private_key: keyPem(testKey(1)),
};

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

/** The security tools. */
export const securityRows: readonly ToolRow[] = [
  onServer("get_whitelisted_ips_ssh", "security_get_whitelisted_ips"),
  onServer("get_whitelisted_ips_mysql", "security_get_whitelisted_ips_mysql"),
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
    asks: ["server_list", "security_get_whitelisted_ips", "security_update_whitelisted_ips"],
  },
  withAddress("check_ip_blacklisted", "security_check_blacklisted_ip"),
  withAddress("allow_ip_siab", "security_whitelist_ip_siab"),
  withAddress("allow_ip_adminer", "security_whitelist_ip_adminer"),
  starting("install_ssl_certificate", "security_install_own_ssl", OWN, {
    private_key: keyPem(testKey(1), "EXAMPLE"),
    password: "EXAMPLE",
  }, [
    { args: { private_key: OWN.private_key }, names: "certificate" },
    { args: { certificate: OWN.certificate }, names: "private_key" },
    { args: { ...OWN, certificate: "EXAMPLE" }, names: "certificate" },
    { args: { ...OWN, private_key: keyPem(testKey(2)) }, names: "private_key" },
    { args: { ...OWN, private_key: keyPem(testKey(1), "EXAMPLE") }, names: "password" },
  ]),
  {
    ...starting("remove_ssl_certificate", "security_remove_own_ssl", {}),
    setUp: (sandbox) => void (shopOf(sandbox).own_ssl = { issued_at: "2026-01-01 00:00:00" }),
  },
  starting(
    "install_letsencrypt",
    "security_lets_encrypt_install",
    { email: "owner@example.com", domains: ["shop.example.com"], wildcard: false },
    { domains: ["example.com"], wildcard: true },
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
      { args: { email: "owner@example.com", domains: ["shop.example.com"] }, names: "wildcard" },
    ],
  ),
  starting(
    "renew_letsencrypt",
    "security_lets_encrypt_renew",
    { wildcard: false },
    { wildcard: true, email: "owner@example.com", domain: "example.com" },
    [
      { args: {}, names: "wildcard" },
      { args: { wildcard: true, domain: "example.com" }, names: "email" },
      {
        args: { wildcard: true, email: "owner@example.com", domain: "*.example.com" },
        names: "wildcard: true",
      },
      { args: { wildcard: true, email: "owner@example.com" }, names: "domain" },
    ],
  ),
  {
    ...onApp("set_letsencrypt_auto_renewal", "security_lets_encrypt_auto_renewal"),
    minimal: { ...APP, enabled: false },
    full: { ...APP_FULL, enabled: true },
    wrong: [...wrongApp, { args: APP, names: "enabled" }, { args: { ...APP, enabled: "perhaps" }, names: "enabled" }],
  },
  starting(
    "revoke_letsencrypt",
    "security_lets_encrypt_revoke",
    { domain: "shop.example.com", wildcard: false },
    {},
    [
      { args: { wildcard: false }, names: "domain" },
      { args: { domain: "shop", wildcard: false }, names: "domain" },
      { args: { domain: "*.Example.com", wildcard: false }, names: "wildcard: true" },
      { args: { domain: "shop.example.com" }, names: "wildcard" },
    ],
  ),
  onApp("generate_git_ssh_key", "git_generate_key", "git_key_get"),
  onApp("get_git_ssh_key", "git_key_get"),
  onApp("get_git_deployment_history", "git_history_get"),
  {
    ...onApp("get_git_branch_names", "git_history_get", "git_branches_get"),
    minimal: { ...APP, git_url: GIT_URL },
    full: { ...APP_FULL, git_url: "ssh://git@git.example.com:2222/team/shop.git" },
    wrong: [...wrongApp, ...wrongUrls.map((git_url) => ({ args: { ...APP, git_url }, names: "git_url" }))],
  },
  starting("git_clone", ["git_history_get", "git_branches_get", "git_clone"], { git_url: GIT_URL, ...ofBranch }, {
    deploy_path: "wp-content/themes/shop",
  }, [
    { args: ofBranch, names: "git_url" },
    { args: { git_url: GIT_URL }, names: "branch" },
    ...wrongUrls.map((git_url) => ({ args: { ...ofBranch, git_url }, names: "git_url" })),
    ...wrongGit.map(({ args, names }) => ({ args: { git_url: GIT_URL, ...args }, names })),
  ]),
  starting("git_pull", ["git_history_get", "git_pull"], ofBranch, { deploy_path: "wp-content/themes/shop" }, [
    { args: {}, names: "branch" },
    ...wrongGit,
  ]),
];

function shopOf(sandbox: Sandbox) {
  const app = sandbox.account().servers[0]?.apps[0];
  if (app === undefined) throw new Error("the demo account has no shop");
  return app;
}
