/** The Security Suite's data of an application. */
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

/** A file that was found to be infected. */
export interface InfectedFileState {
  id: number;
  path: string;
  status: "infected" | "quarantined" | "restored";
}

/** An event. */
export interface SecurityEventState {
  id: number;
  name: string;
  abuser: string;
  severity: number;
  at: string;
}

/** The Security Suite's data of a server. */
export interface ServerProtectionState {
  ips: { white: string[]; black: string[] };
  /** Blocked countries; no reply shows them. */
  countries: string[];
  firewall: { request_limit: number; weak_password: number };
  infectedDomains: string[];
  /** How often the list of infected domains was refreshed. */
  refreshes: number;
}
