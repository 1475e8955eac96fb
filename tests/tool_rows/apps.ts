import { RESTORE_POINT } from "./listed_at_once.ts";
import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };

const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "shop" }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongWait = [
  { args: { ...APP, wait_seconds: -1 }, names: "wait_seconds" },
  { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" },
];

type Arguments = Record<string, unknown>;

/**
 * A tool that starts work, and sends its arguments under their own names: the further arguments it needs, all it takes,
 * and what it refuses of them.
 */
const starting = (
  tool: string,
  request: string,
  needs: Arguments = {},
  takes: Arguments = {},
  wrong: ToolRow["wrong"] = [],
): ToolRow => ({
  tool,
  minimal: { ...APP, ...needs },
  full: { ...APP_FULL, ...needs, ...takes, ...WAIT },
  sends: {
    minimal: [LISTING, [request, { ...APP_FULL, ...needs }], LOOK],
    full: [LISTING, [request, { ...APP_FULL, ...needs, ...takes }], LOOK],
  },
  wrong: [
    ...wrongApp,
    ...wrongWait,
    ...Object.keys(needs).map((name) => ({ args: { ...APP, ...needs, [name]: undefined }, names: name })),
    ...wrong.map(({ args, names }) => ({ args: { ...APP, ...needs, ...args }, names })),
  ],
});

/** Without a duration it looks back for an hour. Each report is a request of its own. */
const analytics = (kind: string, [resource, other]: readonly [string, string]): ToolRow => {
  const request = `GET /app/analytics/${kind}`;
  const both = [resource, other].flatMap((one): Sent[] => [
    [request, { ...APP_FULL, duration: "1d", resource: one }],
    LOOK,
  ]);
  return {
    tool: `get_app_analytics_${kind}`,
    minimal: { ...APP, resources: [resource] },
    full: { ...APP_FULL, resources: [resource, other], duration: "1d", ...WAIT },
    sends: { minimal: [LISTING, [request, { ...APP_FULL, duration: "1h", resource }], LOOK], full: [LISTING, ...both] },
    wrong: [
      ...wrongApp,
      ...wrongWait,
      { args: APP, names: "resources" },
      { args: { ...APP, resources: [] }, names: "resources" },
      { args: { ...APP, resources: [resource, "top_bandwidth"] }, names: "resources.1" },
      { args: { ...APP, resource: "top_bandwidth" }, names: "resources" },
      { args: { ...APP, resources: [resource], duration: "2h" }, names: "duration" },
    ],
  };
};

const clone = starting("clone_app", "POST /app/clone", { app_label: "Shop copy" }, { project_name: "Shops" }, [
  { args: { app_label: " " }, names: "app_label" },
  { args: { project_name: "" }, names: "project_name" },
]);

const POINT = { time: RESTORE_POINT };
const SENT_POINT = { ...APP_FULL, ...POINT, type: "complete" };

const resetPermissions = starting(
  "reset_app_file_permissions",
  "POST /app/manage/reset_permissions",
  { ownership: "sys_user" },
  {},
  [{ args: { ownership: "root" }, names: "ownership" }],
);
/** The documents show no operation for this one. */
const RESET_AT_ONCE = resetPermissions.sends.full.filter((sent) => sent !== LOOK);

const notDomains = [
  "https://shop.example.com",
  "shop.example.com/path",
  "shop.example.com:8080",
  "shop",
  "192.0.2.1",
  "*.example.com",
  "-shop.example.com",
  "shop..example.com",
  "shop.example.com.",
  "münchen.example.com",
  `${"a".repeat(64)}.example.com`,
  "a.".repeat(126) + "com",
  "",
];

/** The list is read to show it, read again before it is written, and read back afterwards. */
const sentAliases = (aliases: string[]): Sent[] => [
  LISTING,
  LISTING,
  ["POST /app/manage/aliases", { ...APP_FULL, aliases }],
  LISTING,
];

const NEW_CNAME = { cname: "new.example.com" };
/** The old primary domain is kept as an alias, unless it shall go. */
const KEPT: Sent[] = [
  ["POST /app/manage/cname", { ...APP_FULL, ...NEW_CNAME }],
  LOOK,
  ...sentAliases(["www.shop.example.com", "shop.example.com"]),
];
const updateCname: ToolRow = {
  tool: "update_app_cname",
  minimal: { ...APP, ...NEW_CNAME, keep_old_as_alias: false },
  full: { ...APP_FULL, ...NEW_CNAME, keep_old_as_alias: true, ...WAIT },
  wrong: [
    ...wrongApp,
    ...wrongWait,
    ...[undefined, ...notDomains].map((cname) => ({ args: { ...APP, cname }, names: "cname" })),
    { args: { ...APP, ...NEW_CNAME, keep_old_as_alias: "maybe" }, names: "keep_old_as_alias" },
  ],
  sends: {
    minimal: [LISTING, ["POST /app/manage/cname", { ...APP_FULL, ...NEW_CNAME }], LOOK],
    full: [LISTING, ...KEPT, LOOK],
  },
  sendsAfterDocumented: { full: [LISTING, ...KEPT] },
};

const withFull = (row: ToolRow, more: Arguments): ToolRow => ({ ...row, full: { ...row.full, ...more } });

/** The tools for applications. */
export const appsRows: readonly ToolRow[] = [
  // The project is looked up by its name.
  {
    ...clone,
    // Afterwards the copy is looked up.
    sends: {
      minimal: [LISTING, ...clone.sends.minimal],
      full: [["GET /project"], LISTING, ...clone.sends.full],
    },
  },
  {
    ...starting("backup_app", "POST /app/manage/takeBackup"),
    // Afterwards the restore points are listed, for the one that was made.
    sends: always(LISTING, ["GET /app/manage/backup", APP_FULL], LOOK, ["POST /app/manage/takeBackup", APP_FULL], LOOK),
  },
  starting("get_app_restore_points", "GET /app/manage/backup"),
  {
    ...starting("restore_app", "POST /app/manage/restore", POINT, { type: "complete" }, [
      { args: { time: " " }, names: "time" },
      { args: { type: "" }, names: "type" },
      { args: { backup_id: 7 }, names: "backup_id" },
    ]),
    // The restore points are listed by an operation of their own.
    sends: always(LISTING, ["GET /app/manage/backup", APP_FULL], LOOK, ["POST /app/manage/restore", SENT_POINT], LOOK),
  },
  {
    ...starting("rollback_app_restore", "POST /app/manage/rollback"),
    setUp(sandbox) {
      for (const { apps } of sandbox.account().servers) for (const app of apps) app.localBackup = true;
    },
  },
  starting("clear_app_cache", "POST /app/cache/purge"),
  {
    tool: "get_app_varnish_settings",
    minimal: APP,
    full: APP_FULL,
    wrong: wrongApp,
    sends: always(LISTING, ["GET /app/manage/varnish_setting", APP_FULL]),
  },
  {
    tool: "manage_app_varnish",
    minimal: { ...APP, action: "enable" },
    full: { ...APP_FULL, action: "purge" },
    wrong: [
      ...wrongApp,
      { args: APP, names: "action" },
      { args: { ...APP, action: "restart" }, names: "action" },
      { args: { ...APP, state: "enable" }, names: "state" },
    ],
    sends: {
      minimal: [
        LISTING,
        ["GET /app/manage/varnish_setting", APP_FULL],
        ["POST /service/appVarnish", { ...APP_FULL, action: "enable" }],
      ],
      full: [LISTING, ["POST /service/appVarnish", { ...APP_FULL, action: "purge" }]],
    },
  },
  { ...resetPermissions, sendsAfterDocumented: { minimal: RESET_AT_ONCE, full: RESET_AT_ONCE } },
  {
    ...starting("enforce_app_https", "POST /app/manage/enforce_https", { enabled: true }, {}, [
      { args: { enabled: "on" }, names: "enabled" },
      { args: { enabled: undefined, status: "on" }, names: "status" },
      { args: { status: "disable" }, names: "status" },
    ]),
    sends: always(
      LISTING,
      ["GET /app/get_settings_value", APP_FULL],
      ["POST /app/manage/enforce_https", { ...APP_FULL, status: "enable" }],
      LOOK,
    ),
  },
  updateCname,
  {
    tool: "list_domains",
    minimal: {},
    full: { ...APP_FULL, query: "shop" },
    wrong: [{ args: { app_id: 0 }, names: "app_id" }, { args: { server_id: "x" }, names: "server_id" }],
    sends: always(LISTING),
  },
  starting("delete_app_cname", "DELETE /app/manage/cname", {}, {}, [{
    args: { cname: "shop.example.com" },
    names: "cname",
  }]),
  analytics("traffic", ["top_ips", "top_bots"]),
  analytics("php", ["slow_pages", "processes"]),
  // Whether texts are shown is nothing that Cloudways hears of.
  withFull(analytics("mysql", ["slow_queries", "running_queries"]), { literals: true }),
];

/** Changes the domains that the calls of other tools are about, so it comes after all of them. */
export const aliasesRows: readonly ToolRow[] = [
  {
    tool: "update_app_aliases",
    minimal: { ...APP, add: ["shop.example.org"] },
    full: { ...APP_FULL, add: ["*.shop.example.org"], remove: ["www.shop.example.com"], ...WAIT },
    wrong: [
      ...wrongApp,
      ...wrongWait.map(({ args, names }) => ({ args: { ...args, add: ["shop.example.org"] }, names })),
      { args: APP, names: "add" },
      { args: { ...APP, add: [] }, names: "add" },
      { args: { ...APP, remove: [] }, names: "remove" },
      { args: { ...APP, add: ["a.example.org"], replace: [] }, names: "replace" },
      { args: { ...APP, add: ["a.example.org"], remove: ["A.example.org"] }, names: "remove" },
      ...notDomains.filter((domain) => domain !== "*.example.com").flatMap((domain) => [
        { args: { ...APP, add: [domain] }, names: "add" },
        { args: { ...APP, remove: [domain] }, names: "remove" },
        { args: { ...APP, replace: [domain] }, names: "replace" },
      ]),
    ],
    sends: {
      minimal: [...sentAliases(["www.shop.example.com", "shop.example.org"]), LOOK],
      full: [...sentAliases(["*.shop.example.org"]), LOOK],
    },
    sendsAfterDocumented: {
      minimal: sentAliases(["www.shop.example.com", "shop.example.org"]),
      full: sentAliases(["*.shop.example.org"]),
    },
  },
];
