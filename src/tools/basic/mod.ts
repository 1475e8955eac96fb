/** The basic tools: the account, its servers and applications at a glance, and what Cloudways offers. */
import type { Tool } from "../define/tool.ts";
import { accountTools } from "./account.ts";
import { alertsTools } from "./alerts.ts";
import { auditLogTools } from "./audit_log.ts";
import { connectionTools } from "./connection.ts";
import { credentialsTools } from "./credentials.ts";
import { detailsTools } from "./details.ts";
import { diagnosisTools } from "./diagnosis/diagnose_app.ts";
import { healthTools } from "./health/tool.ts";
import { listingTools } from "./listing.ts";
import { myOperationsTools } from "./my_operations.ts";
import { offersTools } from "./offers.ts";
import { operationsTools } from "./operations.ts";
import { plansTools } from "./plans.ts";
import { undoTools } from "./undo.ts";
import { weeklyReportTools } from "./weekly_report/tool.ts";

/** Every tool of this toolset. */
export const basicTools: readonly Tool[] = [
  ...connectionTools,
  ...listingTools,
  ...healthTools,
  ...detailsTools,
  ...credentialsTools,
  ...accountTools,
  ...alertsTools,
  ...offersTools,
  ...operationsTools,
  ...myOperationsTools,
  ...auditLogTools,
  ...weeklyReportTools,
  ...diagnosisTools,
  ...plansTools,
  ...undoTools,
];
