/** Scans of an application for malware. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { appInput } from "../define/inputs.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { partInput, readSuite, writeSuite } from "./suite.ts";

const scanOutput = () => z.looseObject({ ...appOutput, ...replyOutput });

const listAppScans = defineTool({
  name: "list_app_scans",
  title: "Malware scans",
  toolset: "protection",
  effect: "read",
  description: `Lists the malware scans of an application and their results. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...appInput, ...partInput }),
  output: scanOutput,
  handler: async ({ offset, limit, ...input }, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await readSuite(account, found.server, {
      operation: "security_suite_app_scans_list",
      path: path`/app/security/${found.app.id}/scans`,
      query: { offset, limit },
    });
    return { ...namesOf(found), reply };
  },
});

const startAppScan = defineTool({
  name: "start_app_scan",
  title: "Start a malware scan",
  toolset: "protection",
  effect: "write",
  undo: { none: "a scan changes nothing that could be put back" },
  description: "Starts a malware scan of an application now; it needs malware protection. Follow it with " +
    `get_app_scan. ${AS_IT_CAME}`,
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, ...replyOutput, next_step: z.string() }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await writeSuite(account, {
      operation: "security_suite_app_scan_start",
      method: "POST",
      path: path`/app/security/${found.app.id}/scans`,
      form: idsOf(found),
    });
    return { ...namesOf(found), reply, next_step: "See how far it is with get_app_scan." };
  },
});

const getAppScan = defineTool({
  name: "get_app_scan",
  title: "One malware scan",
  toolset: "protection",
  effect: "read",
  description: "Shows how far the current malware scan of an application is, or with scan_id what one scan found. " +
    AS_IT_CAME,
  input: () =>
    z.strictObject({
      ...appInput,
      // Without a digit it could be another part of the API.
      scan_id: z.string().regex(/^(?=.*\d)[\w-]{1,64}$/, "must be a scan id, such as 42").optional()
        .describe("From list_app_scans or start_app_scan: 42"),
    }),
  output: scanOutput,
  handler: async ({ scan_id, ...input }, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await readSuite(
      account,
      found.server,
      scan_id === undefined
        ? {
          operation: "security_suite_app_scan_status_get",
          path: path`/app/security/${found.app.id}/scans/status`,
        }
        : {
          operation: "security_suite_app_scan_details_get",
          path: path`/app/security/${found.app.id}/scans/${scan_id}`,
        },
    );
    return { ...namesOf(found), reply };
  },
});

/** The tools of this file. */
export const scansTools: readonly Tool[] = [listAppScans, startAppScan, getAppScan];
