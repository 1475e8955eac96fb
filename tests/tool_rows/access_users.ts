import { keyPem, testKey } from "../support/certificates.ts";
import { SSH_KEYS } from "../support/ssh_keys.ts";
import { always, LISTING, LOOK, MADE_PASSWORD, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, ...SERVER };
const WAIT = { wait_seconds: 1 };
/** The additional user that every application of the demo account has, and the keys of that user and of the server. */
const USER = { app_user_id: 500001 };
const USER_KEY = { ssh_key_id: 900001 };
const SERVER_KEY = { ssh_key_id: 400001 };
const NEW = { user_name: "freelancer-1" };

const SHOWN = { show: "page" };
const USERS: Sent = ["GET /app/creds", APP_FULL];

const wrongServer = [
  { args: {}, names: "server_id" },
  { args: { server_id: 1.5 }, names: "server_id" },
];
const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongUser = [
  ...wrongApp,
  { args: APP, names: "app_user_id" },
  { args: { ...APP, app_user_id: 0 }, names: "app_user_id" },
  { args: { ...APP, app_user_id: "deploy" }, names: "app_user_id" },
];
/** Names that are none, and passwords that somebody else chose. */
const wrongNames = (args: Record<string, unknown>) =>
  ["", "a", "Freelancer", "1st", "-x", "free lancer", "free;rm", "../x", "ü-user", "x".repeat(33)]
    .map((user_name) => ({ args: { ...args, user_name }, names: "user_name" }));
const wrongShow = (args: Record<string, unknown>) => [
  { args: { ...args, show: "nowhere" }, names: "show" },
  { args: { ...args, password: "chosen" }, names: "password" },
];

const PUBLIC_KEY = SSH_KEYS.ed25519.text;
const KEY = { label: "laptop", public_key: PUBLIC_KEY };
const SENT_KEY = { ssh_key_name: "laptop", ssh_key: PUBLIC_KEY };
const wrongKeys = [
  keyPem(testKey(1)),
  `${PUBLIC_KEY}\n${SSH_KEYS.rsa.text}`,
  `command="id" ${PUBLIC_KEY}`,
  "ssh-ed25519 AAAAEXAMPLE ci",
  "",
];
const wrongLabels = ["", "a\nb", "a\u202eb", "x".repeat(101)];
const wrongKeyId = [
  { args: { ...SERVER, label: "x" }, names: "ssh_key_id" },
  { args: { ...SERVER, label: "x", ssh_key_id: "laptop" }, names: "ssh_key_id" },
  { args: { ...SERVER, ...SERVER_KEY, label: "x", app_id: 0 }, names: "app_id" },
];

/** A tool that makes a password for something that an application has of its own. */
const resetOnApp = (tool: string, request: string): ToolRow => ({
  tool,
  minimal: APP,
  full: { ...APP_FULL, ...SHOWN },
  sends: always(LISTING, [request, { ...APP_FULL, password: MADE_PASSWORD }]),
  wrong: [...wrongApp, ...wrongShow(APP)],
});

/** The rows of the tools for users, passwords and SSH keys. */
export const accessUsersRows: readonly ToolRow[] = [
  {
    tool: "list_app_users",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, USERS),
    wrong: wrongApp,
  },
  {
    tool: "create_app_user",
    minimal: { ...APP, ...NEW },
    full: { ...APP_FULL, ...NEW, ...SHOWN },
    sends: always(LISTING, USERS, [
      "POST /app/creds",
      { ...APP_FULL, username: NEW.user_name, password: MADE_PASSWORD },
    ]),
    wrong: [...wrongApp, { args: APP, names: "user_name" }, ...wrongNames(APP), ...wrongShow({ ...APP, ...NEW })],
  },
  {
    tool: "reset_app_user_password",
    minimal: { ...APP, ...USER },
    full: { ...APP_FULL, ...USER, ...SHOWN },
    sends: always(LISTING, USERS, [
      "PUT /app/creds/500001",
      { ...APP_FULL, app_cred_id: 500001, username: "deploy", password: MADE_PASSWORD },
    ]),
    wrong: [...wrongUser, ...wrongShow({ ...APP, ...USER })],
  },
  {
    tool: "delete_app_user",
    minimal: { ...APP, ...USER },
    full: { ...APP_FULL, ...USER },
    sends: always(LISTING, USERS, ["DELETE /app/creds/500001", { ...APP_FULL, app_cred_id: 500001 }]),
    wrong: wrongUser,
  },
  resetOnApp("reset_database_password", "POST /app/manage/dbPassword"),
  {
    ...resetOnApp("reset_admin_password", "POST /app/creds/changeAdminCredentials"),
    full: { ...APP_FULL, ...SHOWN, ...WAIT },
    sends: always(LISTING, [
      "POST /app/creds/changeAdminCredentials",
      { ...APP_FULL, password: MADE_PASSWORD },
    ], LOOK),
    wrong: [...wrongApp, ...wrongShow(APP), { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" }],
  },
  {
    tool: "reset_master_password",
    minimal: SERVER,
    full: { ...SERVER, ...SHOWN },
    sends: always(LISTING, ["POST /server/manage/masterPassword", { ...SERVER, password: MADE_PASSWORD }]),
    wrong: [...wrongServer, ...wrongShow(SERVER)],
  },
  {
    tool: "rename_master_user",
    minimal: { ...SERVER, user_name: "captain" },
    full: { ...SERVER, user_name: "captain" },
    // The name is read to show it, read again before it is written, and read back afterwards.
    sends: always(
      LISTING,
      LISTING,
      ["POST /server/manage/masterUsername", { ...SERVER, username: "captain" }],
      LISTING,
    ),
    wrong: [...wrongServer, { args: SERVER, names: "user_name" }, ...wrongNames(SERVER)],
  },
  {
    tool: "add_ssh_key",
    minimal: { ...SERVER, ...KEY },
    full: { ...APP_FULL, ...USER, ...KEY },
    sends: {
      minimal: [LISTING, ["POST /ssh_key", { ...SERVER, ...SENT_KEY }]],
      full: [LISTING, USERS, ["POST /ssh_key", { ...SERVER, ...SENT_KEY, app_creds_id: 500001 }]],
    },
    wrong: [
      { args: KEY, names: "server_id" },
      { args: { ...SERVER, ...KEY, label: null }, names: "label" },
      { args: { ...SERVER, label: "laptop" }, names: "public_key" },
      // A key for one application must never open the whole server.
      { args: { ...APP_FULL, ...KEY }, names: "app_user_id" },
      { args: { ...SERVER, ...USER, ...KEY }, names: "app_id" },
      ...wrongKeys.map((public_key) => ({ args: { ...SERVER, ...KEY, public_key }, names: "public_key" })),
      ...wrongLabels.map((label) => ({ args: { ...SERVER, ...KEY, label }, names: "label" })),
    ],
  },
  {
    tool: "rename_ssh_key",
    minimal: { ...SERVER, ...SERVER_KEY, label: "office laptop" },
    full: { ...APP_FULL, ...USER_KEY, label: "office laptop" },
    sends: {
      minimal: [LISTING, ["PUT /ssh_key/400001", { ...SERVER, ...SERVER_KEY, ssh_key_name: "office laptop" }]],
      full: [LISTING, USERS, ["PUT /ssh_key/900001", { ...SERVER, ...USER_KEY, ssh_key_name: "office laptop" }]],
    },
    wrong: [
      ...wrongServer,
      ...wrongKeyId,
      { args: { ...SERVER, ...SERVER_KEY }, names: "label" },
      ...wrongLabels.map((label) => ({ args: { ...SERVER, ...SERVER_KEY, label }, names: "label" })),
    ],
  },
  {
    tool: "delete_ssh_key",
    minimal: { ...SERVER, ...SERVER_KEY },
    full: { ...APP_FULL, ...USER_KEY },
    sends: {
      minimal: [LISTING, ["DELETE /ssh_key/400001", { ...SERVER, ...SERVER_KEY }]],
      full: [LISTING, USERS, ["DELETE /ssh_key/900001", { ...SERVER, ...USER_KEY }]],
    },
    wrong: [
      ...wrongServer,
      { args: SERVER, names: "ssh_key_id" },
      { args: { ...SERVER, ssh_key_id: -1 }, names: "ssh_key_id" },
    ],
  },
];
