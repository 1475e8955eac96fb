/** Ranges of addresses in address lists. IPv4 mapped into IPv6 stays IPv6: Cloudways tells the two apart. */
import ipaddr from "ipaddr.js";

/** A range of addresses; a single address is a range of one. */
export interface AddressRange {
  /** The lowest address. */
  first: ipaddr.IPv4 | ipaddr.IPv6;
  /** How many leading bits are fixed. */
  prefix: number;
}

/** Bits in an address. */
const WIDTH = { ipv4: 32, ipv6: 128 } as const;

/** Ranges with at most this many fixed bits are wide. */
const WIDE_PREFIX = { ipv4: 16, ipv6: 32 } as const;

/** Reads an IPv4 or IPv6 address or CIDR range; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [, base = "", bits] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseAddress(base);
  if (address === undefined) return undefined;
  const prefix = bits === undefined ? WIDTH[address.kind()] : Number(bits);
  return prefix > WIDTH[address.kind()] ? undefined : { first: lowest(address, prefix), prefix };
}

/** The canonical text of a range: no host bits, IPv6 lower-case and shortened, no `/32` or `/128`. */
export function formatRange({ first, prefix }: AddressRange): string {
  return prefix === WIDTH[first.kind()] ? first.toString() : `${first}/${prefix}`;
}

/** Whether `wide` contains all addresses of `narrow`; false if either text is not a range. */
export function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [parseRange(wide), parseRange(narrow)];
  if (outer === undefined || inner === undefined || outer.first.kind() !== inner.first.kind()) return false;
  return outer.prefix <= inner.prefix && inner.first.match(outer.first, outer.prefix);
}

/** How many addresses a wide range contains, in words; undefined for a range that is not wide. */
export function wideSize({ first, prefix }: AddressRange): string | undefined {
  const kind = first.kind();
  if (prefix > WIDE_PREFIX[kind]) return undefined;
  return prefix === 0 ? `every ${kind.replace("ip", "IP")} address` : `2^${WIDTH[kind] - prefix} addresses`;
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  // ipaddr.js reads ::1.2.3.4 as ::ffff:1.2.3.4 and accepts octal numbers; the URL parser does neither.
  const url = /^[\da-f:.]+$/i.test(text) ? URL.parse(`http://[${text}]/`) : null;
  return url === null ? undefined : ipaddr.IPv6.parse(url.hostname.slice(1, -1));
}

function lowest(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const family = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const mask = family.subnetMaskFromPrefixLength(prefix).toByteArray();
  return ipaddr.fromByteArray(address.toByteArray().map((byte, index) => byte & (mask[index] ?? 0)));
}
