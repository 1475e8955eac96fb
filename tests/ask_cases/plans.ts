import { ROW_PLAN } from "../support/row_plans.ts";
import { always, type ToolCases } from "./case.ts";

/** The tool that applies a plan. The plan changes one whitelist. */
export const plansCases: Record<string, ToolCases> = {
  apply_plan: {
    sends: "security_update_whitelisted_ips",
    args: { plan_id: ROW_PLAN },
    cases: always("changes whatever the plan says"),
  },
};
