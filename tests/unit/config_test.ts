import assert from "node:assert/strict";
import fc from "fast-check";
import { VARIABLE_FILES } from "../../src/commands/variable_files.ts";
import { type Config, ConfigError, parseConfig, VARIABLE_NAMES } from "../../src/config.ts";
import { DEFAULT_HEALTH_THRESHOLDS } from "../../src/config/health_thresholds.ts";
import { publicUrlIsLoopback } from "../../src/config/reach.ts";
import { DEFAULT_TOOLSETS, TOOLSETS } from "../../src/identity/toolsets.ts";
import { Networks } from "../../src/text/networks.ts";
import denoJson from "../../deno.json" with { type: "json" };

type Environment = Readonly<Record<string, string>>;

/** The table of the contract. */
const CONTRACT_NAMES = [
  "HOST",
  "PORT",
  "ALLOWED_HOSTS",
  "ALLOWED_ORIGINS",
  "TRUSTED_PROXIES",
  "CLOUDWAYS_API_BASE_URL",
  "REDIS_URL",
  "ENCRYPTION_KEY",
  "REDIS_POOL_SIZE",
  "HTTP_POOL_SIZE",
  "RATE_LIMIT_REQUESTS",
  "RATE_LIMIT_WINDOW",
  "HEALTH_THRESHOLDS",
  "LOG_LEVEL",
  "LOG_FORMAT",
  "OTEL_DENO",
  "OTEL_DENO_TRACING",
  "OTEL_DENO_METRICS",
  "OTEL_DENO_CONSOLE",
  "OTEL_SDK_DISABLED",
  "OTEL_TRACES_BEHIND_FILTER",
  "AUDIT_LOG",
  "READ_ONLY",
  "CONFIRM",
  "SIGN_IN",
  "SIGN_IN_CLIENTS",
  "PUBLIC_URL",
  "CUSTOMER_ID_KEY",
  "TOOLSETS",
  "LIST_TOOLSETS",
  "CLOUDWAYS_EMAIL",
  "CLOUDWAYS_API_KEY",
  "CLOUDWAYS_ACCESS_TOKEN",
  "APPROVAL_CODE",
];

const BYTES = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const OTHER_BYTES = Uint8Array.from({ length: 32 }, (_, index) => index);
const KEY = BYTES.toBase64({ alphabet: "base64url" });
const OTHER_KEY = OTHER_BYTES.toBase64();

function problemsOf(environment: Environment): Map<string, string> {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) {
      return new Map(error.problems.map(({ variable, message }) => [variable, message]));
    }
    throw error;
  }
  return new Map();
}

Deno.test("an empty environment gives every default", () => {
  const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
  const expected: Config = {
    listen: { hostname: "127.0.0.1", port: 7000 },
    allowedHosts: loopback,
    allowedOrigins: loopback,
    allowedHostsGiven: false,
    trustedProxies: Networks.parse([]),
    apiBaseUrl: new URL("https://api.cloudways.com/api/v2"),
    redisUrl: undefined,
    encryptionKeys: [],
    customerIdKey: undefined,
    redisPoolSize: 500,
    httpPoolSize: 500,
    rateLimit: { requests: 90, windowSeconds: 60 },
    healthThresholds: DEFAULT_HEALTH_THRESHOLDS,
    tracing: false,
    sendsMetrics: false,
    sendsLog: false,
    logLevel: "INFO",
    logFormat: "console",
    auditLog: undefined,
    readOnly: false,
    confirm: "ask",
    publicUrl: new URL("http://127.0.0.1:7000"),
    signIn: undefined,
    toolsets: new Set(TOOLSETS),
    listedToolsets: new Set(DEFAULT_TOOLSETS),
    stdioCredential: undefined,
    stdioApprovalCode: undefined,
  };

  const config = parseConfig({});

  assert.deepEqual(config, expected);
});

Deno.test("an empty variable counts as unset", () => {
  const config = parseConfig(Object.fromEntries(VARIABLE_NAMES.map((name) => [name, ""])));

  assert.deepEqual(config, parseConfig({}));
});

const READINGS: readonly { env: Environment; read: (config: Config) => unknown; value: unknown }[] = [
  { env: { HOST: "0.0.0.0", PORT: "80" }, read: (c) => c.listen, value: { hostname: "0.0.0.0", port: 80 } },
  { env: { HOST: "[::1]" }, read: (c) => c.listen.hostname, value: "::1" },
  { env: { HOST: "::" }, read: (c) => c.listen.hostname, value: "::" },
  { env: { HOST: "LOCALHOST" }, read: (c) => c.publicUrl?.origin, value: "http://localhost:7000" },
  {
    env: { HOST: "127.0.0.2", ALLOWED_HOSTS: "a.example.com" },
    read: (c) => c.allowedHosts,
    value: new Set(["a.example.com", "127.0.0.2"]),
  },
  { env: { HOST: "192.0.2.1" }, read: (c) => c.allowedHosts.has("192.0.2.1"), value: true },
  { env: { HOST: "::" }, read: (c) => c.allowedHosts.has("[::]"), value: false },
  {
    env: { ALLOWED_ORIGINS: "tauri://localhost,APP://x, https://app.example.com" },
    read: (c) => c.allowedOrigins,
    value: new Set(["app.example.com", "tauri://localhost", "app://x", "127.0.0.1"]),
  },
  {
    env: { ALLOWED_HOSTS: "mcp.example.com, OTHER.example.com:8443,[::1]:80,https://third.example.com/" },
    read: (c) => c.allowedHosts,
    value: new Set(["mcp.example.com", "other.example.com", "[::1]", "third.example.com", "127.0.0.1"]),
  },
  {
    env: { ALLOWED_ORIGINS: "https://app.example.com,http://localhost:3000" },
    read: (c) => c.allowedOrigins,
    value: new Set(["app.example.com", "localhost", "127.0.0.1"]),
  },
  {
    env: { CLOUDWAYS_API_BASE_URL: "https://api.example.com/api/v2/" },
    read: (c) => c.apiBaseUrl.href,
    value: "https://api.example.com/api/v2",
  },
  {
    env: { CLOUDWAYS_API_BASE_URL: "http://[::1]:8700/api/v2" },
    read: (c) => c.apiBaseUrl.href,
    value: "http://[::1]:8700/api/v2",
  },
  {
    env: { REDIS_URL: "rediss://someone:word@redis.example.com:6380/3", ENCRYPTION_KEY: KEY },
    read: (c) => c.redisUrl,
    value: "rediss://someone:word@redis.example.com:6380/3",
  },
  { env: { ENCRYPTION_KEY: KEY }, read: (c) => c.encryptionKeys, value: [BYTES] },
  {
    env: { ENCRYPTION_KEY: `${OTHER_KEY},${KEY}` },
    read: (c) => c.encryptionKeys,
    value: [OTHER_BYTES, BYTES],
  },
  { env: { CUSTOMER_ID_KEY: OTHER_KEY }, read: (c) => c.customerIdKey, value: OTHER_BYTES },
  {
    env: { REDIS_POOL_SIZE: "7", HTTP_POOL_SIZE: "8" },
    read: (c) => [c.redisPoolSize, c.httpPoolSize],
    value: [7, 8],
  },
  {
    env: { RATE_LIMIT_REQUESTS: "10", RATE_LIMIT_WINDOW: "1" },
    read: (c) => c.rateLimit,
    value: { requests: 10, windowSeconds: 1 },
  },
  {
    env: { HEALTH_THRESHOLDS: "disk_free_gb.urgent=1, idle_cpu_percent.attention=off,backup_age_hours.urgent=72.5" },
    read: (c) => c.healthThresholds,
    value: {
      ...DEFAULT_HEALTH_THRESHOLDS,
      disk_free_gb: { attention: 5, urgent: 1 },
      idle_cpu_percent: { attention: null, urgent: 10 },
      backup_age_hours: { attention: 48, urgent: 72.5 },
    },
  },
  {
    env: { LOG_LEVEL: "WARNING", LOG_FORMAT: "json" },
    read: (c) => [c.logLevel, c.logFormat],
    value: ["WARNING", "json"],
  },
  { env: { AUDIT_LOG: "stdout" }, read: (c) => c.auditLog, value: { kind: "stdout" } },
  {
    env: { AUDIT_LOG: "/var/log/cloudways-mcp/audit.1.log" },
    read: (c) => c.auditLog,
    value: { kind: "file", path: "/var/log/cloudways-mcp/audit.1.log" },
  },
  { env: { READ_ONLY: "true" }, read: (c) => c.readOnly, value: true },
  { env: { CONFIRM: "elicit" }, read: (c) => c.confirm, value: "elicit" },
  { env: { ENCRYPTION_KEY: KEY }, read: (c) => c.signIn, value: { clients: [] } },
  { env: { ENCRYPTION_KEY: KEY, SIGN_IN: "on" }, read: (c) => c.signIn, value: { clients: [] } },
  { env: { ENCRYPTION_KEY: KEY, SIGN_IN: "off" }, read: (c) => c.signIn, value: undefined },
  { env: { OTEL_DENO: "true", OTEL_TRACES_BEHIND_FILTER: "true" }, read: (c) => c.tracing, value: true },
  { env: { OTEL_DENO: "true", OTEL_DENO_TRACING: "false" }, read: (c) => c.tracing, value: false },
  { env: { OTEL_TRACES_BEHIND_FILTER: "true" }, read: (c) => c.tracing, value: false },
  {
    env: { OTEL_DENO: "false", OTEL_DENO_TRACING: "true", OTEL_TRACES_BEHIND_FILTER: "true" },
    read: (c) => c.tracing,
    value: true,
  },
  { env: { OTEL_DENO: "true", OTEL_DENO_TRACING: "false" }, read: (c) => c.sendsMetrics, value: true },
  { env: { OTEL_DENO_METRICS: "true" }, read: (c) => c.sendsMetrics, value: true },
  {
    env: { OTEL_DENO: "true", OTEL_DENO_TRACING: "false", OTEL_DENO_METRICS: "false" },
    read: (c) => c.sendsMetrics,
    value: false,
  },
  { env: { OTEL_DENO_CONSOLE: "replace" }, read: (c) => c.sendsLog, value: true },
  { env: { OTEL_DENO_CONSOLE: "ignore" }, read: (c) => c.sendsLog, value: false },
  { env: { OTEL_DENO: "true", OTEL_DENO_TRACING: "false" }, read: (c) => c.sendsLog, value: false },
  {
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "replace",
      OTEL_TRACES_BEHIND_FILTER: "true",
      OTEL_SDK_DISABLED: "true",
    },
    read: ({ tracing, sendsMetrics, sendsLog }) => ({ tracing, sendsMetrics, sendsLog }),
    value: { tracing: false, sendsMetrics: false, sendsLog: false },
  },
  { env: { ENCRYPTION_KEY: KEY, HOST: "0.0.0.0" }, read: (c) => c.signIn, value: undefined },
  { env: { PUBLIC_URL: "https://mcp.example.com" }, read: (c) => c.signIn, value: undefined },
  {
    env: {
      ENCRYPTION_KEY: KEY,
      SIGN_IN_CLIENTS:
        '[{"client_id":"acme","client_name":"Acme","redirect_uris":["https://acme.example.com/callback"]}]',
    },
    read: (c) => c.signIn?.clients,
    value: [{ id: "acme", name: "Acme", redirects: ["https://acme.example.com/callback"] }],
  },
  { env: { CONFIRM: "off" }, read: (c) => c.confirm, value: "off" },
  { env: { TOOLSETS: "basic,apps" }, read: (c) => c.toolsets, value: new Set(["basic", "apps", "discovery"]) },
  { env: { TOOLSETS: "default" }, read: (c) => c.toolsets, value: new Set(DEFAULT_TOOLSETS) },
  { env: { TOOLSETS: "basic" }, read: (c) => c.listedToolsets, value: new Set(DEFAULT_TOOLSETS) },
  { env: { LIST_TOOLSETS: "all" }, read: (c) => c.listedToolsets, value: new Set(TOOLSETS) },
  { env: { LIST_TOOLSETS: "sites" }, read: (c) => c.listedToolsets, value: new Set(["sites", "discovery"]) },
  {
    env: { CLOUDWAYS_EMAIL: "owner@example.com", CLOUDWAYS_API_KEY: "key" },
    read: (c) => c.stdioCredential,
    value: { kind: "api_key", email: "owner@example.com", apiKey: "key" },
  },
  {
    env: { CLOUDWAYS_EMAIL: "owner@example.com", CLOUDWAYS_API_KEY: "key", CLOUDWAYS_ACCESS_TOKEN: "token" },
    read: (c) => c.stdioCredential,
    value: { kind: "access_token", token: "token" },
  },
  {
    env: { CLOUDWAYS_EMAIL: "owner@example.com", CLOUDWAYS_API_KEY: "cw_token" },
    read: (c) => c.stdioCredential,
    value: { kind: "access_token", token: "cw_token" },
  },
];

for (const { env, read, value } of READINGS) {
  Deno.test(`${Object.entries(env).map((pair) => pair.join("=")).join(" ")} is understood`, () => {
    const config = parseConfig(env);

    assert.deepEqual(read(config), value);
  });
}

/** Wrong values, and words of the message that say how to correct them. */
const WRONG: readonly (readonly [name: string, value: string, fix: RegExp])[] = [
  ["HOST", "http://127.0.0.1", /127\.0\.0\.1/],
  ["OTEL_DENO", "1", /true or false/],
  ["OTEL_DENO", "true", /OTEL_TRACES_BEHIND_FILTER=true/],
  ["OTEL_DENO_TRACING", "0", /true or false/],
  ["OTEL_DENO_TRACING", "true", /OTEL_TRACES_BEHIND_FILTER=true/],
  ["OTEL_TRACES_BEHIND_FILTER", "yes", /true or false/],
  ["OTEL_DENO_METRICS", "1", /true or false/],
  ["OTEL_DENO_CONSOLE", "capture", /must be replace/],
  ["OTEL_DENO_CONSOLE", "true", /must be replace/],
  ["OTEL_SDK_DISABLED", "TRUE", /true or false/],
  ["SIGN_IN", "yes", /auto, on, off/],
  ["SIGN_IN", "on", /ENCRYPTION_KEY/],
  ["SIGN_IN_CLIENTS", "acme", /JSON list/],
  ["SIGN_IN_CLIENTS", '[{"client_id":"a","client_name":"A","redirect_uris":["javascript:alert(1)"]}]', /JSON list/],
  ["HOST", "127.0.0.1:7000", /host name or an IP address/],
  ["HOST", "a b", /host name or an IP address/],
  ["PORT", "0", /1 to 65535/],
  ["PORT", "65536", /1 to 65535/],
  ["PORT", "80.5", /whole number/],
  ["PORT", "0x50", /whole number/],
  ["PORT", " 80", /whole number/],
  ["ALLOWED_HOSTS", "*", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", "*.example.com", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", "example.com/mcp", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", "someone@example.com", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", "example.com?a=1", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", "https://example.com#a", /mcp\.example\.com/],
  ["ALLOWED_HOSTS", " ", /holds no name/],
  ["ALLOWED_ORIGINS", ",", /holds no name/],
  ["ALLOWED_ORIGINS", "*", /mcp\.example\.com/],
  ["ALLOWED_ORIGINS", "null,https://a b", /mcp\.example\.com/],
  ["CLOUDWAYS_API_BASE_URL", "api.cloudways.com", /https:\/\/api\.cloudways\.com\/api\/v2/],
  ["CLOUDWAYS_API_BASE_URL", "http://api.cloudways.com/api/v2", /https/],
  ["CLOUDWAYS_API_BASE_URL", "https://u:p@api.example.com", /no user name/],
  ["CLOUDWAYS_API_BASE_URL", "https://api.example.com?a=1", /query/],
  ["CLOUDWAYS_API_BASE_URL", "https://api.example.com#a", /fragment/],
  ["CLOUDWAYS_API_BASE_URL", "https://api.example.com/v2?", /query/],
  ["CLOUDWAYS_API_BASE_URL", "https://api.example.com/v2#", /fragment/],
  ["CLOUDWAYS_API_BASE_URL", "file:///etc/hosts", /https/],
  ["REDIS_URL", "127.0.0.1:6379", /redis:\/\//],
  ["REDIS_URL", "http://127.0.0.1:6379", /redis:\/\/ or rediss:\/\//],
  ["REDIS_URL", "redis://127.0.0.1/first", /database number/],
  ["REDIS_URL", "redis://127.0.0.1:6379?db=3", /query/],
  ["REDIS_URL", "redis://127.0.0.1:6379/0#a", /fragment/],
  ["ENCRYPTION_KEY", "short", /44 characters.*keygen/],
  ["ENCRYPTION_KEY", "!".repeat(44), /base64.*keygen/],
  ["ENCRYPTION_KEY", `${KEY},short`, /key 2 of 2.*keygen/],
  ["ENCRYPTION_KEY", `${KEY},`, /key 2 of 2.*keygen/],
  ["CUSTOMER_ID_KEY", "short", /44 characters.*keygen/],
  ["REDIS_POOL_SIZE", "0", /whole number from 1/],
  ["HTTP_POOL_SIZE", "-1", /whole number from 1/],
  ["TRUSTED_PROXIES", "proxy.example.com", /"proxy.example.com" is neither an address nor a network/],
  ["TRUSTED_PROXIES", "10.0.0.0/33", /"10.0.0.0\/33" is neither/],
  ["TRUSTED_PROXIES", "10.1", /neither an address nor a network/],
  ["TRUSTED_PROXIES", "192.0.2.1, *", /"\*" is neither/],
  ["RATE_LIMIT_REQUESTS", "many", /whole number from 1/],
  ["RATE_LIMIT_WINDOW", "0", /whole number from 1/],
  ["HEALTH_THRESHOLDS", "disk.urgent=1", /the names are disk_free_gb, free_memory_mb/],
  ["HEALTH_THRESHOLDS", "disk_free_gb=1", /NAME\.attention or NAME\.urgent/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.warning=1", /NAME\.attention or NAME\.urgent/],
  ["HEALTH_THRESHOLDS", "__proto__.urgent=1", /NAME\.attention or NAME\.urgent/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=1,", /NAME\.attention or NAME\.urgent/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=low", /disk_free_gb\.urgent a number from 0 to 999999, or off/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=-1", /a number from 0/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=1=2", /a number from 0/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=1e9", /a number from 0/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=1,disk_free_gb.urgent=2", /disk_free_gb\.urgent twice/],
  ["HEALTH_THRESHOLDS", "disk_free_gb.urgent=6", /urgent threshold of disk_free_gb above the one for attention/],
  ["HEALTH_THRESHOLDS", "backup_age_hours.urgent=24", /backup_age_hours below the one for attention/],
  ["LOG_LEVEL", "info", /DEBUG, INFO, WARNING, ERROR/],
  ["LOG_LEVEL", "LOUD", /DEBUG, INFO, WARNING, ERROR/],
  ["LOG_FORMAT", "xml", /console, json/],
  ["READ_ONLY", "yes", /true or false/],
  ["CONFIRM", "never", /ask, elicit, off/],
  ["PUBLIC_URL", "mcp.example.com", /https:\/\/mcp\.example\.com/],
  ["PUBLIC_URL", "http://mcp.example.com", /https/],
  ["PUBLIC_URL", "https://u:p@mcp.example.com", /no user name/],
  ["PUBLIC_URL", "https://mcp.example.com/?", /query/],
  ["TOOLSETS", "basic,everything", /"everything".*basic, servers, apps, security/],
  ["TOOLSETS", "basic,", /basic, servers, apps, security/],
  ["LIST_TOOLSETS", "everything", /"everything".*basic, servers, apps, security/],
  ["CLOUDWAYS_EMAIL", "owner @example.com", /without spaces/],
  ["CLOUDWAYS_API_KEY", "key\u00e9", /visible ASCII/],
  ["CLOUDWAYS_ACCESS_TOKEN", "x".repeat(4097), /at most 4096/],
  ["APPROVAL_CODE", "x".repeat(7), /8 to 64/],
  ["APPROVAL_CODE", "x".repeat(65), /8 to 64/],
  ["APPROVAL_CODE", "two words", /without spaces/],
  ["APPROVAL_CODE", "söme-code", /ASCII/],
];

/** Variables that need another one. */
const COMPANIONS: Readonly<Record<string, Record<string, string>>> = {
  REDIS_URL: { ENCRYPTION_KEY: KEY },
  CLOUDWAYS_EMAIL: { CLOUDWAYS_API_KEY: "EXAMPLE-KEY" },
  CLOUDWAYS_API_KEY: { CLOUDWAYS_EMAIL: "owner@example.com" },
};

for (const [name, value, fix] of WRONG) {
  Deno.test(`${name}=${value.slice(0, 50)} is refused, with how to correct it`, () => {
    const problems = problemsOf({ ...COMPANIONS[name], [name]: value });

    assert.deepEqual([...problems.keys()], [name]);
    assert.match(problems.get(name) ?? "", fix);
  });
}

Deno.test("Redis needs a key, since each process would make a different random one", () => {
  const problems = problemsOf({ REDIS_URL: "redis://127.0.0.1:6379" });

  assert.deepEqual([...problems.keys()], ["ENCRYPTION_KEY"]);
  assert.match(problems.get("ENCRYPTION_KEY") ?? "", /required with REDIS_URL.*keygen/);
});

Deno.test("all problems are reported at once", () => {
  const environment = { PORT: "x", LOG_LEVEL: "x", READ_ONLY: "x", TOOLSETS: "x", REDIS_URL: "redis://127.0.0.1" };

  assert.throws(() => parseConfig(environment), (error: Error) => {
    const lines = error.message.split("\n").map((line) => line.replace(/:.*/, ""));
    assert.deepEqual(lines.sort(), ["ENCRYPTION_KEY", "LOG_LEVEL", "PORT", "READ_ONLY", "TOOLSETS"]);
    return error instanceof ConfigError;
  });
});

Deno.test("no message holds a secret", () => {
  const secret = "sesame-not-a-real-secret";
  const wrong = {
    REDIS_URL: `redis://user:${secret}@127.0.0.1/not-a-number`,
    ENCRYPTION_KEY: `${KEY},${secret}`,
    CUSTOMER_ID_KEY: secret,
    ALLOWED_HOSTS: `https://user:${secret}@mcp.example.com`,
    CLOUDWAYS_API_BASE_URL: `https://user:${secret}@api.example.com`,
    PUBLIC_URL: `https://user:${secret}@mcp.example.com`,
    CLOUDWAYS_EMAIL: `${secret} @example.com`,
    CLOUDWAYS_API_KEY: `${secret} `,
    CLOUDWAYS_ACCESS_TOKEN: ` ${secret}`,
    APPROVAL_CODE: `${secret} `,
  };

  const problems = problemsOf(wrong);

  assert.deepEqual([...problems.keys()].sort(), Object.keys(wrong).sort());
  for (const message of problems.values()) assert.ok(!message.includes(secret) && !message.includes(KEY), message);
});

Deno.test("a name that only begins like a loopback address is not one, and needs https", () => {
  for (const name of ["127.example.com", "127.0.0.1.example.com", "localhost.example.com"]) {
    for (const variable of ["PUBLIC_URL", "CLOUDWAYS_API_BASE_URL"]) {
      assert.throws(
        () => parseConfig({ [variable]: `http://${name}/x` }),
        /must be https, or http on a loopback/,
        name,
      );
    }
    assert.equal(parseConfig({ HOST: name }).publicUrl, undefined, name);
    assert.equal(publicUrlIsLoopback(parseConfig({ PUBLIC_URL: `https://${name}` })), false, name);
  }
});

Deno.test("PUBLIC_URL defaults to the listening address if HOST is loopback, and is unset otherwise", () => {
  const onLoopback = ["127.0.0.1", "localhost", "::1", "127.0.0.2"].map((HOST) =>
    parseConfig({ HOST, PORT: "81" }).publicUrl?.href
  );
  const elsewhere = ["0.0.0.0", "::", "192.0.2.1"].map((HOST) => parseConfig({ HOST }).publicUrl);

  assert.deepEqual(onLoopback, [
    "http://127.0.0.1:81/",
    "http://localhost:81/",
    "http://[::1]:81/",
    "http://127.0.0.2:81/",
  ]);
  assert.deepEqual(elsewhere, Array(3).fill(undefined));
});

Deno.test("PUBLIC_URL's host and origin are allowed in addition to the lists", () => {
  const config = parseConfig({
    HOST: "0.0.0.0",
    PUBLIC_URL: "https://MCP.example.com:8443",
    ALLOWED_HOSTS: "inside.example.com",
    ALLOWED_ORIGINS: "app.example.com",
  });

  assert.equal(config.publicUrl?.origin, "https://mcp.example.com:8443");
  assert.deepEqual(config.allowedHosts, new Set(["inside.example.com", "mcp.example.com"]));
  assert.deepEqual(config.allowedOrigins, new Set(["app.example.com", "mcp.example.com"]));
});

Deno.test("any environment is read or refused with a ConfigError", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.ipV6(),
    fc.constantFrom("redis://", "https://", "[::1]", "cw_", "true", ",", "basic", KEY, OTHER_KEY, "7000", "%", "*"),
  );
  const value = fc.oneof(piece, fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join("")));
  const name = fc.oneof(fc.constantFrom(...VARIABLE_NAMES), fc.constantFrom("__proto__", "constructor", ""));

  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 8 }), (environment) => {
      try {
        parseConfig(environment);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        assert.ok(error.problems.length > 0);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the variables are those of the contract", () => {
  assert.deepEqual([...VARIABLE_NAMES].sort(), [...CONTRACT_NAMES].sort());
});

Deno.test("the permissions script may read exactly these variables, and the files that set them", () => {
  const commands = Object.values(denoJson.tasks).map(({ command }) => command);
  const scripts = commands.flatMap((command) =>
    command.match(/deno run [^$()&]*scripts\/(permissions|require_config)\.ts/g) ?? []
  );

  const env = { allow: VARIABLE_NAMES, ignore: true };
  assert.deepEqual(denoJson.permissions.config, { env, read: VARIABLE_FILES });
  assert.equal(scripts.length, 6);
  for (const script of scripts) {
    assert.match(script, /^deno run (--(frozen|cached-only|deny-import|quiet|no-prompt) )+-P=config scripts\//);
  }
});

Deno.test("the example of an environment file shows every variable once", async () => {
  const text = await Deno.readTextFile(new URL("../../.env.example", import.meta.url));

  const names = [...text.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map((match) => match[1] ?? "");
  assert.deepEqual(names.sort(), [...VARIABLE_NAMES].sort());
});

Deno.test("no task has all permissions", () => {
  for (const [name, { command }] of Object.entries(denoJson.tasks)) {
    assert.doesNotMatch(command, /(^|\s)(-[a-zA-Z]*A[a-zA-Z]*|--allow-all)(\s|$)/, name);
  }
});

Deno.test("no task that runs or builds the program has an unlimited permission", () => {
  for (const name of ["start", "stdio", "keygen", "doctor", "demo", "compile"] as const) {
    assert.doesNotMatch(denoJson.tasks[name].command, /--allow-[a-z]+(\s|$)/, name);
  }
});

Deno.test("half a key pair for stdio is a problem that names the other half", () => {
  const namesOf = (environment: Record<string, string>) => [...problemsOf(environment).keys()];

  assert.deepEqual(namesOf({ CLOUDWAYS_EMAIL: "owner@example.com" }), ["CLOUDWAYS_API_KEY"]);
  assert.deepEqual(namesOf({ CLOUDWAYS_API_KEY: "EXAMPLE-KEY" }), ["CLOUDWAYS_EMAIL"]);
  assert.ok(parseConfig({ CLOUDWAYS_API_KEY: "cw_EXAMPLE" }));
  assert.ok(parseConfig({ CLOUDWAYS_EMAIL: "owner@example.com", CLOUDWAYS_ACCESS_TOKEN: "cw_EXAMPLE" }));
});
