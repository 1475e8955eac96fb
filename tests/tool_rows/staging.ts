import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, LOOK, MADE_PASSWORD, type Sent, type ToolRow } from "./row.ts";

/** A staging copy, and the live application that it was made from. */
const COPY = { app_id: 200003 };
const COPY_FULL = { ...COPY, server_id: 100001 };
const LIVE = { app_id: 200001 };
const LIVE_FULL = { ...LIVE, server_id: 100001 };
const PAIR = { ...COPY_FULL, source_app_id: 200001, source_server_id: 100001 };
const WAIT = { wait_seconds: 30 };
const PARTS = {
  files: true,
  exclude_paths: ["wp-content/cache", "tmp"],
  database: true,
  tables: ["wp_options", "wp_posts"],
};
const SENT_PARTS = {
  appFiles: true,
  excludePath: PARTS.exclude_paths,
  dbFiles: true,
  table: true,
  tableSelected: PARTS.tables,
};
const POINTS: Sent[] = [["GET /app/manage/backup", COPY_FULL], LOOK, ["GET /app/manage/backup", LIVE_FULL], LOOK];

const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "staging" }, names: "app_id" },
];
const wrongWait = [{ args: { ...COPY, wait_seconds: 301 }, names: "wait_seconds" }];

const wrongParts = [
  ...wrongApp,
  { args: COPY, names: "files" },
  { args: { ...COPY, files: false, database: false }, names: "database" },
  { args: { ...COPY, files: true, tables: ["wp_options"] }, names: "tables" },
  { args: { ...COPY, database: true, tables: [] }, names: "tables" },
  { args: { ...COPY, database: true, tables: ["wp options"] }, names: "tables" },
  { args: { ...COPY, database: true, exclude_paths: ["tmp"] }, names: "exclude_paths" },
  { args: { ...COPY, files: true, exclude_paths: ["../etc"] }, names: "exclude_paths" },
  { args: { ...COPY, files: true, exclude_paths: [""] }, names: "exclude_paths" },
  { args: { ...COPY, files: true, wait_seconds: -1 }, names: "wait_seconds" },
];

/** Every application has a restore point from the last 24 hours. */
export function backUpEverything(sandbox: Sandbox): void {
  for (const app of sandbox.account().servers.flatMap(({ apps }) => apps)) {
    // The account says when it was made: its vulnerabilities were fetched a day before.
    const now = (app.vulnerable.fetchedAt ?? 0) + 86_400_000;
    app.backups.push(new Date(now - 3_600_000).toISOString().slice(0, 19));
  }
}

/** The tools for staging copies. */
export const stagingRows: readonly ToolRow[] = [
  {
    tool: "list_staging_apps",
    minimal: {},
    full: { server_id: 100001 },
    sends: always(LISTING),
    wrong: [{ args: { server_id: 0 }, names: "server_id" }, { args: { server_id: "x" }, names: "server_id" }],
  },
  {
    tool: "list_staging_tables",
    minimal: COPY,
    full: { ...COPY_FULL, ...WAIT },
    sends: always(LISTING, ["POST /staging/app/tables", COPY_FULL], LOOK),
    sendsAfterDocumented: always(LISTING, ["POST /staging/app/tables", COPY_FULL]),
    wrong: [...wrongApp, ...wrongWait],
  },
  {
    tool: "get_staging_log",
    minimal: COPY,
    full: COPY_FULL,
    sends: always(LISTING, ["GET /staging/app/logs", COPY_FULL]),
    wrong: wrongApp,
  },
  {
    tool: "create_staging_app",
    minimal: LIVE,
    full: { ...LIVE_FULL, destination_server_id: 100002, ...WAIT },
    // Afterwards the copy is looked for.
    sends: {
      minimal: [LISTING, ["POST /staging/app/cloneApp", LIVE_FULL], LOOK, LISTING],
      full: [
        LISTING,
        ["POST /staging/app/cloneToOtherServer", { ...LIVE_FULL, destination_server_id: 100002 }],
        LOOK,
        LOOK,
        LISTING,
      ],
    },
    wrong: [...wrongApp, ...wrongWait, { args: { ...LIVE, destination_server_id: 0 }, names: "destination_server_id" }],
  },
  {
    tool: "push_staging_app",
    minimal: { ...COPY, files: true },
    full: { ...COPY_FULL, ...PARTS, backup: false, ...WAIT },
    sends: {
      minimal: [LISTING, ["POST /sync/app", { ...PAIR, action: "push", appFiles: true, backup: true }], LOOK],
      full: [LISTING, ["POST /sync/app", { ...PAIR, action: "push", ...SENT_PARTS }], LOOK],
    },
    wrong: [...wrongParts, { args: { ...COPY, files: true, backup: "later" }, names: "backup" }],
  },
  {
    tool: "pull_staging_app",
    minimal: { ...COPY, database: true },
    full: { ...COPY_FULL, ...PARTS, ...WAIT },
    sends: {
      minimal: [
        LISTING,
        ...POINTS,
        ["POST /sync/app", { ...PAIR, action: "pull", dbFiles: true, backup: true }],
        LOOK,
      ],
      full: [LISTING, ...POINTS, ["POST /sync/app", { ...PAIR, action: "pull", ...SENT_PARTS, backup: true }], LOOK],
    },
    setUp: backUpEverything,
    wrong: [...wrongParts, { args: { ...COPY, files: true, backup: false }, names: "backup" }],
  },
  {
    tool: "set_staging_password_prompt",
    minimal: { ...COPY, enabled: true },
    full: { ...COPY_FULL, enabled: true, ...WAIT },
    sends: always(LISTING, ["POST /staging/auth/status", { ...COPY_FULL, action: "enable" }], LOOK),
    wrong: [...wrongApp, ...wrongWait, { args: COPY, names: "enabled" }, {
      args: { ...COPY, enabled: "on" },
      names: "enabled",
    }],
  },
  {
    tool: "delete_staging_backup",
    minimal: COPY,
    full: { ...COPY_FULL, ...WAIT },
    sends: always(LISTING, ["POST /staging/app/deleteBackup", COPY_FULL], LOOK),
    sendsAfterDocumented: always(LISTING, ["POST /staging/app/deleteBackup", COPY_FULL]),
    wrong: [...wrongApp, ...wrongWait],
  },
  {
    tool: "reset_staging_password",
    minimal: COPY,
    full: { ...COPY_FULL, user_name: "client-1", show: "page", ...WAIT },
    sends: {
      minimal: [
        LISTING,
        ["POST /staging/htaccessUpdate", { ...COPY_FULL, username: "staging", password: MADE_PASSWORD }],
        LOOK,
      ],
      full: [
        LISTING,
        ["POST /staging/htaccessUpdate", { ...COPY_FULL, username: "client-1", password: MADE_PASSWORD }],
        LOOK,
      ],
    },
    sendsAfterDocumented: {
      minimal: [
        LISTING,
        ["POST /staging/htaccessUpdate", { ...COPY_FULL, username: "staging", password: MADE_PASSWORD }],
      ],
      full: [
        LISTING,
        ["POST /staging/htaccessUpdate", { ...COPY_FULL, username: "client-1", password: MADE_PASSWORD }],
      ],
    },
    wrong: [
      ...wrongApp,
      ...wrongWait,
      { args: { ...COPY, user_name: "a b" }, names: "user_name" },
      { args: { ...COPY, user_name: "a:b" }, names: "user_name" },
      { args: { ...COPY, show: "nowhere" }, names: "show" },
      { args: { ...COPY, password: "chosen" }, names: "password" },
    ],
  },
];
