import { ROW_PLAN } from "../support/row_plans.ts";
import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const WHITELIST: Sent = ["GET /security/whitelisted", SERVER];
const RESTART = { tool: "restart_server", arguments: JSON.stringify(SERVER) };

/** The plan is checked for the question, and its step before the change, which is compared and read back. */
const applying = (policy: Record<string, string>): Sent[] => [
  ...[LISTING, WHITELIST, LISTING, WHITELIST, WHITELIST, WHITELIST],
  ["POST /security/whitelisted", {
    ...SERVER,
    tab: "sftp",
    type: "sftp",
    ip: ["198.51.100.7", "198.51.100.0/24", "203.0.113.99"],
    ...policy,
  }],
];

/** Steps that are refused, and a word of the refusal. */
const step = (wrong: Record<string, unknown>, names: string) => ({ args: { steps: [RESTART, wrong] }, names });

/** Rows of the tools that make and apply plans. */
export const plansRows: readonly ToolRow[] = [
  {
    tool: "plan_changes",
    minimal: { steps: [RESTART] },
    full: {
      steps: [
        {
          tool: "update_whitelisted_ips",
          arguments: JSON.stringify({ list: "ssh", add: ["203.0.113.7"] }),
          server_ids: [100001],
        },
        { tool: "restart_server", all_servers: true },
      ],
      continue_on_error: true,
    },
    sends: { minimal: [LISTING], full: [LISTING, LISTING, WHITELIST] },
    wrong: [
      { args: {}, names: "steps" },
      { args: { steps: [] }, names: "steps" },
      { args: { steps: "restart_server" }, names: "steps" },
      { args: { steps: [RESTART], continue_on_error: "perhaps" }, names: "continue_on_error" },
      step({}, "steps.1.tool"),
      step({ tool: "x".repeat(65) }, "steps.1.tool"),
      step({ ...RESTART, bogus: 1 }, "bogus"),
      step({ ...RESTART, arguments: 1 }, "JSON"),
      step({ ...RESTART, arguments: "[1]" }, "Step 2"),
      step({ ...RESTART, server_ids: ["x"] }, "server_ids"),
      step({ tool: "list_servers" }, "Step 2 (list_servers)"),
      step({ tool: "delete_everything" }, "Step 2 (delete_everything)"),
      step({ tool: "plan_changes" }, "Step 2 (plan_changes)"),
      step({ tool: "restart_server", arguments: "{}" }, "server_id"),
    ],
  },
  {
    tool: "apply_plan",
    minimal: { plan_id: ROW_PLAN },
    full: { plan_id: ROW_PLAN, wait_seconds: 30 },
    sends: always(...applying({ ipPolicy: "allow_all" })),
    sendsAfterDocumented: always(...applying({})),
    wrong: [
      { args: {}, names: "plan_id" },
      { args: { plan_id: "plan 1" }, names: "plan_id" },
      { args: { plan_id: "" }, names: "plan_id" },
      { args: { plan_id: ROW_PLAN, wait_seconds: 301 }, names: "wait_seconds" },
    ],
  },
];
