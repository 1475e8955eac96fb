import { networkOf, type Networks } from "../text/networks.ts";

/** How much of `X-Forwarded-For` is read, from its end. */
const MAX_CHARACTERS = 2_000;
const MAX_HOPS = 20;

/** `192.0.2.1:1234`, `[2001:db8::1]` and `[2001:db8::1]:1234`, but not an IPv6 address without brackets. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/;

/**
 * The client's address as far as it can be trusted: the connection's peer, or the peer that the operator's own proxies
 * report. It is used only to bound what strangers may do. IPv6 addresses count by network.
 *
 * @param peer The address of the connection's peer; undefined if it has none.
 * @param forwardedFor The header `X-Forwarded-For`; each proxy appends its peer.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, trusted: Networks): string {
  if (peer === undefined) return "unknown";
  if (forwardedFor === null) return networkOf(peer) ?? "unknown";
  let address = peer;
  // From the right: only what trusted proxies appended can be believed. Clients may write anything further left.
  for (const hop of hopsFromTheRight(forwardedFor)) {
    if (!trusted.includes(address)) break;
    const next = addressOfHop(hop);
    if (next === undefined) break;
    address = next;
  }
  return networkOf(address) ?? "unknown";
}

function hopsFromTheRight(header: string): string[] {
  const isCut = header.length > MAX_CHARACTERS;
  const hops = header.slice(-MAX_CHARACTERS).split(",").map((hop) => hop.trim());
  // Drop the cut hop: half an address may be another valid one.
  return (isCut ? hops.slice(1) : hops).reverse().slice(0, MAX_HOPS);
}

function addressOfHop(hop: string): string | undefined {
  const [, bracketed, plain] = WITH_PORT.exec(hop) ?? [];
  const text = bracketed ?? plain ?? hop;
  return networkOf(text) === undefined ? undefined : text;
}
