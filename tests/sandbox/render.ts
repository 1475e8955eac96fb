import type { ReplyForms } from "./call.ts";
import type { AlertState, AppState, MemberState, ProjectState, ServerState } from "./state.ts";
import type { AccountState } from "./state.ts";

/** A server as GET /server shows it: every value is text, and the passwords are included. */
export function serverRecord(server: ServerState, operations: unknown[] = []): Record<string, unknown> {
  return without(server.untold, {
    id: String(server.id),
    label: server.label,
    status: server.status,
    tenant_id: "1",
    backup_frequency: server.backup_frequency,
    backup_retention: server.backup_retention,
    backup_time: server.backup_time,
    local_backups: server.local_backups,
    is_terminated: "0",
    created_at: server.created_at,
    updated_at: server.updated_at,
    platform: server.platform,
    cloud: server.cloud,
    region: server.region,
    zone: null,
    instance_type: server.instance_type,
    db_volume_size: orNull(server.db_volume_size),
    data_volume_size: orNull(server.data_volume_size),
    server_fqdn: `${server.id}.cloudwaysapps.test`,
    public_ip: server.public_ip,
    volume_size: String(server.volume_size),
    storage: orNull(server.storage),
    master_user: server.master_user,
    master_password: server.master_password,
    snapshot_frequency: server.snapshot_frequency,
    ssh_keys: server.ssh_keys.map((key) => ({ id: String(key.id), label: key.label })),
    addons: [],
    operations,
    apps: server.apps.map(appRecord),
  });
}

/** An application as GET /server shows it. */
export function appRecord(app: AppState): Record<string, unknown> {
  return without(app.untold, {
    id: String(app.id),
    label: app.label,
    application: app.application,
    app_version: app.app_version,
    app_fqdn: appHost(app),
    app_user: app.app_user,
    app_password: app.app_password,
    sys_user: app.sys_user,
    sys_password: app.sys_password,
    cname: app.cname,
    mysql_db_name: app.sys_user,
    mysql_user: app.sys_user,
    mysql_password: app.mysql_password,
    redis_password: app.redis_password,
    aliases: app.aliases,
    symlink: app.symlink,
    server_id: String(app.server_id),
    project_id: String(app.project_id),
    created_at: app.created_at,
    webroot: app.webroot,
    is_csr_available: false,
    lets_encrypt: certificateRecord(app),
    own_ssl: app.own_ssl,
    app_version_id: "1500",
    cms_app_id: "8",
    source_app_id: app.source_app_id === null ? null : String(app.source_app_id),
    ...(app.is_staging === undefined ? {} : { is_staging: app.is_staging }),
    ...(app.source_server_id === undefined ? {} : { source_server_id: String(app.source_server_id) }),
  });
}

/** The record has no date. */
function certificateRecord(app: AppState): Record<string, unknown> | null {
  if (app.lets_encrypt === null) return null;
  return { ...app.lets_encrypt, app_prefix: appHost(app) };
}

/** A server as the paged list shows it: ids and sizes are numbers, and there are no secrets. */
export function serverSummary(server: ServerState): Record<string, unknown> {
  const { id, label, status, cloud, region, instance_type, public_ip, volume_size } = server;
  const { storage, data_volume_size, db_volume_size } = server;
  return {
    id,
    label,
    status,
    cloud,
    region,
    instance_type,
    public_ip,
    volume_size,
    storage,
    data_volume_size,
    db_volume_size,
  };
}

/** An application as the paged list shows it. */
export function appSummary(app: AppState): Record<string, unknown> {
  const { id, label, server_id, sys_user, cname, application, is_staging } = app;
  const summary = { id, label, server_id, sys_user, app_fqdn: appHost(app), cname: cname === "" ? null : cname };
  return { ...summary, application, ...(is_staging === undefined ? {} : { is_staging }) };
}

/** An alert; its ids are numbers. The documents show neither its time nor whether it was read. */
export function alertRecord(alert: AlertState, forms: ReplyForms): Record<string, unknown> {
  const { id, server_id, app_id, subject, desc, template_slug, values, created_at, is_read } = alert;
  const details = { subject, desc, template_slug, values };
  return { id, server_id, app_id, details, ...(forms === "live" ? { created_at, is_read } : {}) };
}

/** A project. */
export function projectRecord(account: AccountState, project: ProjectState): Record<string, unknown> {
  return {
    id: String(project.id),
    name: project.name,
    user_id: String(account.userId),
    is_default: project.isDefault ? "1" : "0",
    created_at: project.created_at,
    updated_at: project.created_at,
    image: null,
  };
}

/** The members keyed by id; without members an empty list, as PHP writes an empty map. */
export function memberMap(members: MemberState[]): unknown {
  if (members.length === 0) return [];
  return Object.fromEntries(members.map((member) => [String(member.id), memberRecord(member)]));
}

function memberRecord(member: MemberState): Record<string, unknown> {
  return {
    id: String(member.id),
    member_mapping_id: String(member.mappingId),
    name: member.name,
    email: member.email,
    status: member.status,
    image: "",
    added_on: member.added_on,
    role: member.role,
    account_disabled: "0",
    acc_cancellation_date: null,
    permissions: { is_full: member.isFull },
  };
}

/** The name under which an application is reached before it has a domain. */
export function appHost(app: AppState): string {
  return `${app.application}-${app.server_id}-${app.id}.cloudwaysapps.test`;
}

/** A record without some of its members. Which members a record has differs between accounts and years. */
function without(names: readonly string[], record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function orNull(value: number | null): string | null {
  return value === null ? null : String(value);
}
