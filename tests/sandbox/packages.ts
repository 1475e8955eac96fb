import { isRecord } from "./read_request.ts";
import type { ServerState } from "./state.ts";

const php: Readonly<Record<string, readonly string[]>> = {
  debian10: ["7.4", "8.0", "8.1", "8.2"],
  debian11: ["7.4", "8.0", "8.1", "8.2", "8.3"],
  debian12: ["8.1", "8.2", "8.3", "8.4"],
};
const databases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian10: { "mysql,5.7": "MySQL 5.7", "mariadb,10.4": "MariaDB 10.4" },
  debian11: { "mariadb,10.5": "MariaDB 10.5", "mariadb,10.6": "MariaDB 10.6" },
  debian12: { "mariadb,10.6": "MariaDB 10.6", "mariadb,10.11": "MariaDB 10.11" },
};
const optional: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  redis: { "0": "Uninstall", latest: "Install" },
  supervisor: { "0": "Uninstall", latest: "Install" },
  elasticsearch: { "0": "Uninstall", "7.17": "Elasticsearch 7.17" },
};

/** Every package: its versions by platform if they depend on it, otherwise by code. */
export function packageCatalogue(): Record<string, unknown> {
  const labels = (versions: readonly string[]) => Object.fromEntries(versions.map((one) => [one, `PHP ${one}`]));
  const ways = (versions: readonly string[]) =>
    Object.fromEntries(versions.map((one) => [one, waysFrom(one, versions)]));
  return {
    php: mapped(php, labels),
    phpConfig: mapped(php, ways),
    mysql: databases,
    ...optional,
  };
}

/** Whether a package can be installed on a server in that version. */
export function fits(server: ServerState, name: string, version: string): boolean {
  if (name === "php") return waysFrom(installed(server, "php"), php[server.platform] ?? []).includes(version);
  if (name === "mysql") return Object.hasOwn(databases[server.platform] ?? {}, version);
  return Object.hasOwn(optional[name] ?? {}, version);
}

/** Installs a package on a server. */
export function install(server: ServerState, name: string, version: string): void {
  const versions = server.settings.package_versions;
  if (!isRecord(versions)) return;
  if (name === "mysql") {
    const [kind = "", number = ""] = version.split(",");
    Object.assign(versions, { mysql: "", mariadb: "", [kind]: number });
    return;
  }
  versions[name] = version === "0" ? "" : version;
  const service = { redis: "redis-server", supervisor: "supervisor", elasticsearch: "elasticsearch" }[name];
  if (service !== undefined) {
    server.services[service] = version === "0" ? "unknown" : "running";
    server.services[`${name}_enabled`] = version === "0" ? 0 : 1;
  }
  if (name === "php") {
    for (const one of Object.keys(server.services)) if (/^php[\d.]+-fpm$/.test(one)) delete server.services[one];
    server.services[`php${version}-fpm`] = "running";
  }
}

/** PHP goes to its own version and newer ones, and one step back. */
function waysFrom(present: string, versions: readonly string[]): readonly string[] {
  return versions.slice(Math.max(0, versions.indexOf(present) - 1));
}

function installed(server: ServerState, name: string): string {
  const versions = server.settings.package_versions;
  return isRecord(versions) ? String(versions[name] ?? "") : "";
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
