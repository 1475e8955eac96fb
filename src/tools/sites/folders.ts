/** Which folder of an application its visitors get. Cloudways' listing has both settings, and may not tell them. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";
import { memberOf } from "../../text/member.ts";
import { appInput } from "../define/inputs.ts";
import { anyReply } from "../define/outputs.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";

const FOLDER = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?$/;
const NOT_DOCUMENTED = "Cloudways' answer is not documented; it is shown as it came.";
const UNDONE = "It can be undone by setting the former one, where Cloudways tells it.";

/** A folder as the listing has it; undefined where it does not tell. */
function folderOf({ app }: FoundApp, name: "webroot" | "symlink"): string | null | undefined {
  const value = memberOf(app, name);
  return typeof value === "string" || value === null ? value : undefined;
}
const reply = z.unknown();

const setAppWebroot = defineAskingTool({
  name: "set_app_webroot",
  title: "Web root",
  toolset: "sites",
  effect: "destructive",
  idempotent: true,
  description: "Sets the folder of an application that is served as its web root, such as public_html/public for " +
    `Laravel. A person has to approve it. ${NOT_DOCUMENTED}`,
  input: () =>
    z.strictObject({
      ...appInput,
      webroot: z.string().max(250).refine(
        (folder) => FOLDER.test(folder),
        "must be a folder such as public_html/public",
      )
        .describe("From the application's own folder: public_html/public"),
    }),
  output: () => z.looseObject({ ...appOutput, webroot: z.string(), reply }),
  facts: appFacts,
  question: (facts, { webroot }): Question => ({
    headline: `Serve another folder of application ${facts.app.id} as its web root.`,
    ...onApp(facts),
    consequences: [
      "Visitors get what is in that folder; if it is not there, or is the wrong one, the site fails.",
      "Files in it that were not meant for visitors can be read by them.",
      UNDONE,
    ],
    facts: [{ name: "New web root", values: [webroot] }],
  }),
  handler: async ({ webroot }, { account }, found) => {
    const reply = await account.write({
      operation: "app_webroot_update",
      method: "POST",
      path: path`/app/manage/webroot`,
      form: { ...idsOf(found), webroot },
      reply: anyReply,
      mayBeEmpty: true,
    });
    return { ...namesOf(found), webroot, reply };
  },
  undo: {
    state: (facts) => ({ "Web root": folderOf(facts, "webroot") ?? null }),
    about: onApp,
    // Nothing is known to stand for the folder of a new application.
    reverse: (_before, facts, { webroot }) => ({
      after: { "Web root": webroot },
      arguments: folderOf(facts, "webroot") ? { app_id: facts.app.id, webroot: folderOf(facts, "webroot") } : undefined,
    }),
  },
});

const setAppSymlink = defineAskingTool({
  name: "set_app_symlink",
  title: "Symbolic link",
  toolset: "sites",
  effect: "destructive",
  idempotent: true,
  description:
    "Makes a symbolic link in the folder of an application, such as to the current release of a deployment, " +
    `or removes it. A person has to approve it. ${NOT_DOCUMENTED}`,
  input: () =>
    z.strictObject({
      ...appInput,
      symlink: z.string().max(250).refine(
        (folder) => folder === "" || FOLDER.test(folder),
        "must be a folder, or empty",
      )
        .describe("What it points to: current. Empty removes it."),
    }),
  output: () => z.looseObject({ ...appOutput, symlink: z.string(), reply }),
  facts: appFacts,
  question: (facts, { symlink }): Question => ({
    headline: `${symlink === "" ? "Remove" : "Set"} the symbolic link of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Visitors may get other files than now; if the link leads to nothing, the site fails.",
      UNDONE,
    ],
    facts: [{ name: "New link", values: symlink === "" ? [] : [symlink] }],
  }),
  handler: async ({ symlink }, { account }, found) => {
    const reply = await account.write({
      operation: "app_symlink_update",
      method: "POST",
      path: path`/app/manage/symlink`,
      form: { ...idsOf(found), symlink },
      reply: anyReply,
      mayBeEmpty: true,
    });
    return { ...namesOf(found), symlink, reply };
  },
  undo: {
    state: (facts) => ({ "Symbolic link": linkOf(facts) ?? null }),
    about: onApp,
    reverse: (_before, facts, { symlink }) => ({
      after: { "Symbolic link": symlink },
      arguments: linkOf(facts) === undefined ? undefined : { app_id: facts.app.id, symlink: linkOf(facts) },
    }),
  },
});

/** The link; empty for none, undefined where it is not told. */
function linkOf(found: FoundApp): string | undefined {
  const link = folderOf(found, "symlink");
  return link === null ? "" : link;
}

/** The tools of this file. */
export const foldersTools: readonly Tool[] = [setAppWebroot, setAppSymlink];
