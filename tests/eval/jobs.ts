/** The jobs of the evaluation. */
import type { Sandbox } from "../sandbox/mod.ts";
import type { AppState } from "../sandbox/state.ts";
import { at, type Job, type Json, listAt, type Step } from "./job.ts";

const SHOP = "shop.example.com";
const OFFICE = "203.0.113.77";
const PORTAL = "portal.example.com";
const NEW_DOMAIN = "portal.example.org";

function appsOf(sandbox: Sandbox): AppState[] {
  return sandbox.account().servers.flatMap(({ apps }) => apps);
}

function shopOf(sandbox: Sandbox): AppState {
  const shop = appsOf(sandbox).find(({ cname }) => cname === SHOP);
  if (shop === undefined) throw new Error(`the demo account has no ${SHOP}`);
  return shop;
}

/** Most people name a site by its domain. */
const findShop: Step = { tool: "find_resources", args: { query: SHOP } };
const shopIn = (answers: readonly Json[]) => at(answers[0], "apps", 0, "id");
const serverIn = (answers: readonly Json[]) => at(answers[0], "apps", 0, "server_id");
const isCompleted = (answer: Json | undefined) => answer?.status === "completed";

const restart: Job = {
  name: "restart and wait",
  ask: `Restart the server of ${SHOP}, and tell me when it is up again.`,
  steps: [
    findShop,
    { tool: "restart_server", args: (answers) => ({ server_id: serverIn(answers), wait_seconds: 120 }) },
  ],
  facts: [
    { says: "the restart has ended", holds: ([, restarted]) => isCompleted(restarted) },
    { says: "which server", holds: ([, restarted]) => restarted?.server_label !== undefined },
  ],
};

const backupAndClone: Job = {
  name: "backup and clone",
  ask: `Back up ${SHOP}, then make a copy of it that I can try things in.`,
  steps: [
    findShop,
    { tool: "backup_app", args: (answers) => ({ app_id: shopIn(answers), wait_seconds: 60 }) },
    { tool: "clone_app", args: (answers) => ({ app_id: shopIn(answers), app_label: "Trial", wait_seconds: 60 }) },
  ],
  facts: [
    {
      says: "the restore point that was made",
      holds: (answers, sandbox) => shopOf(sandbox).backups.includes(String(answers[1]?.time)),
    },
    {
      says: "the address of the copy",
      holds: (answers, sandbox) => {
        const copy = appsOf(sandbox).find(({ id }) => id === answers[2]?.new_app_id);
        return copy !== undefined && String(answers[2]?.new_app_domain).includes(String(copy.id));
      },
    },
    { says: "who signs in", holds: (answers) => at(answers[2], "sign_in", "admin_user") !== undefined },
  ],
};

const certificates: Job = {
  name: "certificates",
  ask: "Which of our domains have no valid certificate, or one that doesn't renew?",
  steps: [{ tool: "list_domains", args: {} }],
  facts: [
    {
      says: "every domain of the account",
      holds: ([listed], sandbox) => {
        const names = new Set(listAt(listed, "domains").map(({ domain }) => domain));
        const domains = appsOf(sandbox).flatMap(({ cname, aliases }) => [cname, ...aliases]);
        return domains.filter((domain) => domain !== "").every((domain) => names.has(domain));
      },
    },
    {
      says: "which are not covered",
      holds: ([listed]) => listAt(listed, "domains").some(({ covered }) => covered === false),
    },
    {
      says: "which don't renew",
      holds: ([listed], sandbox) =>
        appsOf(sandbox).filter(({ lets_encrypt }) => lets_encrypt?.auto === false).every(({ cname }) =>
          listAt(listed, "domains").some((entry) =>
            entry.domain === cname && at(entry, "certificate", "auto_renewal") === false
          )
        ),
    },
  ],
};

const allowOffice = (index: number): Step => ({
  tool: "update_whitelisted_ips",
  args: ([listed]) => ({ server_id: at(listed, "servers", index, "id"), list: "ssh", add: [OFFICE] }),
});

/** One call for each server: the demo account has two. */
const officeAddress: Job = {
  name: "office address on all servers",
  ask: `Let our office, ${OFFICE}, in by SSH on every server.`,
  steps: [{ tool: "list_servers", args: {} }, allowOffice(0), allowOffice(1)],
  facts: [{
    says: "every server lets the office in",
    holds: ([listed, ...changes], sandbox) =>
      listAt(listed, "servers").length === changes.length &&
      sandbox.account().servers.every(({ whitelist }) => JSON.stringify(whitelist).includes(OFFICE)),
  }],
};

const deploy: Job = {
  name: "deploy a branch",
  ask: `Deploy the branch main to ${SHOP}.`,
  steps: [
    findShop,
    { tool: "git_pull", args: (answers) => ({ app_id: shopIn(answers), branch: "main", wait_seconds: 60 }) },
  ],
  facts: [{ says: "the deployment has ended", holds: ([, pulled]) => isCompleted(pulled) }],
};

const restore: Job = {
  name: "restore",
  ask: `Put ${SHOP} back to last night's backup.`,
  steps: [
    findShop,
    { tool: "get_app_restore_points", args: (answers) => ({ app_id: shopIn(answers) }) },
    {
      tool: "restore_app",
      args: (answers) => ({
        app_id: shopIn(answers),
        time: at(answers[1], "newest_automatic", "time"),
        wait_seconds: 60,
      }),
    },
  ],
  facts: [
    {
      says: "it is restored to the newest automatic backup",
      holds: (answers, sandbox) => shopOf(sandbox).restoredTo === at(answers[1], "newest_automatic", "time"),
    },
    { says: "how old the backup is", holds: (answers) => at(answers[1], "newest_automatic", "age") !== undefined },
    { says: "when visitors see it", holds: ([, , restored]) => restored?.next_step !== undefined },
  ],
};

const done: Job = {
  name: "what was done",
  ask: "What was changed through this service?",
  steps: [{ tool: "get_audit_log", args: { result: "done" } }],
  facts: [{
    says: "the changes of the jobs before",
    holds: ([log]) => {
      const tools = new Set(listAt(log, "records").map(({ tool }) => tool));
      return ["restart_server", "backup_app", "clone_app", "git_pull", "restore_app"].every((tool) => tools.has(tool));
    },
  }],
};

const newDomain: Job = {
  name: "a new domain with https",
  ask: `Let ${PORTAL} answer to ${NEW_DOMAIN} too, by https.`,
  steps: [
    { tool: "list_domains", args: { query: PORTAL } },
    {
      tool: "update_app_aliases",
      args: ([listed]) => ({ app_id: at(listed, "domains", 0, "app_id"), add: [NEW_DOMAIN] }),
    },
    {
      tool: "install_letsencrypt",
      args: ([listed]) => ({
        app_id: at(listed, "domains", 0, "app_id"),
        email: "owner@example.com",
        domains: [...listAt(listed, "domains").map(({ domain }) => domain), NEW_DOMAIN],
        wait_seconds: 60,
      }),
    },
    {
      tool: "enforce_app_https",
      args: ([listed]) => ({ app_id: at(listed, "domains", 0, "app_id"), enabled: true }),
    },
    { tool: "list_domains", args: { query: NEW_DOMAIN } },
  ],
  facts: [
    { says: "the new domain is covered", holds: (answers) => at(answers[4], "domains", 0, "covered") === true },
    {
      says: "the certificate renews by itself",
      holds: (answers) => at(answers[4], "domains", 0, "certificate", "auto_renewal") === true,
    },
    { says: "visitors are sent to https", holds: (answers) => isCompleted(answers[3]) },
  ],
};

const sizes: Job = {
  name: "sizes",
  ask: "How large are our servers, and which sizes could we have?",
  steps: [
    { tool: "list_servers", args: {} },
    {
      tool: "get_available_server_sizes",
      args: ([listed]) => ({ provider: at(listed, "servers", 0, "cloud") }),
    },
  ],
  facts: [
    {
      says: "the size of every server",
      holds: ([listed], sandbox) =>
        sandbox.account().servers.every(({ id, instance_type }) =>
          listAt(listed, "servers").some((server) => server.id === id && server.instance_type === instance_type)
        ),
    },
    {
      says: "the sizes there are",
      holds: ([listed, offered]) => listAt(offered, "sizes", String(at(listed, "servers", 0, "cloud"))).length > 0,
    },
  ],
};

/** Neither tool is listed by default, so they are looked for. */
const schedule: Job = {
  name: "backups at three and PHP 8.3",
  ask: `Back up the server of ${SHOP} at three at night, and give it PHP 8.3.`,
  steps: [
    findShop,
    { tool: "find_tools", args: { query: "backups at 3 in the morning", limit: 1 } },
    { tool: "find_tools", args: { query: "change the PHP version", limit: 1 } },
    { tool: "update_backup_schedule", args: (answers) => ({ server_id: serverIn(answers), backup_time: "03:00" }) },
    {
      tool: "update_server_package",
      args: (answers) => ({ server_id: serverIn(answers), package: "php", version: "8.3", wait_seconds: 60 }),
    },
  ],
  facts: [
    {
      says: "the tool for backups",
      holds: (answers) => at(answers[1], "tools", 0, "name") === "update_backup_schedule",
    },
    { says: "the tool for PHP", holds: (answers) => at(answers[2], "tools", 0, "name") === "update_server_package" },
    {
      says: "backups are made at three",
      holds: (_answers, sandbox) => sandbox.account().servers[0]?.backup_time === "03:00",
    },
    { says: "the change of PHP has ended", holds: (answers) => isCompleted(answers[4]) },
  ],
};

const staging: Job = {
  name: "staging and push",
  ask: `Make a staging copy of ${SHOP}, and push its files to live.`,
  steps: [
    findShop,
    { tool: "find_tools", args: { query: "make a staging copy and push it to live", limit: 2 } },
    { tool: "create_staging_app", args: (answers) => ({ app_id: shopIn(answers), wait_seconds: 60 }) },
    {
      tool: "push_staging_app",
      args: (answers) => ({ app_id: answers[2]?.new_app_id, files: true, wait_seconds: 60 }),
    },
  ],
  facts: [
    {
      says: "both tools",
      holds: (answers) =>
        ["create_staging_app", "push_staging_app"].every((tool) =>
          listAt(answers[1], "tools").some(({ name }) => name === tool)
        ),
    },
    { says: "where the copy is", holds: (answers) => answers[2]?.new_app_domain !== undefined },
    { says: "the push has ended", holds: (answers) => isCompleted(answers[3]) },
  ],
};

/** Health of all servers: a verdict on each, and when it was looked at. */
const health: Job = {
  name: "health",
  ask: "Is everything all right with our servers and sites?",
  steps: [{ tool: "get_account_health", args: {} }],
  facts: [
    { says: "when it was looked at", holds: ([answer]) => typeof answer?.checked_at === "string" },
    {
      says: "every server",
      holds: ([answer], sandbox) =>
        sandbox.account().servers.every(({ id }) => JSON.stringify(answer).includes(String(id))),
    },
    {
      says: "a verdict",
      holds: ([answer]) => /"(?:ok|attention|urgent|unknown)"/.test(JSON.stringify(answer)),
    },
  ],
};

const slowShop: Job = {
  name: "slow shop",
  ask: "Why is shop.example.com slow?",
  steps: [{ tool: "diagnose_app", args: { domain: "shop.example.com", wait_seconds: 60 } }],
  facts: [
    { says: "which application", holds: ([answer]) => JSON.stringify(answer).includes("200001") },
    { says: "likely causes", holds: ([answer]) => Array.isArray(answer?.causes) },
  ],
};

const week: Job = {
  name: "the week, for the client",
  ask: "What happened this week? Write it for the client.",
  steps: [{ tool: "get_weekly_report", args: {} }],
  facts: [
    { says: "the words for the client", holds: ([answer]) => Array.isArray(answer?.markdown) },
    { says: "the changes", holds: ([answer]) => answer?.changes !== undefined },
  ],
};

const sftpLogin: Job = {
  name: "SFTP login",
  ask: "Give our developer an SFTP login to shop.example.com.",
  steps: [
    { tool: "find_resources", args: { query: "shop.example.com" } },
    { tool: "find_tools", args: { query: "add an SFTP user", limit: 1 } },
    {
      tool: "create_app_user",
      args: (answers) => ({ app_id: at(answers[0], "apps", 0, "id"), user_name: "developer-1" }),
    },
  ],
  facts: [
    { says: "the tool", holds: (answers) => listAt(answers[1], "tools")[0]?.name === "create_app_user" },
    { says: "the page with the password", holds: (answers) => typeof answers[2]?.secret_url === "string" },
  ],
};

/** Every job, in the order in which they are replayed. */
export const jobs: readonly Job[] = [
  health,
  slowShop,
  week,
  sftpLogin,
  restart,
  backupAndClone,
  certificates,
  officeAddress,
  deploy,
  restore,
  done,
  newDomain,
  sizes,
  schedule,
  staging,
];
