import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
/** The queue that the application has. */
const QUEUE = { ...APP, queue_id: 19 };
const QUEUES: Sent = ["GET /app/supervisor", APP_FULL];

const QUEUE_VALUES = {
  connection: "database",
  queue: "high,default",
  processes: 2,
  sleep_seconds: 5,
  timeout_seconds: 90,
  tries: 3,
  environment: "production",
  artisan_path: "public_html/app/artisan",
};

type Wrong = ToolRow["wrong"];

const wrongApp: Wrong = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "shop" }, names: "app_id" },
];
const wrongQueue: Wrong = [
  ...wrongApp.map(({ args, names }) => ({ args: { queue_id: 19, ...args }, names })),
  { args: APP, names: "queue_id" },
  { args: { ...APP, queue_id: 0 }, names: "queue_id" },
  { args: { ...APP, queue_id: "shopuser_1" }, names: "queue_id" },
];

const wrongValues: [name: string, value: unknown][] = [
  ["connection", undefined],
  ["connection", "redis; rm"],
  ["connection", "-q"],
  ["queue", "high default"],
  ["queue", "--once"],
  ["processes", 0],
  ["processes", 101],
  ["sleep_seconds", -1],
  ["timeout_seconds", 86_401],
  ["tries", -1],
  ["environment", "a b"],
  ["artisan_path", "/etc/artisan"],
  ["artisan_path", "../artisan"],
  ["artisan_path", "public_html/./artisan"],
  ["artisan_path", "public_html/artisan --help"],
];

/** The tools for Supervisord's queues. */
export const queuesRows: readonly ToolRow[] = [
  {
    tool: "list_queues",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, QUEUES, ["GET /supervisor/queue/status", APP_FULL]),
    wrong: wrongApp,
  },
  {
    tool: "create_queue",
    minimal: { ...APP, connection: "redis" },
    full: { ...APP_FULL, ...QUEUE_VALUES },
    sends: {
      minimal: [LISTING, QUEUES, ["POST /app/supervisor", {
        ...APP_FULL,
        queues_list: {
          connection: "redis",
          queue: "default",
          procs: 1,
          sleep: 3,
          timeout: 60,
          tries: 0,
          artisan_path: "public_html/artisan",
        },
      }]],
      full: [LISTING, QUEUES, ["POST /app/supervisor", {
        ...APP_FULL,
        queues_list: {
          connection: "database",
          queue: "high,default",
          procs: 2,
          sleep: 5,
          timeout: 90,
          tries: 3,
          env: "production",
          artisan_path: "public_html/app/artisan",
        },
      }]],
    },
    wrong: [
      ...wrongApp.map(({ args, names }) => ({ args: { connection: "redis", ...args }, names })),
      ...wrongValues.map(([name, value]) => ({ args: { ...APP, connection: "redis", [name]: value }, names: name })),
    ],
  },
  {
    tool: "restart_queue",
    minimal: QUEUE,
    full: { ...QUEUE, server_id: 100001 },
    sends: always(LISTING, QUEUES, ["POST /supervisor/queue/restart", { ...APP_FULL, queue_id: "19" }]),
    wrong: wrongQueue,
  },
  {
    tool: "delete_queue",
    minimal: QUEUE,
    full: { ...QUEUE, server_id: 100001 },
    sends: always(LISTING, QUEUES, ["DELETE /app/supervisor/19", { ...APP_FULL, id: 19 }]),
    wrong: wrongQueue,
  },
];
