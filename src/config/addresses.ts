/** How host names, origins, URLs and networks are read from variables. */
import * as z from "zod";
import { Networks } from "../text/networks.ts";
import { fail, listParts, readBy, type Reader } from "./values.ts";

/** The names of this machine. */
export const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a host name or an address, in brackets or not, leads to this machine alone. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK_NAMES.includes(hostname) || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Brackets around an IPv6 address, as URLs and `--allow-net` want them. */
export function bracketed(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

/**
 * Names and addresses only, as DNS knows them. URLs allow more in a host; here it ends up in permission flags, where a
 * comma or a star would open other hosts.
 */
function isPlainHost(hostname: string): boolean {
  return /^([a-z0-9_]([a-z0-9._-]*[a-z0-9._])?|\[[0-9a-f:.]+\])$/i.test(hostname);
}

function tryUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}

/** An empty one counts too: it would stand in the middle of every address that begins with this one. */
function hasQueryOrFragment({ href }: URL): boolean {
  return /[?#]/.test(href);
}

/** A host to listen on; IPv6 without brackets. */
export const hostname: Reader<string> = z.string().transform((text, context) => {
  const url = tryUrl(`http://${bracketed(text)}:1`);
  if (url !== undefined && isPlainHost(bracketed(text))) return url.hostname.replace(/^\[(.*)\]$/, "$1");
  return fail(context, "must be a host name or an IP address, such as 127.0.0.1 or 0.0.0.0");
});

/** Accepts names, with or without a port, and whole origins alike, since people write them all. */
export const hostNames: Reader<Set<string>> = z.string().transform((text, context) => {
  const names = new Set<string>();
  for (const entry of listParts(text).filter((part) => part !== "")) {
    const isOrigin = entry.includes("://");
    const url = tryUrl(isOrigin ? entry : `http://${/:.*:/.test(entry) ? bracketed(entry) : entry}`);
    if (url === undefined || !isPlainHost(url.hostname) || url.pathname !== "/" || /[@?#]/.test(entry)) {
      // User info may contain a password.
      const shown = JSON.stringify(entry.replace(/^.*@/s, "…@").slice(0, 80));
      return fail(context, `${shown} is not a host name; write names such as mcp.example.com`);
    }
    names.add(url.hostname);
  }
  if (names.size === 0) return fail(context, "holds no name; write names such as mcp.example.com, or leave it unset");
  return names;
});

/** Origins of these schemes are known by their host names. */
const WEB_ORIGIN = /^https?:\/\//i;
const OTHER_ORIGIN = /^[a-z][a-z0-9+.-]{0,30}:\/\/[a-z0-9][a-z0-9._-]{0,250}(?::\d{1,5})?$/i;

/** As {@linkcode hostNames}, and also whole origins of other schemes, as desktop programs and extensions have them. */
export const origins: Reader<Set<string>> = z.string().transform((text, context) => {
  const entries = listParts(text).filter((part) => part !== "");
  const isOther = (entry: string) => OTHER_ORIGIN.test(entry) && !WEB_ORIGIN.test(entry);
  const others = entries.filter(isOther).map((entry) => entry.toLowerCase());
  const rest = entries.filter((entry) => !isOther(entry));
  if (rest.length === 0 && others.length > 0) return new Set(others);
  const names = hostNames.safeParse(rest.join(","));
  if (names.success) return new Set([...names.data, ...others]);
  return fail(context, names.error.issues[0]?.message ?? "is not a list of origins");
});

/** A URL that credentials may travel to: encrypted, or on this machine. Loses trailing slashes. */
export function httpsUrl(example: string): Reader<URL> {
  return z.string().transform((text, context) => {
    const url = tryUrl(text);
    if (url === undefined || !isPlainHost(url.hostname)) return fail(context, `must be a URL, such as ${example}`);
    if (url.username !== "" || url.password !== "" || hasQueryOrFragment(url)) {
      return fail(context, "must have no user name, password, query or fragment");
    }
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
      return fail(context, "must be https, or http on a loopback address");
    }
    url.pathname = url.pathname.replace(/\/+$/, "");
    return url;
  });
}

/** A URL of Redis, as it was written. */
export const redisUrl: Reader<string> = z.string().transform((text, context) => {
  const url = tryUrl(text);
  if (url === undefined || !isPlainHost(url.hostname)) {
    return fail(
      context,
      "must be a URL, such as redis://127.0.0.1:6379 or rediss://user:password@redis.example.com:6380/0",
    );
  }
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    return fail(context, "must begin with redis:// or rediss://");
  }
  if (hasQueryOrFragment(url)) {
    return fail(context, "must have no query or fragment; in a password write ? as %3F and # as %23");
  }
  if (!/^(\/\d{0,4})?$/.test(url.pathname)) return fail(context, "its path must be a database number, such as /0");
  return text;
});

/** Addresses and networks, separated by commas. */
export const networks: Reader<Networks> = readBy((text) =>
  Networks.parse(listParts(text).filter((part) => part !== ""))
);
