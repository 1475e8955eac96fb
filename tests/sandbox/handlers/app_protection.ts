import { type Call, type Handlers, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { invalidField, notFound, refused } from "../refusals.ts";
import type { ProtectionState, ScanState, SecurityEventState } from "../state.ts";
import { startOperation } from "./start.ts";

/**
 * The Security Suite on one application. None of its replies is recorded; members that are not in the facts are made
 * up.
 */
export const appProtectionHandlers: Handlers = {
  security_suite_app_activate({ app: { protection } }) {
    if (protection.active) throw refused("The application is protected already.");
    protection.active = true;
    return { status: true };
  },
  security_suite_app_deactivate(call) {
    if (text(call, "app_name") !== call.app.label) throw invalidField("app_name", "in", "The app name is invalid.");
    protectionOf(call).active = false;
    return { status: true };
  },
  security_suite_app_status_get({ app: { protection } }) {
    const [last] = protection.scans;
    return {
      is_active: protection.active,
      plan: protection.active ? "pro" : "",
      last_scan: last?.startedAt ?? null,
      threats: protection.files.filter(({ status }) => status === "infected").length,
    };
  },
  security_suite_app_scans_list(call) {
    const { scans } = protectionOf(call);
    return { scans: slice(call, scans).map(shownScan), total: scans.length };
  },
  security_suite_app_scan_start(call) {
    const { scans } = protectionOf(call);
    if (scans.some(({ status }) => status === "running")) throw refused("A scan is running.");
    const scan: ScanState = {
      id: Math.max(98, ...scans.map(({ id }) => id)) + 1,
      startedAt: recordTime(call.clock.now()),
      status: "running",
      found: 0,
    };
    scans.unshift(scan);
    const operation = startOperation(call, "security_scan", () => void (scan.status = "completed"), {
      idForm: "uuid",
      ending: () => void (scan.status = scan.status === "running" ? "failed" : scan.status),
      result: () => shownScan(scan),
    });
    scan.operationId = operation.id;
    return { status: true, scan_id: scan.id, ...(call.forms === "live" ? { task_id: operation.id } : {}) };
  },
  // Looking at the progress counts as a poll.
  security_suite_app_scan_status_get(call) {
    const [scan] = protectionOf(call).scans;
    const operation = call.account.operations.find(({ id }) => id === scan?.operationId);
    if (operation !== undefined) call.book.poll(operation);
    if (scan === undefined) throw refused("There is no scan.");
    return { status: scan.status, data: { progress: scan.status === "running" ? 50 : 100 } };
  },
  security_suite_app_scan_details_get(call) {
    const scan = protectionOf(call).scans.find(({ id }) => String(id) === text(call, "scan_id"));
    if (scan === undefined) throw notFound("scan_id");
    return shownScan(scan);
  },
  security_suite_app_files_list(call) {
    const { files } = protectionOf(call);
    return { files: slice(call, files).map(({ path, ...file }) => ({ ...file, file: path })), total: files.length };
  },
  // It is not recorded whether files are named by ids or by paths, so both work.
  security_suite_app_files_restore(call) {
    const { files } = protectionOf(call);
    const chosen = text(call, "files").split(",").map((name) => {
      const found = files.find(({ id, path }) => String(id) === name.trim() || path === name.trim());
      if (found === undefined) throw notFound("files");
      return found;
    });
    for (const file of chosen) file.status = "restored";
    return { status: true };
  },
  security_suite_app_events_list: (call) => ({ events: protectionOf(call).events.map(shownEvent) }),
  security_suite_app_incidents_list: (call) => ({ incidents: protectionOf(call).incidents.map(shownEvent) }),
  security_suite_app_ips_update(call) {
    const ips = listOf(call);
    if (!ips.includes(text(call, "ips"))) ips.push(text(call, "ips"));
    return { status: true };
  },
  security_suite_app_ips_delete(call) {
    const ips = listOf(call);
    const index = ips.indexOf(text(call, "ips"));
    if (index < 0) throw notFound("ips");
    ips.splice(index, 1);
    return { status: true };
  },
};

/** An event or an incident as replies show it. */
export function shownEvent({ at, ...event }: SecurityEventState): unknown {
  return { ...event, times: 1, created: at };
}

function protectionOf({ app: { protection } }: Call): ProtectionState {
  if (!protection.active) throw refused("The application is not protected.");
  return protection;
}

/** Sources differ about the names of the two lists, so all four names work. */
function listOf(call: Call): string[] {
  const { ips } = protectionOf(call);
  const mode = text(call, "mode");
  if (mode === "allow" || mode === "white") return ips.allow;
  if (mode === "block" || mode === "black") return ips.block;
  throw invalidField("mode", "in", "The selected mode is invalid.");
}

function shownScan({ id, status, startedAt, found }: ScanState): unknown {
  return { scan_id: id, status, created: startedAt, found };
}

function slice<T>(call: Call, rows: readonly T[]): T[] {
  const offset = "offset" in call.fields ? number(call, "offset") : 0;
  const limit = "limit" in call.fields ? number(call, "limit") : 20;
  return rows.slice(offset, offset + limit);
}
