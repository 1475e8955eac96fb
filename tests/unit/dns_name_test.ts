import assert from "node:assert/strict";
import { dnsName } from "../../src/text/dns_names.ts";

Deno.test("a domain that is not ASCII has its punycode in every form of address", () => {
  const forms = [
    "exämple.com",
    "EXÄMPLE.com",
    "ex\u00ad\u200bämple.com",
    "exämple。com",
    "exämple.com:8443",
    "exämple.com/shop",
    "exämple.com?a=1",
    "exämple.com#top",
    "exämple.com is the shop",
    "https://exämple.com/shop.git",
    "https://user:word@exämple.com:8443/shop.git",
    "https://shop.example.com@exämple.com/shop.git",
    "ssh://git@exämple.com/shop.git",
    "git+ssh://git@exämple.com:22/shop.git",
    "git@exämple.com:shop.git",
  ];

  const names = forms.map((form) => [form, dnsName(form)]);

  assert.deepEqual(names, forms.map((form) => [form, "xn--exmple-cua.com"]));
});

Deno.test("a wildcard keeps its star", () => {
  assert.equal(dnsName("*.exämple.com"), "*.xn--exmple-cua.com");
});

Deno.test("text with an ASCII domain, or without one, has no other name in DNS", () => {
  const texts = [
    "",
    "Shop",
    "shop.example.com",
    "https://shop.example.com/größe",
    "shop.example.com is größer",
    "git@shop.example.com:größe.git",
    "Größe",
    "Größe: 1.5",
    "größe/example.com",
    '["exämple.com"]',
    "https://",
    "/",
    "@",
    "2001:db8::1",
  ];

  const names = texts.map(dnsName);

  assert.deepEqual(names, texts.map(() => undefined));
});
