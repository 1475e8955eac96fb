import type { FieldErrors } from "./refusals.ts";

type Rule = (fields: Record<string, unknown>) => FieldErrors;

const services = [
  "apache2",
  "elasticsearch",
  "memcached",
  "mysql",
  "newrelic-sysmond",
  "nginx",
  "redis-server",
  "varnish",
  "supervisor",
];

/** What a field must fulfil besides its type. */
const rules: Readonly<Record<string, Rule>> = {
  server_create: volumes,
  server_clone: volumes,
  service_state_update: ({ service }) =>
    services.includes(String(service)) || /^php\d\.\d-fpm$/.test(String(service)) ? {} : invalid("service", "in"),
  security_update_whitelisted_ips: whitelist,
  security_whitelist_ip_siab: ({ ip }) => isAddress(ip) ? {} : invalid("ip", "ip"),
  security_whitelist_ip_adminer: ({ ip }) => isAddress(ip) ? {} : invalid("ip", "ip"),
  security_check_blacklisted_ip: ({ ip }) => isAddress(ip) ? {} : invalid("ip", "ip"),
  security_lets_encrypt_renew: (fields) => fields.wild_card === true ? needed(fields, ["ssl_email", "domain"]) : {},
  // It is not recorded what a request without any part does.
  staging_sync_code: ({ appFiles, dbFiles, table, tableSelected }) => ({
    ...(appFiles === true || dbFiles === true ? {} : invalid("appFiles", "required", "or the database is required")),
    ...(table !== true || Array.isArray(tableSelected) ? {} : invalid("tableSelected", "required", "is required")),
  }),
  // No choice means everything.
  safe_update_run: ({ core, plugin, theme }) =>
    (core !== undefined && core !== "no") || someOf(plugin) || someOf(theme)
      ? {}
      : invalid("plugin", "required", "is required"),
  app_cname_update: ({ cname }) => isDomain(cname) ? {} : invalid("cname", "domain"),
  app_aliases_update: ({ aliases }) =>
    Array.isArray(aliases) && aliases.every(isDomain) ? {} : invalid("aliases", "domain"),
};

/** Errors of the rules for that operation. */
export function checkRules(operationId: string, fields: Record<string, unknown>): FieldErrors {
  const rule = rules[operationId];
  return rule === undefined ? {} : rule(fields);
}

/** Two clouds keep the data on volumes of their own. */
function volumes(fields: Record<string, unknown>): FieldErrors {
  if (fields.cloud !== "amazon" && fields.cloud !== "gce") return {};
  return needed(fields, ["db_volume_size", "data_volume_size"]);
}

function whitelist({ ip, tab, type, ipPolicy }: Record<string, unknown>): FieldErrors {
  if (!Array.isArray(ip) || !ip.every(isAddressOrBlock)) return invalid("ip", "ip");
  if (tab !== type) return invalid("type", "same");
  return tab === "mysql" && ipPolicy === "block_all" ? invalid("ipPolicy", "in") : {};
}

function someOf(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

function needed(fields: Record<string, unknown>, names: string[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of names) {
    if (fields[name] === undefined) Object.assign(errors, invalid(name, "required", "is required"));
  }
  return errors;
}

function invalid(name: string, code: string, what = "is invalid"): FieldErrors {
  return { [name]: [{ code, message: `The ${name.replaceAll("_", " ")} ${what}.` }] };
}

function isAddress(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const parts = value.split(".");
  if (parts.length === 4) return parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return /^[0-9a-f:]+$/i.test(value) && value.includes(":");
}

function isAddressOrBlock(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const [address, bits, ...rest] = value.split("/");
  const bitsAreFine = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= 128);
  return rest.length === 0 && isAddress(address) && bitsAreFine;
}

function isDomain(value: unknown): boolean {
  return typeof value === "string" && /^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]{2,}$/i.test(value);
}
