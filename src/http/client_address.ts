import { networkOf, type Networks } from "../text/networks.ts";

/** How much of `X-Forwarded-For` is read, from its end. */
const MAX_CHARACTERS = 2_000;
const MAX_HOPS = 20;

/** `192.0.2.1:1234`, `[2001:db8::1]` and `[2001:db8::1]:1234`; an IPv6 address by itself is not among them. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/;

/**
 * Where a request comes from, as far as that can be trusted: the connection's peer, or what the operator's own proxies
 * say of theirs. It bounds what strangers may do, and is used for nothing else. IPv6 counts by network.
 *
 * @param peer The address of the connection; undefined where it has none.
 * @param forwardedFor The header `X-Forwarded-For`: each proxy has added its peer at the end.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, trusted: Networks): string {
  if (peer === undefined) return "unknown";
  let address = peer;
  // From the right: only what our own proxies have written is true. Any client may write what is further left.
  for (const hop of hopsFromTheRight(forwardedFor ?? "")) {
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
  // Half an address may be another one.
  return (isCut ? hops.slice(1) : hops).reverse().slice(0, MAX_HOPS);
}

function addressOfHop(hop: string): string | undefined {
  const [, bracketed, plain] = WITH_PORT.exec(hop) ?? [];
  const text = bracketed ?? plain ?? hop;
  return networkOf(text) === undefined ? undefined : text;
}
