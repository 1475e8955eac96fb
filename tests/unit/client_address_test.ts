import assert from "node:assert/strict";
import fc from "fast-check";
import { clientAddress } from "../../src/http/client_address.ts";
import { networkOf, Networks } from "../../src/text/networks.ts";

const PROXIES = Networks.parse(["192.0.2.1", "10.0.0.0/8", "2001:db8:a::/48"]);

const CASES: { what: string; peer: string | undefined; header: string | null; address: string }[] = [
  { what: "no proxy", peer: "198.51.100.7", header: null, address: "198.51.100.7" },
  {
    what: "a header of a client that is not a proxy",
    peer: "198.51.100.7",
    header: "203.0.113.9",
    address: "198.51.100.7",
  },
  { what: "a proxy's client", peer: "192.0.2.1", header: "203.0.113.9", address: "203.0.113.9" },
  {
    what: "a client that wrote into the header itself",
    peer: "192.0.2.1",
    header: "1.2.3.4, 203.0.113.9",
    address: "203.0.113.9",
  },
  { what: "a proxy behind a proxy", peer: "10.1.2.3", header: "203.0.113.9, 192.0.2.1", address: "203.0.113.9" },
  { what: "a client that names a proxy", peer: "192.0.2.1", header: "192.0.2.1, 203.0.113.9", address: "203.0.113.9" },
  { what: "a proxy without a header", peer: "192.0.2.1", header: null, address: "192.0.2.1" },
  { what: "a proxy's own request", peer: "192.0.2.1", header: "10.0.0.5", address: "10.0.0.5" },
  { what: "rubbish", peer: "192.0.2.1", header: "unknown", address: "192.0.2.1" },
  { what: "rubbish from the client", peer: "192.0.2.1", header: "'; --, 203.0.113.9", address: "203.0.113.9" },
  { what: "rubbish behind a proxy", peer: "10.1.2.3", header: "203.0.113.9, rubbish", address: "10.1.2.3" },
  { what: "a port", peer: "192.0.2.1", header: "203.0.113.9:51234", address: "203.0.113.9" },
  { what: "IPv6", peer: "2001:db8:a::1", header: "2001:db8:1:2:3:4:5:6", address: "2001:db8:1:2::/64" },
  { what: "IPv6 with a port", peer: "192.0.2.1", header: "[2001:db8:1:2::6]:443", address: "2001:db8:1:2::/64" },
  { what: "IPv4 written as IPv6", peer: "::ffff:192.0.2.1", header: "::ffff:203.0.113.9", address: "203.0.113.9" },
  { what: "a number", peer: "192.0.2.1", header: "3405803785", address: "192.0.2.1" },
  { what: "octal", peer: "192.0.2.1", header: "0313.0.0161.011", address: "192.0.2.1" },
  { what: "nothing", peer: undefined, header: "203.0.113.9", address: "unknown" },
];

for (const { what, peer, header, address } of CASES) {
  Deno.test(`the client's address of ${what}`, () => {
    assert.equal(clientAddress(peer, header, PROXIES), address);
  });
}

Deno.test("a long header is read only from its end, and half an address never counts as one", () => {
  const long = `${"1.2.3.4, ".repeat(5_000)}203.0.113.9`;
  const allProxies = Array.from({ length: 5_000 }, () => "10.0.0.1").join(", ");

  assert.equal(clientAddress("192.0.2.1", long, PROXIES), "203.0.113.9");
  assert.equal(clientAddress("192.0.2.1", allProxies, PROXIES), "10.0.0.1");
  for (let cut = 0; cut < 30; cut++) {
    const address = clientAddress(
      "10.0.0.1",
      `203.0.113.9,${" ".repeat(cut)}${"10.0.0.1,".repeat(230)}10.0.0.1`,
      PROXIES,
    );
    assert.equal(address, "10.0.0.1");
  }
});

Deno.test("a client behind a proxy can't change its address", () => {
  const address = fc.ipV4().filter((ip) => !PROXIES.includes(ip));
  fc.assert(fc.property(address, fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (client, written) => {
    const header = [...written, client].join(", ");

    assert.equal(clientAddress("192.0.2.1", header, PROXIES), networkOf(client));
  }));
});

Deno.test("all addresses of one IPv6 network count as one, and those of another as another", () => {
  const part = fc.nat({ max: 0xffff }).map((number) => number.toString(16));
  const half = fc.tuple(part, part, part, part).map((parts) => parts.join(":"));
  // The first part says that it is neither a mapped address nor any other with a meaning of its own.
  fc.assert(fc.property(half, half, half, half, (network, other, host, otherHost) => {
    const [first = "", second = ""] = [network, other].map((one) => one.replace(/^\w+/, "2001"));
    const named = networkOf(`${first}:${host}`);

    assert.equal(networkOf(`${first}:${otherHost}`), named);
    if (first !== second) assert.notEqual(networkOf(`${second}:${host}`), named);
  }));
});

Deno.test("only well-formed networks are read", () => {
  for (
    const text of ["", "proxy", "10.1", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "::ffff:10.0.0.0/104"]
  ) {
    assert.throws(() => Networks.parse([text]), RangeError, text);
  }
  const all = Networks.parse(["0.0.0.0/0"]);
  assert.deepEqual(["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "x"].map((one) => all.includes(one)), [
    true,
    true,
    false,
    false,
  ]);
});
