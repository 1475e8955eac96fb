/** What an application's record says of its certificates, in the forms in which Cloudways and PHP write it. */
import assert from "node:assert/strict";
import { installedCertificates } from "../../src/cloudways/installed_certificates.ts";
import { appRecord } from "../../src/cloudways/models.ts";

const read = (own_ssl: unknown, lets_encrypt: unknown) =>
  installedCertificates(appRecord.parse({ id: 1, own_ssl, lets_encrypt }));

Deno.test("a whole record is read", () => {
  const record = { ssl_domains: ["Www.example.com", "*.example.com"], ssl_email: "me@example.com", type: "san" };

  assert.deepEqual(read(false, { ...record, auto: "1", is_verified: 0, is_installed: true }), {
    own: false,
    letsEncrypt: true,
    letsEncryptDomains: ["*.example.com", "www.example.com"],
    wildcard: true,
    email: "me@example.com",
    autoRenewal: true,
    verified: false,
  });
});

Deno.test("a list of domains may be an object, and one with anything but texts is none", () => {
  const domains = (ssl_domains: unknown) => read(null, { ssl_domains }).letsEncryptDomains;

  assert.deepEqual(domains({ 1: "b.example", 0: "a.example" }), ["a.example", "b.example"]);
  for (const odd of [undefined, null, "a.example", ["a.example", 1], [null], {}]) assert.deepEqual(domains(odd), []);
});

Deno.test("a member of another form counts as missing", () => {
  const odd = { ssl_domains: 1, ssl_email: [], type: {}, auto: "yes", is_verified: [], is_installed: "perhaps" };

  for (const record of [odd, { other: 1 }, "text", 7]) {
    const { own: _own, ...known } = read(undefined, record);
    assert.deepEqual(known, {
      letsEncrypt: null,
      letsEncryptDomains: [],
      wildcard: null,
      email: null,
      autoRenewal: null,
      verified: null,
    });
  }
  assert.equal(read(null, { ssl_email: 5 }).email, "5");
});

Deno.test("a certificate of the customer's own needs no flag, one of Let's Encrypt does", () => {
  const both = (value: unknown) => [read(value, value).own, read(value, value).letsEncrypt];

  assert.deepEqual(both(undefined), [null, null]);
  for (const none of [null, false, "", "0", 0, [], {}]) assert.deepEqual(both(none), [false, false]);
  for (const some of ["1", true, 1, { other: 1 }]) assert.deepEqual(both(some), [true, null]);
  assert.deepEqual(both({ is_installed: "true" }), [true, true]);
  assert.deepEqual(both({ is_installed: "0" }), [false, false]);
  assert.deepEqual(both({ is_installed: "perhaps" }), [null, null]);
});
