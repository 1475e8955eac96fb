import assert from "node:assert/strict";
import fc from "fast-check";
import { gitHost, hasPublicHost, isGitUrl } from "../../src/cloudways/git_hosts.ts";

/** The same host in both kinds of address. */
const urlsOf = (host: string) => [`git@${host}:team/shop.git`, `ssh://git@${host}/team/shop.git`];

const isPublic = (host: string) => urlsOf(host).map((url) => isGitUrl(url) && hasPublicHost(url));

const PUBLIC = [
  "git.example.com",
  "GIT.Example.COM",
  "github.com",
  "xn--blmchen-n2a.example",
  "local.example.com",
  "10.example.com",
  "8.8.8.8",
  "203.0.113.7",
];

const PRIVATE = [
  ...["localhost", "LOCALHOST", "git.localhost", "git", "gitlab-server", "printer.local", "git.internal"],
  ...["metadata.google.internal", "git.lan", "git.home", "git.corp", "git.home.arpa", "git.intranet", "a.localdomain"],
  ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254"],
  ...["172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1"],
  ...["255.255.255.255", "192.0.0.8"],
  ...["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.01"],
  ...["1.2.3.4.5", "256.1.1.1", "1.2.3", "example.123", "example.0x7f"],
  ...["127.0.0.1.nip.io", "git.10-0-0-1.SSLIP.io", "shop.localtest.me", "lvh.me"],
  ...["[::1]", "::1", "[::ffff:127.0.0.1]", "[fe80::1]", "git..example.com", "git.-example.com", "git.example.com."],
];

Deno.test("a public host is accepted by its full name or its address", () => {
  for (const host of PUBLIC) assert.deepEqual(isPublic(host), [true, true], host);
});

Deno.test("a host that is local, private or unusually spelled is refused", () => {
  for (const host of PRIVATE) assert.deepEqual(isPublic(host), [false, false], host);
});

const PRIVATE_NETWORKS = [[0x0a000000, 8], [0x7f000000, 8], [0xac100000, 12], [0xc0a80000, 16], [0xa9fe0000, 16]];

/** An address of a private network. */
const privateAddress = fc.constantFrom(...PRIVATE_NETWORKS).chain(([first = 0, bits = 0]) =>
  fc.integer({ min: 0, max: 2 ** (32 - bits) - 1 }).map((rest) => first + rest)
);

const spellings: ((number: number) => string)[] = [
  (number) => String(number),
  (number) => `0x${number.toString(16)}`,
  (number) => `0X${number.toString(16).toUpperCase()}`,
  (number) => `0${number.toString(8)}`,
];

/** An address in a form that `inet_aton` reads: one to four parts, the last of which holds the rest. */
const spelledAddress = fc.tuple(
  privateAddress,
  fc.integer({ min: 1, max: 4 }),
  fc.array(fc.constantFrom(...spellings), { minLength: 4, maxLength: 4 }),
).map(([address, parts, spell]) => {
  const heads = [24, 16, 8].slice(0, parts - 1).map((shift) => (address >>> shift) & 255);
  const last = address % 2 ** (8 * (5 - parts));
  return [...heads, last].map((number, index) => spell[index]?.(number) ?? "").join(".");
});

Deno.test("a private address is refused in every spelling", () => {
  fc.assert(fc.property(spelledAddress, (host) => assert.deepEqual(isPublic(host), [false, false], host)));
});

Deno.test("a host is the same in every spelling, and a different one on a different port", () => {
  for (const url of urlsOf("GIT.example.com")) assert.equal(gitHost(url), "git.example.com");
  assert.equal(gitHost("ssh://git@git.example.com:22/team/shop.git"), "git.example.com");
  assert.equal(gitHost("ssh://git@git.example.com:2222/team/shop.git"), "git.example.com:2222");
  for (
    const wrong of ["https://git.example.com/shop.git", "ssh://git@git.example.com:0/a", "ssh://git@a.example:70000/a"]
  ) {
    assert.equal(gitHost(wrong), undefined, wrong);
  }
});
