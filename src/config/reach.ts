/** What a configuration lets the process reach: where it listens, what it connects to, and what it writes. */
import type { Config } from "../config.ts";
import { bracketed, isLoopback } from "./addresses.ts";

/** A host and a port, as Deno's `--allow-net` takes them; IPv6 hosts stand in brackets. */
export interface HostPort {
  host: string;
  port: number;
}

/** `host:port`, as Deno's `--allow-net` takes it. */
export function formatHostPort({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

/** Whether this configuration listens on this machine alone. */
export function listensOnLoopback(config: Config): boolean {
  return isLoopback(config.listen.hostname);
}

/** Whether the address that people are given leads to this machine alone. */
export function publicUrlIsLoopback({ publicUrl }: Config): boolean {
  return publicUrl !== undefined && isLoopback(publicUrl.hostname);
}

/** Why a process that serves stdio has no pages. */
export type NoStdioPages = "switched off" | "not loopback";

/** Why there are no pages over stdio; undefined if there are. */
export function whyNoStdioPages(config: Config): NoStdioPages | undefined {
  if (config.confirm === "elicit") return "switched off";
  return listensOnLoopback(config) ? undefined : "not loopback";
}

/**
 * The address that `stdio` listens on while a page is open; undefined if it never listens. A process that only reads
 * has nothing to ask or to show.
 */
export function stdioPagesAddress(config: Config): HostPort | undefined {
  return config.readOnly || whyNoStdioPages(config) !== undefined ? undefined : listenAddress(config);
}

/**
 * The configuration as it is over stdio. Pages are served where the process listens and nowhere else, so another
 * `PUBLIC_URL` does not count; one that only has another name of this machine does.
 */
export function overStdio(config: Config): Config {
  if (!listensOnLoopback(config)) return { ...config, publicUrl: undefined };
  const own = new URL(`http://${formatHostPort(listenAddress(config))}`);
  const given = config.publicUrl;
  const isOwn = given?.protocol === own.protocol && given.port === own.port && isLoopback(given.hostname);
  const publicUrl = isOwn ? new URL(given.origin) : own;
  const { hostname } = publicUrl;
  return {
    ...config,
    publicUrl,
    allowedHosts: new Set([...config.allowedHosts, hostname]),
    allowedOrigins: new Set([...config.allowedOrigins, hostname]),
  };
}

/** Where the process connects to: the Cloudways API, and Redis where it is used. */
export function outboundHosts(config: Config): HostPort[] {
  const hosts = [hostPortOf(config.apiBaseUrl, WEB_PORTS)];
  if (config.redisUrl !== undefined) {
    hosts.push(hostPortOf(new URL(config.redisUrl), { "redis:": 6379, "rediss:": 6379 }));
  }
  return hosts;
}

/** Where people reach this server; `doctor` tries whether they do. */
export function publicHost({ publicUrl }: Config): HostPort | undefined {
  return publicUrl && hostPortOf(publicUrl, WEB_PORTS);
}

/** The address to listen on, as `--allow-net` takes it. */
export function listenAddress(config: Config): HostPort {
  return { host: bracketed(config.listen.hostname), port: config.listen.port };
}

/** The one file that the process writes, if any. */
export function writtenFile({ auditLog }: Config): string | undefined {
  return auditLog?.kind === "file" ? auditLog.path : undefined;
}

const WEB_PORTS = { "https:": 443, "http:": 80 };

function hostPortOf(url: URL, defaults: Readonly<Record<string, number>>): HostPort {
  return { host: bracketed(url.hostname), port: url.port === "" ? defaults[url.protocol] ?? 0 : Number(url.port) };
}
