/** Jobs for tools that answer a whole question in one call. */
import { at, type Job, listAt } from "./job.ts";

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

/** Every job of this file. */
export const laterJobs: readonly Job[] = [health, slowShop, week, sftpLogin];
