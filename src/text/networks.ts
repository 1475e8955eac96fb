/** IP addresses: parsing them, grouping them by sender, and matching them against networks. */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Parts of 16 bits that name a /64 network. Internet providers give each of their customers a whole one, and the
 * customer may send from any address in it.
 */
const IPV6_NETWORK_PARTS = 4;

/** Some addresses and networks, such as those of the operator's proxies. */
export class Networks {
  readonly #ranges: readonly [Address, number][];

  private constructor(ranges: readonly [Address, number][]) {
    this.#ranges = ranges;
  }

  /**
   * Reads addresses (`192.0.2.1`, `2001:db8::1`) and networks (`10.0.0.0/8`).
   *
   * @throws {RangeError} For the first text that is neither; the message quotes it.
   */
  static parse(texts: readonly string[]): Networks {
    return new Networks(texts.map(parseRange));
  }

  /** Whether one of them contains the address; false for a text that is not an address. */
  includes(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined &&
      this.#ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

/** Most senders that are remembered: reading an address takes longer than counting its request. */
const MAX_REMEMBERED = 1_000;
/** The longest address has fewer characters. */
const MAX_REMEMBERED_LENGTH = 64;
const remembered = new Map<string, string | undefined>();

/**
 * A key for the sender at an address: the address itself for IPv4, its /64 network for IPv6. Undefined for a text that
 * is not an address.
 */
export function networkOf(text: string): string | undefined {
  if (remembered.has(text)) return remembered.get(text);
  const network = readNetwork(text);
  if (text.length > MAX_REMEMBERED_LENGTH) return network;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, network);
  return network;
}

function readNetwork(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  if (address instanceof ipaddr.IPv4) return address.toString();
  const parts = address.parts.slice(0, IPV6_NETWORK_PARTS).map((part) => part.toString(16));
  return `${parts.join(":")}::/${IPV6_NETWORK_PARTS * 16}`;
}

/**
 * Reads IPv4 as four decimal numbers, and IPv6; no other spelling that some systems accept. IPv4 mapped into IPv6
 * becomes IPv4.
 */
function parseAddress(text: string): Address | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

function parseRange(text: string): [Address, number] {
  const [, base = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(base);
  const size = address instanceof ipaddr.IPv4 ? 32 : 128;
  const length = bits === undefined ? size : Number(bits);
  // With a mapped base the length could count the bits of IPv4 or of IPv6.
  const isAmbiguous = bits !== undefined && address instanceof ipaddr.IPv4 && base.includes(":");
  if (address === undefined || length > size || isAmbiguous) {
    const shown = JSON.stringify(text.slice(0, 60));
    throw new RangeError(`${shown} is neither an address nor a network; write them such as 192.0.2.1 or 10.0.0.0/8`);
  }
  return [address, length];
}
