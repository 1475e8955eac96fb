import { type Call, type Handlers, list, number, text } from "../call.ts";
import { notFound } from "../refusals.ts";
import type { AppState } from "../state.ts";
import { shownEvent } from "./app_protection.ts";

/** The Security Suite on a whole server. Only the list of applications is a recorded reply. */
export const serverProtectionHandlers: Handlers = {
  security_suite_server_apps_list(call) {
    const perPage = "page_limit" in call.fields ? number(call, "page_limit") : 20;
    const page = "page" in call.fields ? number(call, "page") : 1;
    const apps = call.server.apps
      .filter(({ label }) => label.toLowerCase().includes(text(call, "app_name").toLowerCase()))
      .filter((app) => text(call, "filter_by") !== "infected" || infected(app) > 0);
    return {
      apps: apps.slice((page - 1) * perPage, page * perPage).map((app) => ({
        id: app.id,
        app_name: app.label,
        mp_addon_active: app.protection.active ? 1 : 0,
        infected: infected(app),
        infected_db: 0,
      })),
      pagination: { last_page: Math.max(1, Math.ceil(apps.length / perPage)) },
    };
  },
  security_suite_server_incidents_list: ({ server }) => ({
    incidents: server.apps.flatMap(({ protection }) => protection.incidents).map(shownEvent),
  }),
  security_suite_server_stats_get: (call) => ({
    stats: Object.fromEntries(list(call, "data_types").map((name) => [name, [[number(call, "start"), 0]]])),
  }),
  security_suite_server_ips_get: ({ server: { protection: { ips } } }) => ({
    ips: [
      ...ips.white.map((ip) => ({ ip, mode: "white" })),
      ...ips.black.map((ip) => ({ ip, mode: "black" })),
    ],
  }),
  security_suite_server_ips_update: (call) => add(ipsOf(call), list(call, "iplist")),
  security_suite_server_ips_delete: (call) => remove(ipsOf(call), list(call, "iplist"), "iplist"),
  security_suite_server_countries_blacklist_update: (call) =>
    add(call.server.protection.countries, list(call, "countrylist")),
  security_suite_server_countries_blacklist_delete: (call) =>
    remove(call.server.protection.countries, list(call, "countrylist"), "countrylist"),
  security_suite_server_infected_domains_list: ({ server: { protection: { infectedDomains } } }) => ({
    domains: infectedDomains.map((domain) => ({ domain, reputation: "malware" })),
    total: infectedDomains.length,
  }),
  security_suite_server_infected_domains_sync({ server }) {
    server.protection.refreshes++;
    return { status: true };
  },
  security_suite_server_firewall_settings_get: ({ server }) => ({ settings: server.protection.firewall }),
  security_suite_server_firewall_settings_update(call) {
    const { firewall } = call.server.protection;
    for (const name of ["request_limit", "weak_password"] as const) {
      if (name in call.fields) firewall[name] = number(call, name);
    }
    return { status: true };
  },
};

function infected({ protection: { files } }: AppState): number {
  return files.filter(({ status }) => status === "infected").length;
}

function ipsOf(call: Call): string[] {
  return call.server.protection.ips[text(call, "mode") === "white" ? "white" : "black"];
}

function add(to: string[], values: readonly string[]): unknown {
  to.push(...values.filter((value) => !to.includes(value)));
  return { status: true };
}

function remove(from: string[], values: readonly string[], field: string): unknown {
  if (values.some((value) => !from.includes(value))) throw notFound(field);
  from.splice(0, from.length, ...from.filter((value) => !values.includes(value)));
  return { status: true };
}
