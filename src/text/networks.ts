/** Internet addresses: reading them, grouping them, and finding them in networks. */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A customer of an internet provider has a whole network of this many bits, and may send from each address in it. */
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
   * @throws {RangeError} That quotes the first one that is neither.
   */
  static parse(texts: readonly string[]): Networks {
    return new Networks(texts.map(parseRange));
  }

  /** Whether an address lies in one of them; false for what is no address. */
  includes(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined &&
      this.#ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

/**
 * What stands for everybody who may send from an address: the address itself in IPv4, its network (/64) in IPv6;
 * undefined for what is no address.
 */
export function networkOf(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  if (address instanceof ipaddr.IPv4) return address.toString();
  const parts = address.parts.slice(0, IPV6_NETWORK_PARTS).map((part) => part.toString(16));
  return `${parts.join(":")}::/${IPV6_NETWORK_PARTS * 16}`;
}

/** Four decimal numbers or IPv6, and nothing else that passes for an address somewhere; mapped IPv4 becomes IPv4. */
function parseAddress(text: string): Address | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

function parseRange(text: string): [Address, number] {
  const [, base = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(base);
  const size = address instanceof ipaddr.IPv4 ? 32 : 128;
  const length = bits === undefined ? size : Number(bits);
  // The length of a network of mapped addresses could mean either kind.
  const isAmbiguous = bits !== undefined && address instanceof ipaddr.IPv4 && base.includes(":");
  if (address === undefined || length > size || isAmbiguous) {
    const shown = JSON.stringify(text.slice(0, 60));
    throw new RangeError(`${shown} is neither an address nor a network; write them such as 192.0.2.1 or 10.0.0.0/8`);
  }
  return [address, length];
}
