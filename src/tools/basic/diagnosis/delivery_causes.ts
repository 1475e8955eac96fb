/** Causes between the site and its visitors: the cache and the certificate. */
import { uncoveredDomains } from "../../../cloudways/installed_certificates.ts";
import { call, type Cause } from "./causes.ts";
import { type Facts, readAt } from "./facts.ts";
import { loadEvidence } from "./onset.ts";
import { isoOf } from "./span.ts";

/** Most domains that evidence names. */
const MAX_DOMAINS = 3;

/** The causes between the site and its visitors. */
export function deliveryCauses(facts: Facts): Cause[] {
  return [...cacheOff(facts), ...certificate(facts)];
}

function cacheOff(facts: Facts): Cause[] {
  const { varnish, found: { app, server } } = facts;
  const isServerOff = varnish?.varnish_enabled === false;
  if (varnish === undefined || (!isServerOff && varnish.varnish_app_enabled !== false)) return [];
  const load = loadEvidence(facts);
  return [{
    kind: "cache_off",
    cause: "The Varnish cache is off, so each visit runs the code of the site.",
    confidence: load.length > 0 ? "likely" : "possible",
    evidence: [{
      figure: isServerOff ? "Varnish of the server" : "Varnish of the application",
      value: "off",
      unit: null,
      at: readAt(facts, "varnish"),
      source: "get_app_varnish_settings",
    }, ...load],
    would_confirm: "Nobody switched it off on purpose, for instance while the site is developed.",
    next_step: isServerOff
      ? call("manage_server_varnish", { server_id: server.id, action: "enable" })
      : call("manage_app_varnish", { app_id: app.id, action: "enable" }),
  }];
}

function certificate({ found: { app }, span }: Facts): Cause[] {
  const [first, ...more] = uncoveredDomains(app) ?? [];
  if (first === undefined) return [];
  const left = more.length - (MAX_DOMAINS - 1);
  return [{
    kind: "certificate",
    cause: "Domains of the site have no working certificate of Cloudways: browsers may warn of them.",
    confidence: "possible",
    evidence: [{
      figure: left > 0 ? `domains that no certificate covers, and ${left} more` : "domains that no certificate covers",
      value: [first, ...more].slice(0, MAX_DOMAINS).join(", "),
      unit: null,
      at: isoOf(span.now),
      source: "list_domains",
    }],
    would_confirm: "A browser warns when the site is opened by this domain with https.",
    next_step: call("list_domains", { app_id: app.id }),
  }];
}
