/** How tools show servers and applications. */
import { type AppRecord, domainOf, knownApps, numberOrNull, type ServerRecord } from "../../cloudways/models.ts";
import { withIsoTimes } from "../../cloudways/times.ts";
import { certificateOf } from "./certificate_facts.ts";

/** How much of a record is shown. */
export type Detail = "concise" | "full";

/** Members in GB whose names have no unit. */
const GIGABYTE_FIELDS = ["volume_size", "db_volume_size", "data_volume_size", "storage"];
const ID_FIELDS = ["server_id", "project_id", "app_version_id", "cms_app_id", "source_app_id", "tenant_id"];

/** An application in a list. */
export function appView(app: AppRecord, detail: Detail): Readonly<Record<string, unknown>> {
  return detail === "concise" ? conciseView(app) : fullView(app);
}

function conciseView(app: AppRecord) {
  return { id: app.id, label: app.label, application: app.application, domain: domainOf(app) };
}

/** Kept as long as the record is, which is the same for all calls while its listing is cached. */
const fullViews = new WeakMap<AppRecord, Readonly<Record<string, unknown>>>();

function fullView(app: AppRecord): Readonly<Record<string, unknown>> {
  const known = fullViews.get(app);
  if (known !== undefined) return known;
  const { lets_encrypt: _raw, own_ssl: _own, ...rest } = app;
  const view = { ...conciseView(app), ...withUnits(rest), certificate: certificateOf(app) };
  fullViews.set(app, view);
  return view;
}

/** A server in a list, without its applications. */
export function serverOnlyView(server: ServerRecord, detail: Detail) {
  const { id, label, status, cloud, region, instance_type, public_ip } = server;
  const concise = { id, label, status, cloud, region, instance_type, public_ip };
  if (detail === "concise") return concise;
  const { apps: _apps, ...rest } = server;
  return { ...concise, ...withUnits(rest) };
}

/** A server in a list, with its applications. */
export function serverView(server: ServerRecord, detail: Detail) {
  return { ...serverOnlyView(server, detail), apps: knownApps(server).map((app) => appView(app, detail)) };
}

/** The applications whose Unix users a report names. The report itself stays unchanged. */
export function appsNamedIn(report: unknown, apps: readonly AppRecord[]) {
  const text = JSON.stringify(report);
  return apps
    .filter(({ sys_user }) => sys_user !== "" && text.includes(JSON.stringify(sys_user)))
    .map(({ id, label, sys_user }) => ({ id, label, sys_user }));
}

/** The record as Cloudways returned it, with units in names, ids as integers and times with their zone. */
function withUnits(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(withIsoTimes(record)).map(([name, value]) => {
      if (GIGABYTE_FIELDS.includes(name)) return [`${name}_gb`, numberOrNull(value)];
      if (ID_FIELDS.includes(name)) return [name, numberOrNull(value)];
      return [name, value];
    }),
  );
}
