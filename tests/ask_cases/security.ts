import { always, answers, APP, type AskCase, GIT_URL, SERVER, type ToolCases } from "./case.ts";

/** The tools for addresses that get in, and for deployment by Git. */
export const securityCases: Record<string, ToolCases> = {
  update_whitelisted_ips: {
    sends: "security_update_whitelisted_ips",
    args: { ...SERVER, list: "ssh", add: ["203.0.113.7"] },
    cases: always("changes who gets in"),
  },
  allow_ip_siab: {
    sends: "security_whitelist_ip_siab",
    args: { ...SERVER, ip: "203.0.113.7" },
    cases: always("makes a terminal reachable"),
  },
  allow_ip_adminer: {
    sends: "security_whitelist_ip_adminer",
    args: { ...SERVER, ip: "203.0.113.7" },
    cases: always("makes a database manager reachable"),
  },
  generate_git_ssh_key: {
    sends: "git_generate_key",
    args: APP,
    cases: [
      { present: "a key", asks: true, why: "replaces it" },
      { present: "an empty key", setUp: (app) => void (app.git.key = ""), asks: false, why: "replaces nothing" },
      { present: "null", setUp: answers("git_key_get", { key: null }), asks: true, why: "there may be one" },
      { present: "an empty answer", setUp: answers("git_key_get", []), asks: true, why: "there may be one" },
      { present: "a key that is not shown", setUp: answers("git_key_get", {}, 422), asks: true, why: "same" },
    ],
  },
  git_clone: { sends: "git_clone", args: { ...APP, git_url: GIT_URL, branch: "main" }, cases: always("overwrites") },
  git_pull: {
    sends: "git_pull",
    args: { ...APP, branch: "main" },
    cases: [
      { present: "the same branch in the same folder", asks: false, why: "deploys what is deployed" },
      { args: { branch: "develop" }, present: "another branch", asks: true, why: "replaces it" },
      { args: { deploy_path: "wp-content" }, present: "another folder", asks: true, why: "overwrites another one" },
      { present: "no deployment", setUp: (app) => void (app.git.log = []), asks: true, why: "nobody knows what" },
      { present: "a history that is not shown", setUp: answers("git_history_get", {}, 403), asks: true, why: "same" },
      ...(["git_url", "branch_name", "path", "datetime"] as const).map((name): AskCase => ({
        present: `no word of the ${name}`,
        setUp: (app) => app.git.log.forEach((entry) => Object.assign(entry, { [name]: undefined })),
        asks: true,
        why: "it may be another one",
      })),
      {
        present: "a newer deployment of another branch, nobody knows whether it succeeded",
        setUp(app) {
          const [newest] = app.git.log;
          if (newest !== undefined) app.git.log.unshift({ ...newest, branch_name: "develop", result: "?" });
        },
        asks: true,
        why: "it may be what is deployed",
      },
    ],
  },
  get_git_branch_names: {
    sends: "git_branches_get",
    args: APP,
    cases: [
      { args: { git_url: GIT_URL }, present: "deployed from there", asks: false, why: "the host is known" },
      {
        args: { git_url: "ssh://git@GIT.example.com/other/shop.git" },
        present: "deployed from there",
        asks: false,
        why: "the host is known, however it is spelled",
      },
      {
        args: { git_url: "git@git.example.org:team/shop.git" },
        present: "deployed from elsewhere",
        asks: true,
        why: "calls a new host",
      },
      {
        args: { git_url: "ssh://git@git.example.com:2222/team/shop.git" },
        present: "deployed from another port",
        asks: true,
        why: "calls a new service",
      },
      {
        args: { git_url: GIT_URL },
        present: "no deployment",
        setUp: (app) => void (app.git.log = []),
        asks: true,
        why: "calls a new host",
      },
      {
        args: { git_url: GIT_URL },
        present: "a history that is not shown",
        setUp: answers("git_history_get", {}, 422),
        asks: true,
        why: "nobody knows the host",
      },
    ],
  },
};
