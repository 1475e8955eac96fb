import { recordTime } from "./dates.ts";
import type { Making } from "./make_account.ts";
import { newServerProtection } from "./make_services.ts";
import type { ServerState } from "./state.ts";

const kinds = [
  { label: "Production", cloud: "do", region: "lon1", instance_type: "2GB" },
  { label: "Agency", cloud: "vultr", region: "8", instance_type: "2GB" },
  { label: "Archive", cloud: "linode", region: "eu-west", instance_type: "1GB" },
  { label: "Campaigns", cloud: "amazon", region: "us-east-1", instance_type: "Medium" },
  { label: "Research", cloud: "gce", region: "us-east1-b", instance_type: "Small" },
] as const;

/** Makes up the server with that index in its account. The third one is stopped. */
export function makeServer(making: Making, position: number, index: number, accountLabel: string): ServerState {
  const kind = kinds[index % kinds.length] ?? kinds[0];
  const round = Math.floor(index / kinds.length);
  const id = 100_001 + position * 1000 + index;
  return newServer(making, id, {
    ...kind,
    label: [accountLabel, kind.label, round === 0 ? "" : String(round + 1)].filter((part) => part !== "").join(" "),
    status: index === 2 ? "stopped" : "running",
  });
}

/** What a new server is made from. */
export interface NewServer {
  label: string;
  status: string;
  cloud: string;
  region: string;
  instance_type: string;
}

/** A server with everything at its defaults and without applications. */
export function newServer({ random, now, secret }: Making, id: number, given: NewServer): ServerState {
  const withVolumes = given.cloud === "amazon" || given.cloud === "gce";
  return {
    id,
    ...given,
    platform: random.pick(["debian11", "debian12"]),
    public_ip: address(id),
    volume_size: 50,
    data_volume_size: withVolumes ? 20 : null,
    db_volume_size: withVolumes ? 20 : null,
    storage: null,
    created_at: recordTime(now - random.between(100, 400) * 86_400_000),
    updated_at: recordTime(now - random.between(1, 90) * 86_400_000),
    master_user: `master_${random.letters(10)}`,
    master_password: secret(),
    backup_frequency: "1",
    backup_retention: "8",
    backup_time: backupTime(random.between(0, 24 * 60 - 1)),
    local_backups: false,
    snapshot_frequency: null,
    ssh_keys: [{ id: 300_000 + id, label: "laptop", public_key: `ssh-ed25519 AAAA${random.letters(20)} laptop` }],
    apps: [],
    settings: defaultSettings(),
    unseenSettings: {},
    maintenance: { day: "Monday", hour: 2 },
    diskCleanup: {
      automate_cleanup: "disabled",
      remove_app_local_backup: "no",
      remove_app_private_html: "no",
      remove_app_tmp: "no",
      rotate_app_log: "no",
      rotate_system_log: "no",
    },
    services: defaultServices(),
    graphs: {},
    graphLag: 0,
    whitelist: {
      sftp: { ips: ["198.51.100.7", "198.51.100.0/24"], policy: "allow_all" },
      mysql: { ips: ["198.51.100.7"], policy: "allow_all" },
    },
    siab: [],
    adminer: [],
    blacklisted: ["192.0.2.66"],
    protection: newServerProtection(),
    transfer: null,
    untold: [],
  };
}

/** HH:MM of a minute of the day. */
function backupTime(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Addresses come from the ranges reserved for documentation. */
function address(id: number): string {
  const block = ["203.0.113", "198.51.100", "192.0.2"][Math.floor(id / 240) % 3] ?? "203.0.113";
  return `${block}.${10 + id % 240}`;
}

function defaultSettings(): Record<string, unknown> {
  return {
    character_set_server: "ascii",
    "date.timezone": "UTC",
    display_errors: "Off",
    error_reporting: "E_ALL & ~E_DEPRECATED & ~E_STRICT & ~E_NOTICE",
    execution_limit: "60",
    innodb_buffer_pool_size: "",
    innodb_lock_wait_timeout: "50",
    max_connections: "150",
    max_input_time: "60",
    max_input_vars: "2500",
    memory_limit: "128",
    mod_xdebug: "disabled",
    nginx_http2: "enabled",
    package_versions: {
      fpm: "enable",
      mariadb: "10.6",
      mysql: "",
      php: "8.2",
      redis: "",
      supervisor: "",
      elasticsearch: "",
    },
    short_open_tag: "",
    ssl_protocols: "1.2,1.3",
    static_cache_expiry: "43200",
    upload_size: "10",
    varnish_default_ttl: "4h",
    wait_timeout: "60",
  };
}

function defaultServices(): Record<string, string | number> {
  return {
    apache2: "running",
    elasticsearch: "stopped",
    elasticsearch_enabled: 0,
    memcached: "running",
    mysql: "running",
    "newrelic-sysmond": "stopped",
    nginx: "running",
    // Two versions of PHP, and two services that are not installed.
    "php8.1-fpm": "running",
    "php8.2-fpm": "running",
    "redis-server": "unknown",
    redis_enabled: 0,
    supervisor: "unknown",
    varnish: "running",
    varnish_enabled: 1,
  };
}
