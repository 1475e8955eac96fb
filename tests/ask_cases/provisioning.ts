import type { ServerState } from "../sandbox/mod.ts";
import { always, APP, type Change, leavesOut, never, SERVER, type ToolCases } from "./case.ts";

const PLACE = { provider: "do", region: "nyc3", size: "4GB" };
const WORDPRESS = { application: "wordpress", app_version: "6.8" };

/** The server is at that provider, with these disks. */
const serverIs = (state: Partial<ServerState>): Change => (_app, server) => void Object.assign(server, state);

const AT_AMAZON = { cloud: "amazon", instance_type: "Medium", data_volume_size: 20, db_volume_size: 20 };

const appsNotTold: Change = (_app, server) => void server.untold.push("apps");
const notTold = (...names: string[]): Change => (_app, server) => void server.untold.push(...names);

/** The tools that make, change and delete servers and applications. */
export const provisioningCases: Record<string, ToolCases> = {
  create_server: {
    sends: "server_create",
    args: { ...PLACE, ...WORDPRESS, server_label: "Shops EU", app_label: "Shop" },
    cases: [
      ...always("costs money"),
      { args: { server_label: "Production" }, present: "a server of this name", asks: true, why: "costs money" },
    ],
  },
  clone_server: {
    sends: "server_clone",
    args: { ...SERVER, ...PLACE, app_label: "Shop copy" },
    cases: [
      ...always("costs money"),
      { args: { app_id: 200001 }, present: "any", asks: true, why: "costs money" },
      { args: { also_copy: ["team_access"] }, present: "any", asks: true, why: "lets people in to the copy" },
      { present: "no word of applications", setUp: appsNotTold, asks: true, why: "costs money" },
    ],
  },
  resize_server: {
    sends: "server_scale",
    args: { ...SERVER, size: "4GB" },
    cases: [
      { present: "less", asks: true, why: "costs money, and restarts" },
      { args: { size: "1GB" }, present: "more", asks: true, why: "sites may fail with less memory" },
      { present: "no word of its size", setUp: notTold("instance_type"), asks: true, why: "costs money, and restarts" },
      { present: "no word of its provider", setUp: notTold("cloud"), asks: true, why: "costs money, and restarts" },
    ],
  },
  resize_server_volume: {
    sends: "server_scale_volume",
    args: { ...SERVER, volume: "data", size_gb: 40 },
    cases: [
      { present: "less", setUp: serverIs(AT_AMAZON), asks: true, why: "costs money, for good" },
      {
        present: "no word of its disk",
        setUp: serverIs({ ...AT_AMAZON, untold: ["data_volume_size"] }),
        asks: true,
        why: "costs money, for good",
      },
    ],
  },
  set_server_block_storage: {
    sends: "server_storage_attach",
    args: { ...SERVER, action: "attach", size_gb: 100 },
    cases: [
      { present: "none", asks: true, why: "costs money, for good" },
      {
        args: { action: "resize" },
        sends: "server_storage_scale",
        present: "less",
        setUp: serverIs({ storage: 50 }),
        asks: true,
        why: "costs money, for good",
      },
      {
        args: { action: "resize" },
        sends: "server_storage_scale",
        present: "some that is not told",
        setUp: serverIs({ storage: 50, untold: ["storage"] }),
        asks: true,
        why: "costs money, for good",
      },
    ],
  },
  rename_server: { sends: "server_update_label", args: { ...SERVER, label: "EU" }, cases: never("a name alone") },
  delete_server: {
    sends: "server_delete",
    args: SERVER,
    cases: [
      ...always("everything on it is gone for good"),
      { present: "no word of applications", setUp: appsNotTold, asks: true, why: "nobody knows what is lost" },
      { present: "an empty server", setUp: serverIs({ apps: [] }), asks: true, why: "the server is gone for good" },
    ],
  },
  create_app: {
    sends: "app_create",
    args: { ...SERVER, ...WORDPRESS, app_label: "Blog" },
    cases: never("adds, and leaves all as it is"),
  },
  clone_app_to_server: {
    sends: "app_clone_to_server",
    args: { ...APP, destination_server_id: 100002, app_label: "Shop copy" },
    cases: never("adds, and leaves all as it is"),
  },
  rename_app: { sends: "app_update_label", args: { ...APP, label: "EU" }, cases: never("a name alone") },
  delete_app: {
    sends: "app_delete",
    args: APP,
    cases: [
      ...always("its data are gone for good"),
      { present: "no word of domains", setUp: leavesOut("cname", "aliases"), asks: true, why: "its data are gone" },
    ],
  },
  offer_server_transfer: {
    sends: "server_transfer_request",
    args: { ...SERVER, email: "new-owner@example.com" },
    cases: always("gives the server away"),
  },
  cancel_server_transfer: {
    sends: "server_transfer_cancel",
    args: SERVER,
    cases: [{
      present: "an open offer",
      setUp: serverIs({ transfer: { id: 123, email: "new-owner@example.com" } }),
      asks: false,
      why: "keeps what is there",
    }],
  },
};
