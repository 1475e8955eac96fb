import { backUpEverything } from "../tool_rows/staging.ts";
import { always, APP, never, type ToolCases } from "./case.ts";

/** A staging copy of the application that the other cases are about. */
const COPY = { app_id: 200003 };

/** The tools for staging copies. */
export const stagingCases: Record<string, ToolCases> = {
  create_staging_app: { sends: "staging_app_clone", args: APP, cases: never("adds, and leaves all as it is") },
  list_staging_tables: { sends: "staging_sync_tables", args: COPY, cases: never("lists, as far as is known") },
  push_staging_app: {
    sends: "staging_sync_code",
    args: COPY,
    cases: [
      { args: { files: true }, present: "a pair", asks: true, why: "overwrites the live site" },
      { args: { database: true, backup: false }, present: "a pair", asks: true, why: "overwrites the live site" },
    ],
  },
  pull_staging_app: {
    sends: "staging_sync_code",
    args: { ...COPY, files: true },
    cases: [{
      present: "a backup of both sides",
      setUp: (_app, _server, sandbox) => backUpEverything(sandbox),
      asks: true,
      why: "overwrites one of them",
    }],
  },
  set_staging_password_prompt: {
    sends: "staging_auth_status_update",
    args: COPY,
    cases: [
      { args: { enabled: true }, present: "any", asks: false, why: "closes the site to strangers" },
      { args: { enabled: false }, present: "on", asks: true, why: "opens the site to everybody" },
      {
        args: { enabled: false },
        present: "off",
        setUp: (_app, { apps }) => void (apps[2] && (apps[2].staging.prompt.enabled = false)),
        asks: true,
        why: "the present state can't be read",
      },
    ],
  },
  delete_staging_backup: { sends: "staging_local_backup_delete", args: COPY, cases: always("deletes a backup") },
  reset_staging_password: {
    sends: "staging_htaccess_update",
    args: COPY,
    cases: [
      { args: { show: "page" }, present: "any", asks: false, why: "the person sees it, and nobody else" },
      { args: { show: "answer" }, present: "any", asks: true, why: "the assistant sees it" },
    ],
  },
};
