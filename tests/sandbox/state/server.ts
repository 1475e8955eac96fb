import type { AppState } from "./app.ts";
import type { ServerProtectionState } from "./protection.ts";

/** A server. */
export interface ServerState {
  id: number;
  label: string;
  status: string;
  cloud: string;
  region: string;
  instance_type: string;
  platform: string;
  public_ip: string;
  volume_size: number;
  data_volume_size: number | null;
  db_volume_size: number | null;
  storage: number | null;
  created_at: string;
  updated_at: string;
  master_user: string;
  master_password: string;
  /** An id of GET /backup-frequencies. */
  backup_frequency: string;
  backup_retention: string;
  /** HH:MM. */
  backup_time: string;
  local_backups: boolean;
  snapshot_frequency: string | null;
  ssh_keys: SshKeyState[];
  apps: AppState[];
  /** Names as they are read, not as they are written. */
  settings: Record<string, unknown>;
  /** Settings that no reply shows. */
  unseenSettings: Record<string, string>;
  maintenance: { day: string; hour: number };
  diskCleanup: Record<string, string>;
  /** Words such as running, stopped, unknown, and flags such as varnish_enabled. */
  services: Record<string, string | number>;
  /** Values of graphs by their target, oldest first, in place of made-up ones; the last points of a graph. */
  graphs: Record<string, (number | null)[]>;
  /** Seconds by which its graphs lag behind. */
  graphLag: number;
  whitelist: Record<"sftp" | "mysql", WhitelistState>;
  /** Addresses that may open the browser terminal. */
  siab: string[];
  /** Addresses that may open the database manager. */
  adminer: string[];
  /** Addresses that GET /security/isBlacklisted reports. */
  blacklisted: string[];
  protection: ServerProtectionState;
  /** The account that the server is offered to; null if it is not offered. */
  transfer: { id: number; email: string } | null;
  /** Members that the listing leaves out of its record. */
  untold: string[];
}

/** One of the two address lists of a server. */
export interface WhitelistState {
  ips: string[];
  policy: string;
}

/** A public key; `public_key` never shows in a reply. */
export interface SshKeyState {
  id: number;
  label: string;
  public_key: string;
}
