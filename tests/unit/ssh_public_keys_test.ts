import assert from "node:assert/strict";
import fc from "fast-check";
import { problemOfPublicKey, readPublicKey } from "../../src/cloudways/ssh_public_keys.ts";
import { keyPem, testKey } from "../support/certificates.ts";
import { SSH_KEYS } from "../support/ssh_keys.ts";

const PRIVATE = /is a private key/;
const { ed25519, rsa, ecdsa256 } = SSH_KEYS;

for (const [name, { text, ...facts }] of Object.entries(SSH_KEYS)) {
  Deno.test(`a public key is read as ssh-keygen reads it: ${name}`, async () => {
    assert.equal(problemOfPublicKey(text), undefined);
    assert.deepEqual(await readPublicKey(text), facts);
  });
}

/** A key with one part of its binary form changed. */
function changed(text: string, change: (bytes: Uint8Array) => Uint8Array): string {
  const [type = "", base64 = ""] = text.split(" ");
  return `${type} ${change(Uint8Array.fromBase64(base64)).toBase64()} x`;
}

Deno.test("a key that is cut, changed or of another type than it says is refused", () => {
  const [, base64 = ""] = ed25519.text.split(" ");
  const wrong = [
    `ssh-rsa ${base64} x`,
    `ecdsa-sha2-nistp256 ${base64} x`,
    `ecdsa-sha2-nistp384 ${ecdsa256.text.split(" ")[1]} x`,
    `ssh-ed25519 ${base64.slice(0, -1)} x`,
    `ssh-ed25519 ${base64.slice(0, -4)} x`,
    "ssh-ed25519 AAAAEXAMPLE ci",
    "ssh-ed25519 AAAA",
    ...[ed25519, rsa, ecdsa256].flatMap(({ text }) => [
      changed(text, (bytes) => bytes.slice(0, -1)),
      changed(text, (bytes) => new Uint8Array([...bytes, 0])),
      changed(text, (bytes) => new Uint8Array([...bytes, 0, 0, 0, 0])),
      changed(text, (bytes) => bytes.with(3, 200)),
    ]),
    // A further field that is cut off.
    changed(ed25519.text, (bytes) => new Uint8Array([...bytes, 0, 0, 0, 9, 1])),
    // Another type or curve inside than outside.
    changed(ed25519.text, (bytes) => bytes.with(14, 0x38)),
    changed(ecdsa256.text, (bytes) => bytes.with(34, 0x37)),
    // One byte too few, with the right length in front.
    changed(ed25519.text, (bytes) => bytes.with(18, 31).slice(0, -1)),
    // Without the padding of base64.
    ecdsa256.text.replace("=", ""),
    // A point that is compressed, or none.
    changed(ecdsa256.text, (bytes) => bytes.with(bytes.length - 65, 2)),
    // An RSA number of too few bits: all but the last bytes are zero.
    changed(rsa.text, (bytes) => bytes.fill(0, bytes.length - 256, bytes.length - 120)),
  ];

  for (const text of wrong) {
    assert.match(String(problemOfPublicKey(text)), /not a whole public key/, text);
  }
});

Deno.test("only one line of a known type is a public key", () => {
  const [, base64 = ""] = ed25519.text.split(" ");
  const wrong = [
    "",
    "ann@laptop",
    base64,
    `sk-ssh-ed25519@openssh.com ${base64}`,
    `ssh-dss ${base64}`,
    `command="rm -rf /" ${ed25519.text}`,
    `${ed25519.text}\n${rsa.text}`,
    `ssh-ed25519\n${base64}`,
    `ssh-ed25519  ${base64}`,
    `ssh-ed25519 ${base64} a\tb`,
    `ssh-ed25519 ${base64} a\rb`,
    `ssh-ed25519 ${base64} ${"c".repeat(101)}`,
    `---- BEGIN SSH2 PUBLIC KEY ----\n${base64}\n---- END SSH2 PUBLIC KEY ----`,
  ];

  for (const text of wrong) assert.match(String(problemOfPublicKey(text)), /must be one line/, text);
});

Deno.test("a private key is called one, in whatever format, and nothing of it is repeated", () => {
  const body = "Kanarienvogel8privat".repeat(3);
  const keys = [
    keyPem(testKey(1)),
    keyPem(testKey(1)).replaceAll("\n", " "),
    keyPem(testKey(1), "EXAMPLE"),
    `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA${body}\n-----END OPENSSH PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${body}`,
    `b3BlbnNzaC1rZXktdjEAAAAA${body}`,
    `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${body}`,
    `${ed25519.text} -----BEGIN PRIVATE KEY----- ${body}`,
  ];

  for (const text of keys) {
    const problem = String(problemOfPublicKey(text));
    assert.match(problem, PRIVATE);
    assert.doesNotMatch(problem, /Kanarienvogel|MC4C|EIAEB/);
  }
});

Deno.test("no text, however odd, breaks the reading of a key", () => {
  const part = fc.constantFrom("ssh-rsa", "ssh-ed25519", " ", "AAAA", "=", "\n", "/", "BEGIN ", "PRIVATE KEY", "é");
  const odd = fc.oneof(fc.string({ maxLength: 200 }), fc.array(part, { maxLength: 30 }).map((parts) => parts.join("")));
  const blob = fc.uint8Array({ maxLength: 120 }).map((bytes) => `ssh-rsa ${new Uint8Array(bytes).toBase64()}`);

  fc.assert(fc.property(fc.oneof(odd, blob), (text) => {
    assert.equal(typeof problemOfPublicKey(text), "string");
  }));
});
