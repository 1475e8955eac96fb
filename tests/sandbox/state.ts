/** What the sandbox knows of one account. Tests may change all of it; answers are made from it on every request. */
export interface AccountState {
  email: string;
  apiKey: string;
  /** The key no longer signs in. */
  keyRevoked: boolean;
  label: string;
  userId: number;
  accessTokens: AccessTokenState[];
  servers: ServerState[];
  operations: OperationState[];
  projects: ProjectState[];
  members: MemberState[];
  /** Newest first. */
  alerts: AlertState[];
  /** The last id given to a record made through the API. */
  lastId: Record<"server" | "app" | "project" | "sshKey" | "credential" | "member", number>;
  /** Makes a value for a password; it contains the account's canary, if there is one. */
  secret(): string;
}

/** A token made in the platform. */
export interface AccessTokenState {
  token: string;
  /** Ids of the operations it may use; absent means all. */
  scopes?: readonly string[];
}

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
  backup_frequency: string;
  local_backups: boolean;
  snapshot_frequency: string | null;
  ssh_keys: SshKeyState[];
  apps: AppState[];
  /** Names as they are read, not as they are written. */
  settings: Record<string, unknown>;
  maintenance: { day: string; hour: number };
  diskCleanup: Record<string, string>;
  /** Words such as running, and flags such as varnish_enabled. */
  services: Record<string, string | number>;
  whitelist: Record<"sftp" | "mysql", WhitelistState>;
  /** Addresses that may open the browser terminal. */
  siab: string[];
  /** Addresses that may open the database manager. */
  adminer: string[];
  /** Addresses that GET /security/isBlacklisted reports. */
  blacklisted: string[];
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
  /** Real replies vary; absent is one of the ways to say no. */
  is_staging?: string | number | boolean;
  source_app_id: number | null;
  lets_encrypt: LetsEncryptState | null;
  own_ssl: { issued_at: string } | null;
  /** Zero or one, under the names of GET /app/get_settings_value. */
  flags: Record<string, number>;
  varnish_enabled: boolean;
  vcl_list: unknown;
  ssh_access: boolean;
  /** False: the site is offline for visitors. */
  access: boolean;
  fpm_setting: string;
  crons: { basic: unknown[]; script: string };
  credentials: CredentialState[];
  git: { key: string; branches: string[]; log: GitLogState[] };
  /** Restore points, newest first. */
  backups: string[];
  /** The restore point it was last put back to; null when it never was, or the restore was rolled back. */
  restoredTo: string | null;
  /** A copy from before the last restore is kept. */
  localBackup: boolean;
  /** Who owns the files. */
  ownership: string;
  /** How often the cache was purged. */
  purges: number;
  /** Members that the listing leaves out of its record. */
  untold: string[];
}

/** A certificate by Let's Encrypt. */
export interface LetsEncryptState {
  is_installed: boolean;
  is_verified: boolean;
  ssl_domains: string[];
  ssl_email: string;
  auto: boolean;
  type: "wc" | "san";
  renewed_at: string;
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

/** Background work. */
export interface OperationState {
  /** A number as text, `flex-…`, or a UUID. */
  id: string;
  type: string;
  serverId: number;
  appId: number;
  state: "running" | "done" | "failed";
  /** Done when this many polls have seen it running, or at `finishAt`, whichever comes first. */
  pollsLeft: number;
  finishAt: number;
  startedAt: number;
  /** Keeps other operations off the server while it runs. */
  locks: boolean;
  /** What it changes when it is done. */
  effect?: (() => void) | undefined;
  /** What a report found. */
  result?: (() => unknown) | undefined;
  /** The answer holds the server's record with its passwords. */
  showsServer: boolean;
}

/** A project. */
export interface ProjectState {
  id: number;
  name: string;
  isDefault: boolean;
  created_at: string;
}

/** A team member. */
export interface MemberState {
  id: number;
  mappingId: number;
  name: string;
  email: string;
  status: string;
  role: string;
  added_on: string;
  isFull: boolean;
}

/** An alert. */
export interface AlertState {
  id: number;
  server_id: number;
  app_id: number | null;
  subject: string;
  desc: string;
  template_slug: string;
  values: Record<string, string>;
  created_at: string;
  is_read: boolean;
}
