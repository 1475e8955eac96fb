/** What the Security Suite has of an application. */
export interface ProtectionState {
  active: boolean;
  scans: ScanState[];
  files: InfectedFileState[];
  /** Lists of addresses; no reply shows them. */
  ips: { allow: string[]; block: string[] };
  /** Newest first. */
  events: SecurityEventState[];
  /** Newest first. */
  incidents: SecurityEventState[];
}

/** A scan for malware. */
export interface ScanState {
  id: number;
  /** Id of its operation; undefined for scans of the past. */
  operationId?: string;
  startedAt: string;
  status: "running" | "completed" | "failed";
  found: number;
}

/** A file that was found bad. */
export interface InfectedFileState {
  id: number;
  path: string;
  status: "infected" | "quarantined" | "restored";
}

/** Something that happened. */
export interface SecurityEventState {
  id: number;
  name: string;
  abuser: string;
  severity: number;
  at: string;
}

/** What the Security Suite has of a server. */
export interface ServerProtectionState {
  ips: { white: string[]; black: string[] };
  /** Blocked countries; no reply shows them. */
  countries: string[];
  firewall: { request_limit: number; weak_password: number };
  infectedDomains: string[];
  /** How often the list of infected domains was refreshed. */
  refreshes: number;
}
