import assert from "node:assert/strict";
import fc from "fast-check";
import { HIDDEN, hideSecrets, hideSecretsInText, SecretHider } from "../../src/text/redaction/hider.ts";
import { safeText } from "../../src/text/safe.ts";
import { kindOfName } from "../../src/text/redaction/names.ts";
import type { JsonValue } from "../../src/text/clean.ts";

const SECRET_NAMES = [
  "master_password",
  "app_password",
  "sys_password",
  "mysql_password",
  "redis_password",
  "db_password",
  "passwd",
  "passphrase",
  "secret",
  "client_secret",
  "token",
  "access_token",
  "refresh_token",
  "api_key",
  "apikey",
  "private_key",
  "ssl_key",
  "authorization",
  "credential",
  "encryption_key",
  "x_access_token",
  "x_cw_api_key",
  "x_cloudways_api_key",
  "x_mcp_approval_code",
];

const OTHER_NAMES = [
  "token_expires_at",
  "tokenExpiresAt",
  "token_type",
  "max_tokens",
  "expires_in",
  "access_token_id",
  "public_key",
  "ssh_key",
  "ssh_keys",
  "ssh_key_id",
  "key_id",
  "key",
  "ssl_crt",
  "has_password",
  "hasPassword",
  "weak_password",
  "password_protection",
  "password_updated_at",
  "app_cred_id",
  "credential_kind",
  "proxy_pass",
  "author",
  "keyword",
  "passenger",
  "secretary",
  "tokenizer",
  "session.cookie_lifetime",
  "status",
];

/** A JSON value as the platform's listing has it, with a mark in every place that holds a secret. */
const SERVER = {
  id: "50482",
  label: "shop",
  master_user: "master",
  master_password: "canary-master",
  apps: [{ id: 7, sys_user: "abc", sys_password: "canary-sys", mysql_password: "canary-mysql", is_staging: "0" }],
  operations: [{ id: 1, parameters: '{"password":"canary-text","app":"7"}' }],
};

function leaks(value: unknown): boolean {
  return JSON.stringify(value).toLowerCase().includes("canary");
}

/** The name in snake, camel, kebab or upper case, or with the case of each letter drawn at random. */
function spellings(name: string): fc.Arbitrary<string> {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const odd = fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((char, i) => upper[i] ? char.toUpperCase() : char).join(""));
  return fc.oneof(fc.constantFrom(name, camel, name.replaceAll("_", "-"), name.toUpperCase(), `new_${name}`), odd);
}

const secretName = fc.constantFrom(...SECRET_NAMES).chain(spellings);
const canary = fc.stringMatching(/^canary-[ -~]{0,20}[a-z0-9]$/);

/** A value with a canary somewhere under a secret name, wrapped in objects, lists and JSON kept as text. */
const withCanary: fc.Arbitrary<unknown> = fc.tuple(secretName, canary, fc.jsonValue({ maxDepth: 1 })).chain(
  ([name, secret, noise]) => {
    const underName = fc.constantFrom<unknown>(secret, [secret], { value: secret }, { deep: [{ value: secret }] });
    const wrappers = fc.array(fc.constantFrom("object", "list", "text"), { maxLength: 5 });
    return fc.tuple(underName, wrappers).map(([value, layers]) =>
      layers.reduce<unknown>(wrap(noise), { [name]: value, noise })
    );
  },
);

function wrap(noise: unknown): (value: unknown, layer: string) => unknown {
  return (value, layer) => {
    if (layer === "object") return { noise, inner: value };
    return layer === "list" ? [noise, value] : JSON.stringify(value);
  };
}

function isSecretName(name: string): boolean {
  return ["secret", "credential"].includes(kindOfName(name));
}

Deno.test("names of secrets are recognised in every spelling", () => {
  const spelled = [
    ...SECRET_NAMES,
    "apiKey",
    "API_KEY",
    "x-cloudways-api-key",
    "X-Access-Token",
    "Authorization",
    "DB_PASS",
    "userPwd",
    "app[api_key]",
    "set-cookie",
    "pAsSwOrD",
    "app_creds",
    "ENCRYPTION_KEY",
  ];

  assert.deepEqual(spelled.filter((name) => !isSecretName(name)), []);
});

Deno.test("names that only mention secrets are not names of secrets", () => {
  assert.deepEqual(OTHER_NAMES.filter(isSecretName), []);
});

Deno.test("a server listing keeps its facts and loses its passwords", () => {
  const hidden = hideSecrets(SERVER);

  assert.deepEqual(hidden, {
    ...SERVER,
    master_password: HIDDEN,
    apps: [{ id: 7, sys_user: "abc", sys_password: HIDDEN, mysql_password: HIDDEN, is_staging: "0" }],
    operations: [{ id: 1, parameters: '{"password":"[hidden]","app":"7"}' }],
  });
});

Deno.test("the input is left as it was", () => {
  const before = structuredClone(SERVER);

  hideSecrets(SERVER, ["canary-master"]);

  assert.deepEqual(SERVER, before);
});

Deno.test("everything under a secret name is hidden, whatever its form", () => {
  const hidden = hideSecrets({ password: ["canary", { a: "canary", b: 1234567 }], api_key: 1234567 });

  assert.deepEqual(hidden, { password: [HIDDEN, { a: HIDDEN, b: HIDDEN }], api_key: HIDDEN });
});

Deno.test("booleans, nulls and empty texts under a secret name stay and show whether there is a secret", () => {
  const value = { app_credentials: true, redis_password: "", mysql_password: null, token: false };

  assert.deepEqual(hideSecrets(value), value);
});

Deno.test("flags keep numbers and words, and lose any other text", () => {
  const flags = { weak_password: 1, has_password: "yes", password_protection: "enabled", max_tokens: 9000 };

  assert.deepEqual(hideSecrets(flags), flags);
  assert.deepEqual(hideSecrets({ has_password: "canary", http_auth: "canary" }), {
    has_password: HIDDEN,
    http_auth: HIDDEN,
  });
});

Deno.test("a value is hidden if another field of its record names a secret", () => {
  const rows = [
    { option_name: "smtp_password", option_value: "canary" },
    { meta_key: "_api_key", meta_value: "canary" },
    { name: "DB_PASSWORD", value: "canary" },
    { Key: "client_secret", Value: ["canary", 123456] },
    { path: "payment/gateway/api_key", value: "canary" },
  ];
  const others = [
    { option_name: "siteurl", option_value: "https://shop.example.com" },
    { name: "password_resets", value: 12 },
    { name: "Secret Garden", value: "open" },
    { name: "password", label: "Password" },
  ];

  assert.ok(rows.every((row) => !leaks(hideSecrets(row))));
  assert.deepEqual(others.map((row) => hideSecrets(row)), others);
});

Deno.test("counts, titles, messages and page names about secrets stay", () => {
  const facts = {
    "Secret Garden": { visits: 51234 },
    "Top Secret": { visits: 51234 },
    "Lost Password": 12,
    "/reset-password": { visits: 3 },
    "token.example.com": 4,
    "PasswordHash::CheckPassword()": 2.5,
    tokens: { total: 12, used: 4 },
    api_keys: 2,
    password_resets: 12,
    errors: { password: ["The password must be at least 8 characters."] },
  };

  assert.deepEqual(hideSecrets(facts), facts);
  assert.ok(!leaks(hideSecrets({ "Master Password": "canary", "Top Secret": { code: "canary" }, tokens: ["canary"] })));
  assert.deepEqual(hideSecrets({ tokens: 123456, api_keys: { key: 123456 } }), {
    tokens: HIDDEN,
    api_keys: { key: HIDDEN },
  });
});

Deno.test("a list of credentials keeps the users", () => {
  const keys = [{ label: "ci", ssh_key_id: "400002" }];
  const credential = { id: "5", sys_user: "deploy", ip: "203.0.113.10", ssh_keys: keys };

  const hidden = hideSecrets({ app_creds: [{ ...credential, sys_password: "canary", value: "canary" }] });

  assert.deepEqual(hidden, { app_creds: [{ ...credential, sys_password: HIDDEN, value: HIDDEN }] });
});

Deno.test("JSON kept as text is hidden at every level of quoting", () => {
  let text: unknown = { api_key: "canary", kept: 1 };
  for (let level = 0; level < 4; level++) {
    text = JSON.stringify(text);

    const hidden = hideSecrets({ parameters: text });

    assert.ok(!leaks(hidden));
    assert.match(JSON.stringify(hidden), /kept/);
  }
});

Deno.test("JSON kept as text stays unchanged if it holds no secret", () => {
  for (const text of ['{ "a" : 1.0 }', "[1,  2]", '"word"', "{not json}", '{"id":12345678901234567890}']) {
    assert.equal(hideSecretsInText(text), text);
  }
});

Deno.test("a name given twice in JSON text hides no secret behind its second value", () => {
  const hidden = hideSecretsInText('{"password":"canary","password":null}');

  assert.ok(!leaks(hidden));
});

Deno.test("hiding in JSON text does not unescape invisible characters", () => {
  const hidden = hideSecretsInText(String.raw`{"password":"x","label":"a\u202eb\udb40\udc41"}`);

  assert.equal(hidden, String.raw`{"password":"[hidden]","label":"a\u202eb\udb40\udc41"}`);
});

const LEAKING_TEXTS = [
  "password=canary-1&next=1",
  'upstream said {"password":"can\\"canary-2","a":1} and left',
  String.raw`quoted {\"api_key\":\"canary-3\",\"b\":1}`,
  '{"token":"canary-4", broken',
  '{"password": {"a": ["canary-5"]}, broken',
  "https://user:canary-6@git.example/x.git",
  "https://canary-7@git.example/x.git",
  "redis://:can/canary-8@redis.example:6379/0",
  "see https://x.example/a?access_token=canary-9&b=2",
  "see https://x.example/a?b=2&key=canary-10#top",
  "https://x.example/?q=%7B%22password%22%3A%22canary-11%22%7D",
  "https://x.example/?pass%77ord=canary-12",
  "Authorization: Bearer canary-13 and-more",
  "sent Bearer canary-14 on",
  "Basic dXNlcjpjYW5hcnk=",
  "refused cw_canary15abc today",
  "%22cw_canary16abc%22",
  "-----BEGIN RSA PRIVATE KEY-----\ncanary-17\n-----END RSA PRIVATE KEY-----",
  String.raw`-----BEGIN OPENSSH PRIVATE KEY-----\ncanary-18\n-----END OPENSSH PRIVATE KEY-----`,
  "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\ncanary-19\n-----END PGP PRIVATE KEY BLOCK-----",
  "-----BEGIN ENCRYPTED PRIVATE KEY-----\ncanary-20 cut off",
  "token: canary-21",
  "password: X-Api-Key: canary-28",
  "mysql --password canary-22 -h x",
  "PASSWORD = canary-23",
  "Cookie: a=canary-24; b=canary-25",
  "app[password]=canary-26",
  "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.canary-27",
];

for (const text of LEAKING_TEXTS) {
  Deno.test(`the secret is hidden in: ${JSON.stringify(text)}`, () => {
    const hidden = hideSecretsInText(text);

    assert.ok(!leaks(hidden) && !hidden.includes("dXNlcj"), hidden);
    assert.ok(/\[hidden\]|%5Bhidden%5D/.test(hidden), hidden);
    assert.equal(hideSecretsInText(hidden), hidden);
    assert.ok(!leaks(hideSecrets({ list: [{ message: text }] })));
  });
}

Deno.test("ordinary text comes out unchanged", () => {
  const texts = [
    "password: The password field is required.",
    "Password must be set before the token expires",
    "the bearer of this message",
    "Basic plan, two servers",
    "https://shop.example.com:8443/@scope/page?page=2&order=asc",
    "ssh://git@github.com/example/shop.git",
    "git@github.com:example/shop.git",
    "2026-01-01 10:00:00",
    "a: 1, b=2, c => 3",
    "An operation is already in progress for this server.",
    "-----BEGIN CERTIFICATE-----\nEXAMPLE\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nEXAMPLE\n-----END PUBLIC KEY-----",
    "ssh-ed25519 AAAAEXAMPLE deploy@shop",
    "Übersicht – 日本語 – नमस्ते – ✓ 👍",
    "100% of 5%20",
    "",
  ];

  assert.deepEqual(texts.map((text) => hideSecretsInText(text)), texts);
  assert.deepEqual(hideSecrets({ texts }), { texts });
});

Deno.test("ordinary values come out unchanged", () => {
  const word = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,4}$/);
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("id", "label", "status", "ip", "apps", "token_expires_at"), tie("value")),
    ),
  }));

  fc.assert(fc.property(value, (original) => assert.deepEqual(plain(hideSecrets(original)), plain(original))));
});

/** Generated objects have no prototype; only their members count. */
function plain(value: JsonValue): string {
  return JSON.stringify(value);
}

Deno.test("no secret under a secret name comes out, whatever its spelling, depth and wrapping", () => {
  fc.assert(fc.property(withCanary, (value) => !leaks(hideSecrets(value))), { numRuns: 2000 });
});

Deno.test("hiding twice changes nothing more", () => {
  const anything = fc.oneof(withCanary, fc.jsonValue());

  fc.assert(fc.property(anything, (value) => {
    const once = hideSecrets(value);
    assert.deepEqual(hideSecrets(once), once);
  }));
});

Deno.test("given secrets are hidden in every encoding", () => {
  const secret = 'canary/+ "key"\\é!';
  const bytes = new TextEncoder().encode(`someone@example.com:${secret}`);
  const forms = [
    secret,
    `before ${secret} after`,
    JSON.stringify({ message: secret }),
    `broken {"message":${JSON.stringify(secret)}`,
    JSON.stringify(JSON.stringify({ message: secret })),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams({ q: secret }).toString(),
    encodeURIComponent(encodeURIComponent(secret)),
    secret.toUpperCase(),
  ];

  for (const form of forms) assert.ok(!leaks(hideSecretsInText(form, [secret])), form);
  for (const offset of [0, 1, 2]) {
    const encoded = bytes.subarray(offset).toBase64();
    const hidden = hideSecretsInText(`x ${encoded} y`, [secret]);
    assert.ok(!new TextDecoder().decode(decodeLoosely(hidden)).includes("canary"), hidden);
    assert.ok(hidden.includes(HIDDEN));
  }
});

/** What a reader could decode from base64 with a part replaced. */
function decodeLoosely(text: string): Uint8Array {
  const letters = text.replace(/^x | y$/g, "").split(HIDDEN)[0] ?? "";
  return Uint8Array.fromBase64(letters.slice(0, letters.length - letters.length % 4));
}

Deno.test("a secret is hidden in text that was encoded more than once as a whole", () => {
  const encoded = encodeURIComponent(encodeURIComponent("https://y.example/?token=canary"));

  assert.ok(!leaks(hideSecretsInText(`https://x.example/?next=${encoded}`)));
});

Deno.test("text that is encoded too many times is hidden without decoding it", () => {
  // Decoding layer by layer would read it once for each layer.
  const layers = Array.from({ length: 900 }, (_, times) => `%${"25".repeat(times)}22`);

  const hidden = hideSecretsInText(`a ${layers.join("")}password b`);

  assert.match(hidden, /^a .{1,100}hidden.{1,30} b$/);
});

Deno.test("given secrets are hidden in names and numbers too", () => {
  const hidden = hideSecrets({ "canary-name": 1, number: 7654321 }, ["canary-name", "7654321"]);

  assert.deepEqual(hidden, { [HIDDEN]: 1, number: HIDDEN });
});

Deno.test("a short given secret is hidden only if it is the whole text", () => {
  const hidden = hideSecrets({ a: "abc", b: "abcdef abc" }, ["abc", ""]);

  assert.deepEqual(hidden, { a: HIDDEN, b: "abcdef abc" });
});

Deno.test("a value nested without end is cut off and stays hidden", () => {
  const loop: Record<string, unknown> = { note: "x" };
  loop["self"] = loop;
  const deep = "[".repeat(100_000) + "]".repeat(100_000);

  assert.ok(JSON.stringify(hideSecrets(loop)).length < 10_000);
  assert.equal(hideSecretsInText(deep).includes(HIDDEN), true);
});

Deno.test("a field named __proto__ stays a field", () => {
  const value: unknown = JSON.parse('{"__proto__":{"password":"canary","a":1}}');

  const hidden = hideSecrets(value);

  assert.equal(JSON.stringify(hidden), '{"__proto__":{"password":"[hidden]","a":1}}');
});

Deno.test("values that JSON can't hold are left out or written as JSON does", () => {
  const value = {
    date: new Date(0),
    url: new URL("https://u:canary@x.example/"),
    none: undefined,
    run: () => 1,
    big: 1n,
  };

  assert.deepEqual(hideSecrets(value), {
    date: "1970-01-01T00:00:00.000Z",
    url: "https://[hidden]@x.example/",
    big: "1",
  });
});

Deno.test("a text is cleaned, then secrets are hidden, then it is cut", () => {
  const texts = ["Fine\ntext", "key ABCDEF\u200bGHIJKL is shown", `${"x".repeat(14)} ABCDEFGHIJKL`];

  const safe = texts.map((text) => safeText(text, { secrets: ["ABCDEFGHIJKL"], maxLength: 22 }));

  assert.deepEqual(safe, ["Fine text", `key ${HIDDEN} is shown`, `${"x".repeat(14)} [hidde…`]);
});

Deno.test("what was shown before does not change what is hidden", () => {
  const secret = "smtp_password=Xk29-canary-7Qz";
  const first = hideSecretsInText(secret);
  // Each is remembered as harmless, until there are too many.
  for (let index = 0; index < 25_000; index++) hideSecretsInText(`Shop ${index} of Bob`);

  assert.ok(first.includes(HIDDEN) && !first.includes("canary"));
  assert.equal(hideSecretsInText(secret), first);
  assert.equal(hideSecretsInText("Shop 1 of Bob"), "Shop 1 of Bob");
  // A text that is harmless for everybody may be a secret of the caller.
  assert.equal(hideSecretsInText("Shop 24999 of Bob", ["Shop 24999 of Bob"]), HIDDEN);
  assert.equal(hideSecretsInText("list_servers", ["list_servers"]), HIDDEN);
  assert.equal(hideSecretsInText("ok", ["ok"]), HIDDEN);
});

Deno.test("a text that is harmless where literals are shown is not therefore harmless elsewhere", () => {
  const query = "select 1 where name = 'Bobby'";
  const showing = new SecretHider([], undefined, { showLiterals: true });

  assert.equal(showing.text(query), query);
  assert.notEqual(hideSecretsInText(query), query);
  assert.equal(showing.text(query), query);
});

Deno.test("a hider made from one that is kept hides the same", () => {
  const kept = new SecretHider(["cw_canary_not_real_1", "short"]);
  const text = `a ${btoa("cw_canary_not_real_1")} b CW_CANARY_NOT_REAL_1 c`;
  const shown = kept.text(text);

  assert.deepEqual([kept.again().text(text), kept.again().again().text("short")], [shown, HIDDEN]);
  assert.doesNotMatch(shown, /canary|Y3dfY2FuYXJ5/i);
});
