import type { CloudflareState } from "./cloudflare.ts";
import type { ProtectionState } from "./protection.ts";
import type { QueueState } from "./queues.ts";
import type { SshKeyState } from "./server.ts";
import type { SiteContent, StagingState } from "./staging.ts";
import type { UpdatesState, VulnerableState } from "./updates.ts";

/** An application. */
export interface AppState {
  id: number;
  server_id: number;
  label: string;
  application: string;
  app_version: string;
  app_user: string;
  app_password: string;
  sys_user: string;
  sys_password: string;
  mysql_password: string;
  redis_password: string;
  cname: string;
  aliases: string[];
  symlink: string | null;
  webroot: string | null;
  project_id: number;
  created_at: string;
  /** Real replies vary; a missing member is one way to say no. */
  is_staging?: string | number | boolean;
  /** On a copy: the application it was made from. */
  source_app_id: number | null;
  /** On a staging copy whose live application may be on another server: that server. */
  source_server_id?: number;
  lets_encrypt: LetsEncryptState | null;
  own_ssl: { issued_at: string } | null;
  /** Zero or one, under the names of GET /app/get_settings_value. */
  flags: Record<string, number>;
  varnish_enabled: boolean;
  vcl_list: unknown;
  ssh_access: boolean;
  /** The CORS header as it was requested; null if there is no header. */
  cors: string | null;
  /** False: the site is offline for visitors. */
  access: boolean;
  /** The text of its PHP settings. */
  fpm_setting: string;
  crons: { basic: CronJobState[]; script: string };
  credentials: CredentialState[];
  /** Rows of its analytics reports, by resource. Reports that are missing are the same for every application. */
  reports: Record<string, unknown[][]>;
  git: { key: string; branches: string[]; log: GitLogState[] };
  /** Restore points, unordered. */
  backups: string[];
  /** The restore point that was restored last; null if there was no restore, or it was rolled back. */
  restoredTo: string | null;
  /** A copy from before the last restore is kept. */
  localBackup: boolean;
  /** Who owns the files. */
  ownership: string;
  /** The content that visitors see. */
  content: SiteContent;
  staging: StagingState;
  cloudflare: CloudflareState;
  protection: ProtectionState;
  queues: QueueState[];
  updates: UpdatesState;
  vulnerable: VulnerableState;
  /** How often the cache was purged. */
  purges: number;
  /** Members that the listing leaves out of its record. */
  untold: string[];
}

/** A cron job as the console keeps it. */
export interface CronJobState {
  cmd_type: string;
  command: string;
  minutes: string;
  hours: string;
  days: string;
  months: string;
  weekdays: string;
}

/** A certificate by Let's Encrypt. */
export interface LetsEncryptState {
  is_installed: boolean;
  is_verified: boolean;
  ssl_domains: string[];
  ssl_email: string;
  auto: boolean;
  type: "wc" | "le";
  /** Only half of the records have it. */
  challenges?: null;
}

/** A further user of an application. */
export interface CredentialState {
  id: number;
  sys_user: string;
  sys_password: string;
  ssh_keys: SshKeyState[];
}

/** A line of the deployment history. */
export interface GitLogState {
  git_url: string;
  branch_name: string;
  path: string | null;
  result: string;
  datetime: string;
  description: string;
}
