import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const stagingPhrases: readonly PhraseRow[] = [
  ["which test copies do we have", "list_staging_apps"],
  ["which live site does this staging belong to", "list_staging_apps"],
  ["I need a test copy of my website", "create_staging_app"],
  ["try a redesign without touching the live site", "create_staging_app"],
  ["set up a dev environment for the shop", "create_staging_app"],
  ["go live with the changes", "push_staging_app"],
  ["publish what I built on the test site", "push_staging_app"],
  ["deploy staging to production", "push_staging_app"],
  ["refresh the test copy with current orders", "pull_staging_app"],
  ["sync production down into staging", "pull_staging_app"],
  ["which database tables can I choose when going live", "list_staging_tables"],
  ["the client should see the test site without a login box", "set_staging_password_prompt"],
  ["protect staging with basic auth", "set_staging_password_prompt"],
  ["I forgot the htaccess login of the test site", "reset_staging_password"],
  ["new password for staging", "reset_staging_password"],
  ["what was pushed to production and when", "get_staging_log"],
  ["did the sync go through", "get_staging_log"],
  ["remove the copy that was saved before going live", "delete_staging_backup"],
  ["go live", "push_staging_app"],
  ["push", "push_staging_app"],
];
