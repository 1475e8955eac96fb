/** Causes on the server: what does not run, and what it is short of. */
import { call, type Cause, type Evidence } from "./causes.ts";
import { type Facts, readAt } from "./facts.ts";
import { isFresh, type Line, rounded } from "./graph_lines.ts";
import { GRAPH_TOOL, lowCpu, lowEvidence, lowMemory, restartsNow } from "./onset.ts";
import { isoOf } from "./span.ts";
import { cut } from "./table_rows.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** The server's causes. */
export function serverCauses(facts: Facts): Cause[] {
  return [
    ...notRunning(facts),
    ...stoppedServices(facts),
    ...fullDisk(facts),
    ...shortOfMemory(facts),
    ...restarted(facts),
    ...shortOfCpu(facts),
  ];
}

function notRunning({ found: { server }, span }: Facts): Cause[] {
  if (server.status === "running") return [];
  return [{
    kind: "server_not_running",
    cause: "The server is not running, so none of its sites answers.",
    confidence: "strong",
    evidence: [{
      figure: "state of the server",
      value: cut(server.status),
      unit: null,
      at: isoOf(span.now),
      source: "list_servers",
    }],
    would_confirm: "The Cloudways console shows the server as stopped.",
    next_step: call("start_server", { server_id: server.id }),
  }];
}

/** Services that a site needs wherever they are installed. */
const NEEDED = /^(?:apache2|nginx|mysql|mariadb|php[\d.]+-fpm|memcached)$/;
/** Services that count only where they are known to be switched on, and the name of their switch. */
const SWITCHED: Readonly<Record<string, string>> = { varnish: "varnish", "redis-server": "redis" };

/** The services that are stopped though they should run. Other states of Cloudways' say nothing for certain. */
function stoppedServices(facts: Facts): Cause[] {
  const { services, found: { server } } = facts;
  if (services === undefined) return [];
  const isOn = (name: string) => {
    const switchName = SWITCHED[name];
    if (switchName !== undefined) return services.enabled[switchName] === true;
    return NEEDED.test(name) && services.enabled[name] !== false;
  };
  const stopped = Object.entries(services.services).filter(([name, state]) => state === "stopped" && isOn(name));
  return stopped.map(([name]): Cause => ({
    kind: "service_stopped",
    cause: `The service ${name} is stopped, and the site needs it.`,
    confidence: "strong",
    evidence: [{
      figure: name,
      value: "stopped",
      unit: null,
      at: readAt(facts, "services"),
      source: "get_server_services_status",
    }],
    would_confirm: "The site answers as usual once the service runs.",
    next_step: call("change_service_state", { server_id: server.id, service: name, action: "start" }),
  }));
}

function fullDisk({ disk, database_disk, span, found: { server } }: Facts): Cause[] {
  const isFull = (line: Line | null | undefined) =>
    line !== null && line !== undefined && isFresh(line, span) && line.last.value < THRESHOLDS.freeDiskGb;
  const full = [disk, database_disk].filter(isFull).flatMap((line) =>
    line === null || line === undefined ? [] : [line]
  );
  return full.map((line): Cause => ({
    kind: "disk_full",
    cause: "The disk of the server is nearly full. Databases, uploads and caches may fail.",
    confidence: "strong",
    evidence: [{
      figure: line.target,
      value: rounded(line.last.value),
      unit: "GB",
      threshold: THRESHOLDS.freeDiskGb,
      at: isoOf(line.last.at),
      source: GRAPH_TOOL,
    }],
    would_confirm: "The error log of the site says that no space is left.",
    next_step: call("get_server_disk_usage", { server_id: server.id }),
  }));
}

function shortOfMemory(facts: Facts): Cause[] {
  const memory = lowMemory(facts);
  if (memory === undefined) return [];
  const restarts = restartEvidence(facts);
  return [{
    kind: "memory_short",
    cause: "The server is short of memory.",
    confidence: restarts.length > 0 ? "strong" : "likely",
    evidence: [lowEvidence(memory), ...restarts.slice(0, 1)],
    would_confirm: "One application uses most of the memory, or services are restarted again.",
    next_step: call("get_server_analytics", { server_id: facts.found.server.id }),
  }];
}

function restarted(facts: Facts): Cause[] {
  const [first, ...more] = restartEvidence(facts);
  if (first === undefined) return [];
  return [{
    kind: "restarts",
    cause: "Services of the server were restarted automatically: they may have failed before.",
    confidence: "likely",
    evidence: [first, ...more.slice(0, 2)],
    would_confirm: "The alerts name the service that was restarted.",
    next_step: call("get_alerts", {}),
  }];
}

function restartEvidence(facts: Facts): Evidence[] {
  return restartsNow(facts).map(({ at, value }) => ({
    figure: "automatic restarts of services",
    value: rounded(value),
    unit: "restarts",
    threshold: THRESHOLDS.restarts,
    at: isoOf(at),
    source: GRAPH_TOOL,
  }));
}

function shortOfCpu(facts: Facts): Cause[] {
  const cpu = lowCpu(facts);
  if (cpu === undefined) return [];
  return [{
    kind: "cpu_short",
    cause: "The server is short of CPU, so its sites may have to wait.",
    confidence: "likely",
    evidence: [lowEvidence(cpu)],
    would_confirm: "One application of the server uses most of the CPU. It may be another one than this.",
    next_step: call("get_server_analytics", { server_id: facts.found.server.id }),
  }];
}
