/** Files of an application in which malware was found. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { appInput } from "../define/inputs.ts";
import { appFacts } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { chosenFiles, restoreQuestion } from "./quarantine.ts";
import { partInput, readSuite, writeSuite } from "./suite.ts";

const listInfectedFiles = defineTool({
  name: "list_infected_files",
  title: "Infected files",
  toolset: "protection",
  effect: "read",
  description: "Lists the files of an application in which malware was found: infected, cleaned or in quarantine. " +
    AS_IT_CAME,
  input: () => z.strictObject({ ...appInput, ...partInput }),
  output: () => z.looseObject({ ...appOutput, ...replyOutput }),
  handler: async ({ offset, limit, ...input }, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await readSuite(account, found.server, {
      operation: "security_suite_app_files_list",
      path: path`/app/security/${found.app.id}/files`,
      query: { offset, limit },
    });
    return { ...namesOf(found), reply };
  },
});

const restoreQuarantinedFiles = defineAskingTool({
  name: "restore_quarantined_files",
  title: "Restore files from quarantine",
  toolset: "protection",
  effect: "destructive",
  undo: { instead: "start_app_scan, which may find the files again, or restore_app of a backup." },
  description: "Puts files that malware protection cleaned or quarantined back as they were, malware included. " +
    `A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...appInput,
      // Cloudways takes them as one text with commas between them.
      files: z.array(z.string().max(500).regex(/^[^,]+$/, "must be an id or a path without a comma")).min(1).max(50)
        .describe("Their ids, or else paths, as list_infected_files shows them: 17"),
    }),
  output: () => z.looseObject({ ...appOutput, files: z.array(z.string()), ...replyOutput }),
  facts: async ({ files, ...input }, context) => {
    const facts = await appFacts(input, context);
    return { ...facts, chosen: await chosenFiles(context.account, facts, files) };
  },
  question: (facts) => restoreQuestion(facts, facts.chosen),
  handler: async ({ files }, { account }, found) => {
    const reply = await writeSuite(account, {
      operation: "security_suite_app_files_restore",
      method: "POST",
      path: path`/app/security/${found.app.id}/files/restore`,
      form: { ...idsOf(found), files: files.join(",") },
    });
    return { ...namesOf(found), files, reply };
  },
});

/** The tools of this file. */
export const filesTools: readonly Tool[] = [listInfectedFiles, restoreQuarantinedFiles];
