/** Finds the servers and applications that a value names. Requests, operations, errors and records name them alike. */
import { tiedId } from "./models.ts";

/** The servers and applications that a value names. */
export interface NamedIds {
  servers: number[];
  apps: number[];
  /** Applications beside the id of their server. */
  paired: number[];
}

const SERVER_ID = /server_?ids?$/i;
/** `cms_app_id` is the kind of an application. */
const APP_ID = /(?<!cms_)app_?ids?$/i;

/** Stands for everything that is nested too deep to be read; no server has this id. */
const TOO_DEEP = -1;
const MAX_DEPTH = 12;

/** Every server and application that a value names, at any depth. */
export function namedIds(value: unknown): NamedIds {
  const found: NamedIds = { servers: [], apps: [], paired: [] };
  collect(value, found, 0);
  return found;
}

function collect(value: unknown, found: NamedIds, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) {
    found.servers.push(TOO_DEEP);
    return;
  }
  const members = Object.entries(value);
  const hasServer = members.some(([name, own]) => isServer(name, own));
  for (const [name, own] of members) {
    if (SERVER_ID.test(name)) found.servers.push(...idsIn(own));
    if (APP_ID.test(name)) found[name === "app_id" && hasServer ? "paired" : "apps"].push(...idsIn(own));
    // The target of an audit record names a server, and the applications on it, by their whole records.
    if (name === "server") found.servers.push(...idsOf(own));
    if (name === "apps") found[hasServer ? "paired" : "apps"].push(...Array.isArray(own) ? own.flatMap(idsOf) : []);
    collect(own, found, depth + 1);
  }
}

function isServer(name: string, value: unknown): boolean {
  if (name === "server") return idsOf(value).length > 0;
  return name === "server_id" && idsIn(value).length > 0;
}

function idsIn(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).map(tiedId).filter((id) => id !== null);
}

function idsOf(value: unknown): number[] {
  return typeof value === "object" && value !== null && "id" in value ? idsIn(value.id) : [];
}
