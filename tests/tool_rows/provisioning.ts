import type { Sandbox, ServerState } from "../sandbox/mod.ts";
import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };
const PROJECTS: Sent = ["GET /project"];
/** What Cloudways offers. */
const PLACES: Sent[] = [["GET /providers"], ["GET /regions"], ["GET /server_sizes"]];
const APPS: Sent = ["GET /apps"];

const PLACE = { provider: "do", region: "nyc3", size: "4GB" };
const SENT_PLACE = { cloud: "do", region: "nyc3", instance_type: "4GB" };
const AMAZON = { provider: "amazon", region: "us-east-1", size: "Medium", data_volume_gb: 40, db_volume_gb: 30 };
const SENT_AMAZON = {
  cloud: "amazon",
  region: "us-east-1",
  instance_type: "Medium",
  data_volume_size: 40,
  db_volume_size: 30,
};
const WORDPRESS = { application: "wordpress", app_version: "6.8" };
const NEW_SERVER = { ...PLACE, ...WORDPRESS, server_label: "Shops EU", app_label: "Shop" };
const NEW_APP = { ...SERVER, ...WORDPRESS, app_label: "Blog" };
const COPY = { ...SERVER, ...PLACE, app_label: "Shop copy" };

type Wrong = ToolRow["wrong"];

const wrongServer: Wrong = [
  { args: {}, names: "server_id" },
  { args: { server_id: "abc" }, names: "server_id" },
  { args: { server_id: 0 }, names: "server_id" },
];
const wrongApp: Wrong = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "shop" }, names: "app_id" },
];

/** Arguments that are wrong in one member. */
const wrongIn = (minimal: Record<string, unknown>, ...wrong: [name: string, value: unknown][]): Wrong =>
  wrong.map(([name, value]) => ({ args: { ...minimal, [name]: value }, names: name }));

const wrongWait = (minimal: Record<string, unknown>): Wrong =>
  wrongIn(minimal, ["wait_seconds", -1], ["wait_seconds", 301]);

/** Changes the first server. */
const firstServerIs = (state: Partial<ServerState>) => (sandbox: Sandbox) =>
  void Object.assign(sandbox.account().servers[0] ?? {}, state);

const AT_AMAZON = { cloud: "amazon", instance_type: "Medium", data_volume_size: 20, db_volume_size: 20 };
const AT_DO = { cloud: "do", instance_type: "2GB", storage: null };
const OFFERED = { transfer: { id: 123, email: "new-owner@example.com" } };

/** Where a project has this name, so that applications can be put into it. */
function nameAProject(sandbox: Sandbox): void {
  const [project] = sandbox.account().projects;
  if (project !== undefined) project.name = "Default";
}

/**
 * The tools that make, change and delete servers and applications. The ones that leave the least behind come last, so that
 * calls of one tool after the other find something.
 */
export const provisioningRows: readonly ToolRow[] = [
  {
    tool: "create_server",
    minimal: NEW_SERVER,
    full: { ...NEW_SERVER, ...AMAZON, project_name: "Default", ...WAIT },
    setUp: nameAProject,
    sends: {
      minimal: [
        LISTING,
        ...PLACES,
        APPS,
        ["POST /server", { ...SENT_PLACE, ...WORDPRESS, server_label: "Shops EU", app_label: "Shop" }],
        LOOK,
        LISTING,
      ],
      full: [
        LISTING,
        ...PLACES,
        APPS,
        PROJECTS,
        ["POST /server", {
          ...SENT_AMAZON,
          ...WORDPRESS,
          server_label: "Shops EU",
          app_label: "Shop",
          project_name: "Default",
        }],
        LOOK,
        LISTING,
      ],
    },
    wrong: [
      ...Object.keys(NEW_SERVER).map((name) => ({ args: { ...NEW_SERVER, [name]: undefined }, names: name })),
      ...wrongIn(
        NEW_SERVER,
        ["provider", "hetzner"],
        ["region", "x".repeat(61)],
        ["server_label", "  "],
        ["server_label", "x".repeat(51)],
        ["app_label", ""],
        ["project_name", ""],
        ["data_volume_gb", 0],
        ["db_volume_gb", "large"],
      ),
      ...wrongWait(NEW_SERVER),
    ],
  },
  {
    tool: "clone_server",
    minimal: COPY,
    full: { ...COPY, ...AMAZON, ...APP, also_copy: ["server_settings", "app_crons"], ...WAIT },
    sends: {
      minimal: [
        LISTING,
        ...PLACES,
        ["POST /server/cloneServer", { source_server_id: 100001, ...SENT_PLACE, app_label: "Shop copy" }],
        LOOK,
        LISTING,
      ],
      full: [
        LISTING,
        ...PLACES,
        ["POST /server/cloneServer", {
          source_server_id: 100001,
          ...SENT_AMAZON,
          app_label: "Shop copy",
          application_id: 200001,
          advance_clone: true,
          server_settings: true,
          app_domains: false,
          app_crons: true,
          app_supervisor_jobs: false,
          app_settings: false,
          app_credentials: false,
          team_access: false,
        }],
        LOOK,
        LISTING,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...PLACE, app_label: "Shop copy", ...args }, names })),
      ...wrongIn(
        COPY,
        ["provider", undefined],
        ["region", undefined],
        ["size", undefined],
        ["app_label", undefined],
        ["app_label", " "],
        ["app_id", 0],
        ["also_copy", ["everything"]],
        ["also_copy", []],
        ["block_storage_gb", 0],
        ["data_volume_gb", -1],
      ),
      ...wrongWait(COPY),
    ],
  },
  {
    tool: "resize_server",
    minimal: { ...SERVER, size: "4GB" },
    full: { ...SERVER, size: "4GB", ...WAIT },
    sends: always(
      LISTING,
      ["GET /server_sizes"],
      ["POST /server/scaleServer", { ...SERVER, instance_type: "4GB" }],
      LOOK,
    ),
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { size: "4GB", ...args }, names })),
      ...wrongIn({ ...SERVER, size: "4GB" }, ["size", undefined], ["size", ""]),
      ...wrongWait({ ...SERVER, size: "4GB" }),
    ],
  },
  {
    tool: "resize_server_volume",
    minimal: { ...SERVER, volume: "data", size_gb: 40 },
    full: { ...SERVER, volume: "database", size_gb: 60, ...WAIT },
    setUp: firstServerIs(AT_AMAZON),
    sends: {
      minimal: [LISTING, ["POST /server/scaleVolume", { ...SERVER, volume_type: "data", volume_size: 40 }], LOOK],
      full: [LISTING, ["POST /server/scaleVolume", { ...SERVER, volume_type: "db", volume_size: 60 }], LOOK],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { volume: "data", size_gb: 40, ...args }, names })),
      ...wrongIn(
        { ...SERVER, volume: "data", size_gb: 40 },
        ["volume", undefined],
        ["volume", "db"],
        ["size_gb", undefined],
        ["size_gb", 0],
        ["size_gb", 1.5],
      ),
      ...wrongWait({ ...SERVER, volume: "data", size_gb: 40 }),
    ],
  },
  {
    tool: "set_server_block_storage",
    minimal: { ...SERVER, action: "attach", size_gb: 100 },
    full: { ...SERVER, action: "attach", size_gb: 100, ...WAIT },
    setUp: firstServerIs(AT_DO),
    sends: always(LISTING, ["POST /server/attachStorage", { ...SERVER, server_storage: 100 }], LOOK),
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { action: "attach", size_gb: 100, ...args }, names })),
      ...wrongIn(
        { ...SERVER, action: "attach", size_gb: 100 },
        ["action", undefined],
        ["action", "detach"],
        ["size_gb", undefined],
        ["size_gb", -5],
      ),
      ...wrongWait({ ...SERVER, action: "attach", size_gb: 100 }),
    ],
  },
  {
    tool: "create_app",
    minimal: NEW_APP,
    full: { ...NEW_APP, project_name: "Default", ...WAIT },
    setUp: nameAProject,
    sends: {
      minimal: [LISTING, APPS, ["POST /app", NEW_APP], LOOK, LISTING],
      full: [LISTING, APPS, PROJECTS, ["POST /app", { ...NEW_APP, project_name: "Default" }], LOOK, LISTING],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...WORDPRESS, app_label: "Blog", ...args }, names })),
      ...wrongIn(
        NEW_APP,
        ["application", undefined],
        ["app_version", undefined],
        ["app_label", undefined],
        ["app_label", "x".repeat(51)],
        ["project_name", ""],
      ),
      ...wrongWait(NEW_APP),
    ],
  },
  {
    tool: "clone_app_to_server",
    minimal: { ...APP, destination_server_id: 100002, app_label: "Shop copy" },
    full: { ...APP_FULL, destination_server_id: 100002, app_label: "Shop copy", ...WAIT },
    needsTwoServers: true,
    sends: always(
      LISTING,
      ["POST /app/cloneToOtherServer", { ...APP_FULL, destination_server_id: 100002, app_label: "Shop copy" }],
      LOOK,
      LOOK,
      LISTING,
    ),
    wrong: [
      ...wrongApp.map(({ args, names }) => ({
        args: { destination_server_id: 100002, app_label: "Shop copy", ...args },
        names,
      })),
      ...wrongIn(
        { ...APP, destination_server_id: 100002, app_label: "Shop copy" },
        ["destination_server_id", undefined],
        ["destination_server_id", 0],
        ["app_label", undefined],
        ["app_label", ""],
      ),
      ...wrongWait({ ...APP, destination_server_id: 100002, app_label: "Shop copy" }),
    ],
  },
  {
    tool: "offer_server_transfer",
    minimal: { ...SERVER, email: "new-owner@example.com" },
    full: { ...SERVER, email: "new-owner@example.com" },
    setUp: firstServerIs({ transfer: null }),
    sends: always(LISTING, ["POST /server_transfer/request", { ...SERVER, email: "new-owner@example.com" }]),
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { email: "new-owner@example.com", ...args }, names })),
      ...wrongIn(SERVER, ["email", undefined], ["email", "new-owner"], ["email", "a@b"]),
    ],
  },
  {
    tool: "get_server_transfer",
    minimal: SERVER,
    full: SERVER,
    sends: always(LISTING, ["POST /server_transfer/status", SERVER]),
    wrong: wrongServer,
  },
  {
    tool: "cancel_server_transfer",
    minimal: SERVER,
    full: SERVER,
    setUp: firstServerIs(OFFERED),
    sends: always(LISTING, ["POST /server_transfer/cancel", SERVER]),
    wrong: wrongServer,
  },
  {
    tool: "rename_app",
    minimal: { ...APP, label: "Shop EU" },
    full: { ...APP_FULL, label: "Shop EU" },
    sends: always(LISTING, ["PUT /app/200001", { ...APP_FULL, label: "Shop EU" }]),
    wrong: [
      ...wrongApp.map(({ args, names }) => ({ args: { label: "Shop EU", ...args }, names })),
      ...wrongIn(APP, ["label", undefined], ["label", " "], ["label", "x".repeat(51)]),
    ],
  },
  {
    tool: "rename_server",
    minimal: { ...SERVER, label: "Production EU" },
    full: { ...SERVER, label: "Production EU" },
    sends: always(LISTING, ["PUT /server/100001", { ...SERVER, label: "Production EU" }]),
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { label: "Production EU", ...args }, names })),
      ...wrongIn(SERVER, ["label", undefined], ["label", ""], ["label", "x".repeat(51)]),
    ],
  },
  {
    tool: "delete_app",
    minimal: APP,
    full: { ...APP_FULL, ...WAIT },
    sends: always(LISTING, ["DELETE /app/200001", APP_FULL], LOOK),
    wrong: [...wrongApp, ...wrongWait(APP)],
  },
  {
    tool: "delete_server",
    minimal: SERVER,
    full: { ...SERVER, ...WAIT },
    sends: always(LISTING, ["DELETE /server/100001", SERVER], LOOK),
    wrong: [...wrongServer, ...wrongWait(SERVER)],
  },
];
