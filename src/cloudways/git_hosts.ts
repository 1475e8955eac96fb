/** The hosts of Git repositories: which one an address names, and whether it can be one on the public internet. */
import ipaddr from "ipaddr.js";

const GIT_USER_AND_HOST = "[A-Za-z0-9_][\\w.-]*@([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)";
const GIT_PATH = "[\\w~][\\w.~%+/-]*";
/** `git@host:team/shop.git` or `ssh://git@host:22/team/shop.git`; no part can be read as an option. */
const GIT_URL = new RegExp(
  `^(?:${GIT_USER_AND_HOST}:/?${GIT_PATH}|ssh://${GIT_USER_AND_HOST}(?::(\\d{1,5}))?/${GIT_PATH})$`,
);
const SSH_PORT = 22;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Top-level names, and one domain, that mean this machine or a private network. */
const LOCAL_SUFFIXES = new Set(
  "localhost localdomain local internal intranet private corp home lan".split(" ").concat("home.arpa"),
);

/** Wildcard DNS domains: a name in them resolves to the address written in it, or to the machine itself. */
const WILDCARD_DNS = new Set(
  "nip.io sslip.io xip.io traefik.me localtest.me lvh.me vcap.me lacolhost.com".split(" "),
);

/** Address ranges reserved for documentation; allowed here as examples of public addresses. */
const DOCUMENTATION_RANGES = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"].map((range) =>
  ipaddr.IPv4.parseCIDR(range)
);

/** The host of a repository's SSH address, lower-case, with its port unless that is 22; undefined for other text. */
export function gitHost(url: string): string | undefined {
  const parts = partsOf(url);
  return parts && (parts.port === SSH_PORT ? parts.host : `${parts.host}:${parts.port}`);
}

/** Whether a text is a repository's SSH address. */
export function isGitUrl(text: string): boolean {
  return partsOf(text) !== undefined;
}

/**
 * Whether a repository's address may be on the public internet. Its name may still resolve to a private address; that
 * shows only when connecting.
 */
export function hasPublicHost(url: string): boolean {
  const { host = "" } = partsOf(url) ?? {};
  // Some programs read 127.1, 2130706433 and 0x7f000001 as addresses too; only four decimal parts are accepted here.
  if (ipaddr.IPv4.isValid(host)) return ipaddr.IPv4.isValidFourPartDecimal(host) && isPublicAddress(host);
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^(?:\d+|0x[\da-f]*)$/.test(last)) {
    return false;
  }
  const domain = labels.slice(-2).join(".");
  return !LOCAL_SUFFIXES.has(last) && !LOCAL_SUFFIXES.has(domain) && !WILDCARD_DNS.has(domain);
}

function isPublicAddress(address: string): boolean {
  const ip = ipaddr.IPv4.parse(address);
  return ip.range() === "unicast" || DOCUMENTATION_RANGES.some((range) => ip.match(range));
}

function partsOf(url: string): { host: string; port: number } | undefined {
  const match = GIT_URL.exec(url.trim());
  if (match === null) return undefined;
  const [, plain, withScheme, port] = match;
  const number = port === undefined ? SSH_PORT : Number(port);
  if (number < 1 || number > 65_535) return undefined;
  return { host: (plain ?? withScheme ?? "").toLowerCase(), port: number };
}
