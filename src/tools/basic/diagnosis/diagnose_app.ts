/** The tool that says why an application is slow or fails. */
import * as z from "zod";
import { declare } from "../../../confirm/declared_input.ts";
import { appInput, waitSeconds } from "../../define/inputs.ts";
import { moment } from "../../define/moments.ts";
import { record, records } from "../../define/outputs.ts";
import { appOutput } from "../../define/targets.ts";
import { defineTool, type Tool } from "../../define/tool.ts";
import { answerOf } from "./answer.ts";
import { gather } from "./gather.ts";
import { spanOf } from "./span.ts";
import { findTarget } from "./target.ts";

const diagnoseApp = defineTool({
  name: "diagnose_app",
  title: "Why a site is slow",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Says why a site is slow, fails or is down: services, CPU, memory, disk, slow pages and queries, traffic, " +
    "cron, cache, certificate, deployments, backups, alerts. Gives causes, evidence, next steps. Starts work on the " +
    "server; up to 30 requests.",
  input: () =>
    z.strictObject({
      app_id: z.int().min(1).meta(declare({ role: "target" })).optional().describe("Id from list_servers."),
      server_id: appInput.server_id,
      domain: z.string().min(1).max(253).optional().describe("Or this: shop.example.com"),
      since: moment.optional().describe("When it began: 2026-08-01T14:00:00Z"),
      wait_seconds: waitSeconds(45),
    }).refine(({ app_id, domain }) => (app_id === undefined) !== (domain === undefined), {
      path: ["app_id"],
      message: "give either app_id or domain",
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      checked_at: z.string(),
      summary: z.string(),
      causes: records,
      timeline: records,
      figures: record,
      not_looked_at: records,
    }),
  handler: async ({ since, wait_seconds, ...named }, context) => {
    const span = spanOf(since, context.clock.now());
    const found = await findTarget(context.account, named);
    return answerOf(await gather(context, found, span, wait_seconds));
  },
});

/** The tools of this file. */
export const diagnosisTools: readonly Tool[] = [diagnoseApp];
