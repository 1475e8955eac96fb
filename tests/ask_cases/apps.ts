import {
  always,
  APP,
  type AskCase,
  certificateSays,
  type Change,
  leavesOut,
  never,
  OWN,
  type ToolCases,
} from "./case.ts";

/** The tools for applications. */
export const appsCases: Record<string, ToolCases> = {
  clone_app: { sends: "app_clone", args: { ...APP, app_label: "Copy" }, cases: never("adds, and leaves all as it is") },
  backup_app: { sends: "app_backup", args: APP, cases: never("costs time alone") },
  clear_app_cache: { sends: "app_purge_cache", args: APP, cases: never("costs time alone, of one application") },
  restore_app: { sends: "app_restore", args: { ...APP, time: "2026-08-05T23:19:06" }, cases: always("overwrites") },
  rollback_app_restore: {
    sends: "app_restore_rollback",
    args: APP,
    cases: [{ present: "a copy", setUp: (app) => void (app.localBackup = true), asks: true, why: "overwrites" }],
  },
  manage_app_varnish: {
    sends: "varnish_app_manage",
    args: APP,
    cases: [
      { args: { action: "enable" }, present: "on", asks: false, why: "takes nothing away" },
      { args: { action: "purge" }, present: "on", asks: false, why: "costs time alone, of one application" },
      { args: { action: "disable" }, present: "on", asks: true, why: "switches off" },
      {
        args: { action: "disable" },
        present: "off",
        setUp: (app) => void (app.varnish_enabled = false),
        asks: true,
        why: "a second call needs a yes of its own",
      },
    ],
  },
  reset_app_file_permissions: {
    sends: "app_reset_permissions",
    args: APP,
    cases: [
      { args: { ownership: "sys_user" }, present: "any", asks: false, why: "gives an application its own files" },
      { args: { ownership: "master_user" }, present: "any", asks: true, why: "takes them from it" },
    ],
  },
  enforce_app_https: {
    sends: "app_enforce_https_update",
    args: APP,
    cases: [
      { args: { enabled: false }, present: "on", asks: true, why: "switches off" },
      {
        args: { enabled: false },
        present: "off",
        setUp: (app) => void (app.flags.enforce_https = 0),
        asks: true,
        why: "a second call needs a yes of its own",
      },
      { args: { enabled: true }, present: "a certificate for every domain", asks: false, why: "nobody is warned" },
      {
        args: { enabled: true },
        present: "no domain, and no certificate",
        setUp: (app) => void Object.assign(app, { cname: "", aliases: [], lets_encrypt: null }),
        asks: false,
        why: "Cloudways' own name has one",
      },
      ...([
        ["no certificate", (app) => void (app.lets_encrypt = null)],
        ["a certificate that is not installed", certificateSays({ is_installed: false })],
        ["a certificate that was not verified", certificateSays({ is_verified: false })],
        ["a certificate not for the alias", certificateSays({ ssl_domains: ["shop.example.com"] })],
        ["a certificate for other domains", certificateSays({ ssl_domains: ["example.org"] })],
        ["an own certificate, for nobody knows what", (app) => void (app.own_ssl = OWN)],
        ["no word of the primary domain", leavesOut("cname")],
        ["no word of aliases", leavesOut("aliases")],
        ["no word of an own certificate", leavesOut("own_ssl")],
        ["no word of Let's Encrypt", leavesOut("lets_encrypt")],
        ["no word of being verified", certificateSays({ is_verified: undefined })],
      ] satisfies [string, Change][]).map(([present, setUp]): AskCase => (
        { args: { enabled: true }, present, setUp, asks: true, why: "visitors may be warned" }
      )),
    ],
  },
  update_app_cname: {
    sends: "app_cname_update",
    followedBy: "app_aliases_update",
    args: { ...APP, cname: "new.example.com" },
    cases: [
      { present: "a primary domain", asks: true, why: "replaces it" },
      { args: { keep_old_as_alias: false }, present: "a primary domain", asks: true, why: "drops it" },
      { present: "none", setUp: (app) => void (app.cname = ""), asks: false, why: "replaces nothing" },
      { present: "no word of it", setUp: leavesOut("cname"), asks: true, why: "there may be one" },
      {
        present: "null",
        setUp: (app) => void Object.assign(app, { cname: null }),
        asks: true,
        why: "there may be one",
      },
    ],
  },
  update_app_aliases: {
    sends: "app_aliases_update",
    args: APP,
    cases: [
      { args: { add: ["a.example.org"] }, present: "an alias", asks: false, why: "takes nothing away" },
      { args: { remove: ["www.shop.example.com"] }, present: "an alias", asks: true, why: "removes it" },
      { args: { replace: ["a.example.org"] }, present: "an alias", asks: true, why: "removes it" },
      {
        args: { replace: ["a.example.org"] },
        present: "none",
        setUp: (app) => void (app.aliases = []),
        asks: false,
        why: "takes nothing away",
      },
    ],
  },
  delete_app_cname: { sends: "app_cname_delete", args: APP, cases: always("removes it") },
};
