import assert from "node:assert/strict";
import { CertificateError, checkCertificate, coverage } from "../../src/cloudways/certificates.ts";
import { mayHaveCertificate } from "../../src/cloudways/installed_certificates.ts";
import { appRecord } from "../../src/cloudways/models.ts";
import { certificatePem, freshKey, keyPem, lockedKeyPem, type LockSpec, testKey } from "../support/certificates.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const DOMAINS = ["shop.example.com", "*.example.org"];
const certificate = certificatePem({ domains: DOMAINS });
const privateKey = keyPem(testKey(1));

async function problemOf(run: () => Promise<unknown>): Promise<{ argument: string; message: string }> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof CertificateError, String(error));
    return { argument: error.argument, message: error.message };
  }
  throw new Error("nothing was found wrong");
}

const app = (fields: Record<string, unknown>) => appRecord.parse({ id: 1, label: "Shop", ...fields });

Deno.test("a certificate and its key are read, with every kind of key", async () => {
  for (const key of [testKey(1), freshKey("ec"), freshKey("rsa")]) {
    const facts = await checkCertificate(
      { certificate: certificatePem({ domains: DOMAINS, key }), privateKey: keyPem(key) },
      NOW,
    );

    assert.deepEqual(facts.domains, DOMAINS);
    assert.equal(facts.valid_until, "2049-12-31T00:00:00.000Z");
    assert.match(facts.fingerprint_sha256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  }
});

Deno.test("a chain may follow the certificate, and must not come before it", async () => {
  const issuer = certificatePem({ domains: [], commonName: "EXAMPLE CA", key: testKey(2) });

  const facts = await checkCertificate({ certificate: `${certificate}\n${issuer}`, privateKey }, NOW);
  const turned = await problemOf(() => checkCertificate({ certificate: issuer + certificate, privateKey }, NOW));

  assert.equal(facts.chain_length, 1);
  assert.equal(turned.argument, "certificate");
  assert.match(turned.message, /begin with the site's own/);
});

Deno.test("a certificate with one byte changed is read or refused, without another error", async () => {
  const bytes = Uint8Array.fromBase64(certificate.replace(/-----[^-]+-----/g, ""));
  const refusals = new Set<string>();
  const check = async (changed: Uint8Array) => {
    const pem = `-----BEGIN CERTIFICATE-----\n${changed.toBase64()}\n-----END CERTIFICATE-----\n`;
    try {
      await checkCertificate({ certificate: pem, privateKey }, NOW);
    } catch (error) {
      assert.ok(error instanceof CertificateError, String(error));
      refusals.add(`${error.argument} ${error.message}`);
    }
  };

  for (const index of bytes.keys()) {
    for (const bits of [0x01, 0x80, 0xff]) await check(bytes.with(index, (bytes[index] ?? 0) ^ bits));
  }

  assert.ok(refusals.has("certificate can't be read (certificate 1 in it)"));
  assert.ok(refusals.has("private_key does not fit the certificate"));
});

Deno.test("a malformed certificate is refused, in the chain too", async () => {
  const broken = "-----BEGIN CERTIFICATE-----\nRVhBTVBMRQ==\n-----END CERTIFICATE-----\n";

  for (
    const wrong of ["", "EXAMPLE", broken, certificate.slice(0, 200), certificate + broken, certificate + privateKey]
  ) {
    assert.equal(
      (await problemOf(() => checkCertificate({ certificate: wrong, privateKey }, NOW))).argument,
      "certificate",
    );
  }
});

Deno.test("a certificate is refused before it is valid and after it has expired", async () => {
  const notBefore = new Date("2026-01-01T00:00:00Z");
  const notAfter = new Date("2026-03-01T00:00:00Z");
  const files = { certificate: certificatePem({ domains: DOMAINS, notBefore, notAfter }), privateKey };

  assert.match(
    (await problemOf(() => checkCertificate(files, notBefore.getTime() - 1))).message,
    /not valid before 2026-01-01/,
  );
  assert.match(
    (await problemOf(() => checkCertificate(files, notAfter.getTime() + 1))).message,
    /expired at 2026-03-01/,
  );
  for (const time of [notBefore, notAfter]) await assert.doesNotReject(() => checkCertificate(files, time.getTime()));
});

Deno.test("a key of another certificate is refused, of the same kind or not", async () => {
  for (const other of [testKey(2), freshKey("ec"), freshKey("rsa")]) {
    const problem = await problemOf(() => checkCertificate({ certificate, privateKey: keyPem(other) }, NOW));

    assert.deepEqual(problem, { argument: "private_key", message: "does not fit the certificate" });
  }
});

Deno.test("an encrypted key needs its password, and the right one", async () => {
  const files = { certificate, privateKey: keyPem(testKey(1), "EXAMPLE") };

  await assert.doesNotReject(() => checkCertificate({ ...files, password: "EXAMPLE" }, NOW));
  for (
    const [password, problem] of [[undefined, /is needed/], ["", /is needed/], ["WRONG", /does not open/]] as const
  ) {
    const { argument, message } = await problemOf(() => checkCertificate({ ...files, password }, NOW));
    assert.equal(argument, "password");
    assert.match(message, problem);
  }
});

Deno.test("a key may have its curve's parameters, a comment or empty lines before it", async () => {
  const key = freshKey("ec");
  const files = { certificate: certificatePem({ domains: DOMAINS, key }) };
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const sec1 = String(key.export({ type: "sec1", format: "pem" }));

  for (const privateKey of [parameters + sec1, `\r\n${sec1}`, `The key of the shop:\n${keyPem(key)}\n`]) {
    await assert.doesNotReject(() => checkCertificate({ ...files, privateKey }, NOW), privateKey.slice(0, 30));
  }
});

Deno.test("a key that takes too much work to open is refused before it is tried", async () => {
  const open = (lock: LockSpec) => () =>
    checkCertificate(
      { certificate, privateKey: lockedKeyPem(testKey(1), "EXAMPLE", lock), password: "EXAMPLE" },
      NOW,
    );

  for (const rounds of [1, 2048, 100_000]) await assert.doesNotReject(open({ rounds }));
  assert.match((await problemOf(open({ rounds: 100_001 }))).message, /more rounds/);
  assert.match((await problemOf(open({ scrypt: [16_384, 8, 2] }))).message, /does not open/);
  for (const scrypt of [[65_536, 8, 1], [2, 1, 1_000_000], [2, 1_000_000, 1]] as const) {
    assert.match((await problemOf(open({ scrypt }))).message, /more rounds/);
  }
});

Deno.test("a key that OpenSSL encrypted with Triple DES opens, only with its password", async () => {
  for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const) {
    const privateKey = lockedKeyPem(testKey(1), "EXAMPLE", { cipher: "des-ede3-cbc", hash });

    await assert.doesNotReject(() => checkCertificate({ certificate, privateKey, password: "EXAMPLE" }, NOW), hash);
    assert.deepEqual(await problemOf(() => checkCertificate({ certificate, privateKey, password: "WRONG" }, NOW)), {
      argument: "password",
      message: "does not open the private key, or the key can't be read",
    });
  }
});

Deno.test("an encrypted key of another form is not tried, since its cost is unknown", async () => {
  const body = "MIICdjBABgkqhkiG9w0BBQ0=";
  const privateKey = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${body}\n-----END ENCRYPTED PRIVATE KEY-----\n`;

  assert.match(
    (await problemOf(() => checkCertificate({ certificate, privateKey, password: "x" }, NOW))).message,
    /can't be read/,
  );
});

Deno.test("no error repeats the input", async () => {
  const wrong = [
    { certificate: "CANARY", privateKey },
    { certificate: certificate.replace(/\n[^-]{8}/, "\nCANARY++"), privateKey },
    { certificate, privateKey: "CANARY" },
    { certificate, privateKey: "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----" },
    { certificate, privateKey: keyPem(testKey(1), "EXAMPLE"), password: "CANARY" },
  ];

  for (const files of wrong) {
    assert.ok(!(await problemOf(() => checkCertificate(files, NOW))).message.includes("CANARY"));
  }
});

Deno.test("a name covers itself in any case, and a wildcard exactly one label", () => {
  const covered = (names: string[], cname: string) => coverage(app({ cname }), names).covered.length > 0;

  assert.ok(covered(["shop.example.com"], "SHOP.example.com"));
  assert.ok(covered(["*.example.com"], "shop.example.com"));
  assert.ok(covered(["*.example.com"], "*.example.com"));
  assert.ok(!covered(["*.example.com"], "example.com"));
  assert.ok(!covered(["*.example.com"], "a.shop.example.com"));
  assert.ok(!covered(["shop.*.com"], "shop.example.com"));
  assert.ok(!covered(["*.com"], "shop.example.com"));
  assert.ok(!covered(["shop.example.com"], "shop.example.com.attacker.test"));
});

Deno.test("an old certificate's one domain is its common name", async () => {
  const old = certificatePem({ domains: [], commonName: "shop.example.com" });

  assert.deepEqual((await checkCertificate({ certificate: old, privateKey }, NOW)).domains, ["shop.example.com"]);
});

Deno.test("an application's domains are the primary one and the aliases, or else Cloudways' own name", () => {
  const named = app({ app_fqdn: "shop-1.example.net", cname: "example.com", aliases: ["www.example.com"] });
  const unnamed = app({ app_fqdn: "shop-1.example.net", cname: "", aliases: [] });

  assert.deepEqual(coverage(named, ["example.com"]), { covered: ["example.com"], uncovered: ["www.example.com"] });
  assert.deepEqual(coverage(named, ["*.example.net"]).covered, ["shop-1.example.net"]);
  assert.deepEqual(coverage(unnamed, ["*.example.net"]), { covered: ["shop-1.example.net"], uncovered: [] });
});

Deno.test("an application has a certificate unless its record says that it has none", () => {
  assert.equal(mayHaveCertificate(app({ own_ssl: null, lets_encrypt: null })), false);
  assert.equal(mayHaveCertificate(app({ own_ssl: [], lets_encrypt: { is_installed: false } })), false);
  assert.equal(mayHaveCertificate(app({ own_ssl: { issued_at: "x" }, lets_encrypt: null })), true);
  assert.equal(mayHaveCertificate(app({ own_ssl: null, lets_encrypt: { is_installed: true } })), true);
  assert.equal(mayHaveCertificate(app({ own_ssl: null })), true);
  assert.equal(mayHaveCertificate(app({})), true);
});
