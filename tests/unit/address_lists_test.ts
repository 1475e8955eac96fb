import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKey, addressListReply, wideRanges } from "../../src/cloudways/address_lists.ts";
import { formatRange, parseRange } from "../../src/cloudways/address_ranges.ts";
import { editList, type ListEdit, sameEntries } from "../../src/tools/define/list_edits.ts";
import { warningsOf } from "../../src/tools/security/whitelist_change.ts";

const mergeList = (before: readonly string[], edit: ListEdit) => editList(before, edit, addressKey);
const sameList = (a: readonly string[], b: readonly string[]) => sameEntries(a, b, addressKey);

const cidr = (address: fc.Arbitrary<string>, width: number) =>
  fc.tuple(address, fc.option(fc.integer({ min: 0, max: width }), { nil: undefined }))
    .map(([text, prefix]) => prefix === undefined ? text : `${text}/${prefix}`);
const anyRange = fc.oneof(cidr(fc.ipV4(), 32), cidr(fc.ipV6(), 128));
const anyList = fc.array(anyRange, { maxLength: 12 });

const canonical = (ip: string) => {
  const range = parseRange(ip);
  assert.ok(range !== undefined, `${ip} was not understood`);
  return formatRange(range);
};
const setOf = (ips: readonly string[]) => new Set(ips.map(canonical));

Deno.test("equivalent spellings of an address are one address", () => {
  const same = [
    ["198.51.100.7", "198.51.100.7/32"],
    ["198.51.100.7/24", "198.51.100.0/24"],
    ["2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8::0.0.0.1", "2001:db8::1/128"],
    ["2001:db8:ffff::/32", "2001:db8::/32"],
    ["::/0", "ffff::1/0", "0:0:0:0:0:0:0:0/0"],
  ];

  for (const spellings of same) assert.deepEqual(new Set(spellings.map(canonical)).size, 1, spellings.join(" "));
  assert.equal(canonical("2001:0DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  assert.equal(canonical("0.0.0.0/0"), "0.0.0.0/0");
});

Deno.test("different addresses stay different, an IPv4 address inside IPv6 among them", () => {
  assert.notEqual(canonical("::ffff:198.51.100.7"), canonical("198.51.100.7"));
  assert.notEqual(canonical("::ffff:198.51.100.7"), canonical("::198.51.100.7"));
  assert.notEqual(canonical("198.51.100.0/24"), canonical("198.51.100.0/25"));
  assert.notEqual(canonical("0.0.0.0/0"), canonical("::/0"));
});

Deno.test("a malformed address is refused", () => {
  const wrong = [
    "",
    "198.51.100",
    "198.51.100.256",
    "198.51.100.07",
    "198.51.100.7/",
    "198.51.100.7/33",
    "198.51.100.7/024",
    "198.51.100.7/24/24",
    "198.51.100.7-9",
    " 198.51.100.7",
    "0x7f.0.0.1",
    "2130706433",
    "2001:db8::1::2",
    "2001:db8::1/129",
    "1.2.3.4::1",
    "::ffff:010.0.0.1",
    "::ffff:0x7f.0.0.1",
    "fe80::1%eth0",
    "[::1]",
    ":",
    "shop.example.com",
    "*",
  ];

  assert.deepEqual(wrong.filter((text) => parseRange(text) !== undefined), []);
});

Deno.test("every IPv4 and IPv6 range is understood, and its one spelling means the same", () => {
  fc.assert(fc.property(anyRange, (ip) => {
    assert.equal(canonical(canonical(ip)), canonical(ip));
  }));
});

Deno.test("adding addresses and then removing them gives the original list", () => {
  fc.assert(fc.property(anyList, anyList, (before, wanted) => {
    const add = wanted.filter((ip) => !setOf(before).has(canonical(ip)));

    const { after } = mergeList(mergeList(before, { add }).after, { remove: add });

    assert.ok(sameList(after, before));
  }));
});

Deno.test("order, repetition and spelling of a list don't matter", () => {
  fc.assert(fc.property(anyList, anyList, anyList, fc.nat(), (before, add, remove, turn) => {
    const shuffled = (ips: string[]) => {
      const at = ips.length === 0 ? 0 : turn % ips.length;
      return [...ips.slice(at), ...ips.slice(0, at), ...ips.slice(0, 2)].map(canonical).reverse();
    };

    const one = mergeList(before, { add, remove });
    const other = mergeList(shuffled(before), { add: shuffled(add), remove: shuffled(remove) });

    assert.ok(sameList(before, shuffled(before)));
    assert.ok(sameList(one.after, other.after));
    assert.deepEqual(setOf(one.added), setOf(other.added));
    assert.deepEqual(setOf(one.removed), setOf(other.removed));
  }));
});

Deno.test("only named entries are removed, and only named entries are added", () => {
  fc.assert(fc.property(anyList, anyList, anyList, (before, add, remove) => {
    const { after, added, removed, missing } = mergeList(before, { add, remove });

    assert.ok(removed.every((ip) => setOf(remove).has(canonical(ip))));
    assert.ok(added.every((ip) => setOf(add).has(canonical(ip)) && !setOf(before).has(canonical(ip))));
    assert.deepEqual(setOf(after), setOf(before).difference(setOf(remove)).union(setOf(added)));
    assert.ok(missing.every((ip) => setOf(remove).has(canonical(ip)) && !setOf(before).has(canonical(ip))));
  }));
});

Deno.test("replacing gives exactly the new list, and says what was added and removed", () => {
  fc.assert(fc.property(anyList, anyList, (before, replace) => {
    const { after, added, removed } = mergeList(before, { replace });

    assert.ok(sameList(after, replace));
    assert.deepEqual(setOf(added), setOf(replace).difference(setOf(before)));
    assert.deepEqual(setOf(removed), setOf(before).difference(setOf(replace)));
  }));
});

Deno.test("entries that stay keep their spelling and order, even malformed ones", () => {
  const before = ["office", "2001:DB8:0::1", "198.51.100.9/24"];

  const { after } = mergeList(before, { add: ["203.0.113.7", "2001:db8::1"] });

  assert.deepEqual(after, [...before, "203.0.113.7"]);
});

Deno.test("both forms of the answer give the same list", () => {
  const ips = ["198.51.100.7", "2001:db8::/32"];
  const read = (reply: unknown) => addressListReply.safeParse(reply).data;

  assert.deepEqual(read({ data: { ip_list: JSON.stringify(ips), policy: "block_all" } }), {
    ips,
    policy: "block_all",
    stated: true,
  });
  for (
    const reply of [{ ip_list: ips }, { data: { ip_list: ips } }, { ip_list: { 0: ips[0], 2: ips[1] }, status: true }]
  ) {
    assert.deepEqual(read(reply), { ips, policy: null, stated: true });
  }
  for (const ip_list of [[], {}, "", "[]"]) assert.deepEqual(read({ ip_list })?.ips, []);
});

Deno.test("the empty text that empties a list is not an entry", () => {
  const read = (reply: unknown) => addressListReply.safeParse(reply).data;

  assert.deepEqual(read({ ip_list: [""] }), { ips: [], policy: null, stated: true });
  assert.deepEqual(read({ data: { ip_list: '["", "198.51.100.7"]', policy: "block_all" } })?.ips, ["198.51.100.7"]);
});

Deno.test("an answer without the list counts as empty only as a guess, and a malformed one is refused", () => {
  const read = (reply: unknown) => addressListReply.safeParse(reply).data;

  for (const reply of [[], {}, { status: true }, { data: [] }]) {
    assert.deepEqual(read(reply), { ips: [], policy: null, stated: false });
  }
  for (
    const reply of [null, "x", ["198.51.100.7"], { ip_list: null }, { ip_list: "x" }, { ip_list: [1] }, { other: 1 }]
  ) {
    assert.equal(read(reply), undefined, JSON.stringify(reply));
  }
});

Deno.test("a range is wide from 65536 IPv4 addresses on, and from 2^96 of IPv6", () => {
  const ranges = ["10.0.0.0/16", "10.0.0.0/17", "2001:db8::/32", "2001:db8::/33", "0.0.0.0/0"];

  assert.deepEqual(wideRanges(ranges), [
    { ip: "10.0.0.0/16", size: "2^16 addresses", all: false },
    { ip: "2001:db8::/32", size: "2^96 addresses", all: false },
    { ip: "0.0.0.0/0", size: "every IPv4 address", all: true },
  ]);
});

Deno.test("wide ranges, open policies and entries that could not be removed get a warning", () => {
  const merged = mergeList(["198.51.100.0/24", "10.0.0.0/8"], { add: ["::/0"], remove: ["198.51.100.7", "192.0.2.1"] });

  const warnings = warningsOf(merged, "allow_all");

  assert.equal(warnings.length, 5);
  assert.match(warnings[0] ?? "", /10\.0\.0\.0\/8 is a wide range: 2\^24 addresses/);
  assert.match(warnings[1] ?? "", /::\/0 is a wide range: every IPv6 address/);
  assert.match(warnings[2] ?? "", /198\.51\.100\.7 was not on the list, but 198\.51\.100\.0\/24 on it covers it/);
  assert.match(warnings[3] ?? "", /192\.0\.2\.1 was not on the list\./);
  assert.match(warnings[4] ?? "", /allow_all/);
  assert.match(warningsOf(mergeList([], {}), "block_all").join(), /locks everyone out/);
});
