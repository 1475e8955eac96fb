/** What a health check can find, and the tool that acts on it. */
import type { HealthMeasure, Severity } from "../../../config/health_thresholds.ts";
import type { Toolset } from "../../../identity/toolsets.ts";
import type { Effect } from "../../define/tool.ts";

/** A tool that a finding leads to. */
export interface ActingTool {
  name: string;
  toolset: Toolset;
  effect: Effect;
}

/** One kind of finding. */
interface Kind {
  /** How bad it is: always the same, by a figure's threshold, or as the kind's meaning says. */
  severity: Severity | HealthMeasure | "both";
  /** For the documentation. */
  meaning: string;
  /** Undefined where no tool of this server acts on it. */
  tool?: ActingTool;
}

const disk: ActingTool = { name: "get_server_disk_usage", toolset: "servers", effect: "read" };
const usage: ActingTool = { name: "get_server_analytics", toolset: "servers", effect: "read" };
const certificate: ActingTool = { name: "install_letsencrypt", toolset: "security", effect: "destructive" };
const backup: ActingTool = { name: "backup_app", toolset: "apps", effect: "write" };

/** Every kind of finding. */
export const FINDING_KINDS = {
  server_not_running: {
    severity: "urgent",
    meaning: "The status of the server is another word than `running`.",
    tool: { name: "start_server", toolset: "servers", effect: "write" },
  },
  old_platform: {
    severity: "attention",
    meaning: "The server runs Debian 10 or 11.",
  },
  service_not_running: {
    severity: "both",
    meaning:
      "A service is stopped that is not switched off. Urgent for the web server, the database, and PHP where no " +
      "version of it runs; attention for the caches, for another version of PHP, and for a state that is not known.",
    tool: { name: "change_service_state", toolset: "servers", effect: "destructive" },
  },
  disk_low: { severity: "disk_free_gb", meaning: "Little disk is free.", tool: disk },
  memory_low: { severity: "free_memory_mb", meaning: "Little memory is free.", tool: usage },
  cpu_busy: { severity: "idle_cpu_percent", meaning: "Little of the CPU is idle.", tool: usage },
  certificate_missing: {
    severity: "attention",
    meaning: "The application has domains and no certificate.",
    tool: certificate,
  },
  certificate_not_verified: {
    severity: "attention",
    meaning: "Its Let's Encrypt certificate was not verified.",
    tool: certificate,
  },
  certificate_not_covering: {
    severity: "attention",
    meaning: "Its Let's Encrypt certificate does not cover all of its domains.",
    tool: certificate,
  },
  certificate_not_renewed: {
    severity: "attention",
    meaning: "Its Let's Encrypt certificate is not renewed automatically.",
    tool: { name: "set_letsencrypt_auto_renewal", toolset: "security", effect: "destructive" },
  },
  backup_missing: {
    severity: "urgent",
    meaning: "The application has no restore point, and is older than a newest backup may be.",
    tool: backup,
  },
  backup_old: { severity: "backup_age_hours", meaning: "Its newest restore point is old.", tool: backup },
  updates_pending: {
    severity: "pending_updates_count",
    meaning: "Updates of WordPress, plugins and themes wait.",
    tool: { name: "get_update_settings", toolset: "updates", effect: "read" },
  },
  vulnerable: {
    severity: "vulnerability_cvss_score",
    meaning: "Vulnerabilities of its WordPress, plugins or themes are known. Attention where they have no score.",
    tool: { name: "list_app_vulnerabilities", toolset: "updates", effect: "read" },
  },
  malware_found: {
    severity: "urgent",
    meaning: "Cloudways counts infected files or database entries in it, with malware protection or without.",
    tool: { name: "list_infected_files", toolset: "protection", effect: "read" },
  },
} as const satisfies Record<string, Kind>;

/** One of {@linkcode FINDING_KINDS}. */
export type FindingKind = keyof typeof FINDING_KINDS;

/** The tool that acts on a kind of finding; undefined where there is none. */
export function actingTool(kind: FindingKind): ActingTool | undefined {
  const found: Kind = FINDING_KINDS[kind];
  return found.tool;
}
