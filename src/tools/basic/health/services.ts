/** Which services of a server should run and don't. */
import type { Severity } from "../../../config/health_thresholds.ts";
import { type Checked, type Finding, unknown } from "./finding.ts";

/** The services of a server, and which of them are switched on or off, as {@linkcode readServices} gives them. */
export interface ServiceStates {
  services: Readonly<Record<string, unknown>>;
  enabled: Readonly<Record<string, boolean>>;
}

const PHP = /^php[0-9.]*-fpm$/;
/** Without one of these no site is served. */
const NEEDED: ReadonlySet<string> = new Set(["apache2", "nginx", "mysql", "mariadb"]);
/** Without one of these sites are slower. */
const CACHES: ReadonlySet<string> = new Set(["varnish", "memcached"]);

/** `unknown` is Cloudways' word for what is not installed. */
const WELL: ReadonlySet<string> = new Set(["running", "unknown", ""]);

/** Judges the services that a site needs. Others may be stopped on purpose. */
export function servicesOf(serverId: number, { services, enabled }: ServiceStates): Checked {
  const states = Object.entries(services).flatMap(([name, state]) =>
    typeof state === "string" ? [{ name, state: state.toLowerCase() }] : []
  );
  if (states.length === 0) return unknown("services", "not_told", "Cloudways names no services.");
  const phpRuns = states.some(({ name, state }) => PHP.test(name) && state === "running");
  const findings = states.flatMap(({ name, state }): Finding[] => {
    if (!isJudged(name) || WELL.has(state) || !isSwitchedOn(name, enabled)) return [];
    const severity = state === "stopped" ? severityOf(name, phpRuns) : "attention";
    const start = { server_id: serverId, service: name, action: "start" };
    return [{ severity, kind: "service_not_running", service: name, state, arguments: start }];
  });
  return { findings, gaps: [] };
}

function isJudged(name: string): boolean {
  return NEEDED.has(name) || CACHES.has(name) || PHP.test(name);
}

/** Varnish has to be switched on; the others only must not be switched off. */
function isSwitchedOn(name: string, enabled: Readonly<Record<string, boolean>>): boolean {
  return name === "varnish" ? enabled[name] === true : enabled[name] !== false;
}

function severityOf(name: string, phpRuns: boolean): Severity {
  if (CACHES.has(name)) return "attention";
  return PHP.test(name) && phpRuns ? "attention" : "urgent";
}
