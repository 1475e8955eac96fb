/** The addresses to which an OAuth client may have a person's browser sent back. */

/** Most characters of a redirect URI. */
const MAX_LENGTH = 500;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** Loopback names; any port is allowed there, since desktop programs choose a free one. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Schemes of well-known programs. Others have to be a reversed domain name, as RFC 8252 asks. */
const CLIENT_SCHEMES = new Set(["cursor:", "vscode:", "claude:"]);
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/;

/** Whether a text may be registered as a redirect URI: https, http on loopback, or a private-use scheme. */
export function isRedirect(text: string): boolean {
  if (text.length > MAX_LENGTH || !VISIBLE_ASCII.test(text) || text.includes("#") || text.includes("\\")) return false;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "https:") return url.hostname !== "" && /^https:\/\/[^/]/i.test(text);
  if (url.protocol === "http:") return LOOPBACK.has(url.hostname) && /^http:\/\/[^/]/i.test(text);
  return CLIENT_SCHEMES.has(url.protocol) || PRIVATE_SCHEME.test(url.protocol);
}

/** Whether a redirect URI is the registered one: the same text, except for the port on loopback. */
export function matchesRedirect(registered: string, given: string): boolean {
  if (registered === given) return isRedirect(given);
  const [one, other] = [withoutLoopbackPort(registered), withoutLoopbackPort(given)];
  return one !== undefined && one === other && isRedirect(given);
}

/** Where a redirect leads, for people: the host, or the scheme of a program on this device. */
export function redirectPlace(redirect: string): string {
  const url = new URL(redirect);
  return /^https?:$/.test(url.protocol) ? url.host : url.protocol;
}

/** A redirect URI with parameters added. The rest of it stays as the client wrote it. */
export function withParameters(redirect: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const separator = redirect.includes("?") ? "&" : "?";
  return redirect + separator + new URLSearchParams(given).toString();
}

function withoutLoopbackPort(text: string): string | undefined {
  const [, start, port, rest] = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(:\d{1,5})?([/?].*|)$/.exec(text) ?? [];
  return start === undefined || (port !== undefined && Number(port.slice(1)) > 65535)
    ? undefined
    : start + (rest ?? "");
}
