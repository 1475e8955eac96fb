/** Any environment: a configuration, or a list of what is wrong with it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Config, ConfigError, parseConfig, VARIABLE_NAMES } from "../../src/config.ts";
import { formatHostPort, listenAddress, outboundHosts } from "../../src/config/reach.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { anyText } from "./json_cases.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";

/** A valid configuration, so that small changes make it nearly right. */
const VALID_VALUES = {
  HOST: "127.0.0.1",
  PORT: "7000",
  ALLOWED_HOSTS: "mcp.example.com,[::1]:80",
  ALLOWED_ORIGINS: "https://app.example.com",
  CLOUDWAYS_API_BASE_URL: "https://api.example.com/api/v2",
  REDIS_URL: "rediss://someone:EXAMPLE-PASSPHRASE@cache.example.net:6380/0",
  ENCRYPTION_KEY: TEST_KEYS.join(","),
  CUSTOMER_ID_KEY: TEST_KEYS[1],
  REDIS_POOL_SIZE: "10",
  HTTP_POOL_SIZE: "10",
  RATE_LIMIT_REQUESTS: "90",
  RATE_LIMIT_WINDOW: "60",
  LOG_LEVEL: "INFO",
  LOG_FORMAT: "json",
  READ_ONLY: "true",
  CONFIRM: "elicit",
  PUBLIC_URL: "https://mcp.example.com",
  TOOLSETS: "basic,apps",
  LIST_TOOLSETS: "basic",
  CLOUDWAYS_EMAIL: "owner@example.com",
  CLOUDWAYS_API_KEY: "EXAMPLE-KEY-OF-NOBODY",
  CLOUDWAYS_ACCESS_TOKEN: "cw_EXAMPLE_OF_NOBODY",
  APPROVAL_CODE: "EXAMPLE-CODE-OF-NOBODY",
};
const VALID: ReadonlyMap<string, string> = new Map(Object.entries(VALID_VALUES));

const SECRET_NAMES = [
  "REDIS_URL",
  "ENCRYPTION_KEY",
  "CUSTOMER_ID_KEY",
  "CLOUDWAYS_API_KEY",
  "CLOUDWAYS_ACCESS_TOKEN",
  "APPROVAL_CODE",
];

const piece = fc.oneof(
  anyText,
  fc.constantFrom(...VALID.values(), ",", "*", "@", "/", ":", "[", "]", "#", "?", "%2c", "%00", "0.0.0.0", "--"),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.ipV6(),
);
const name = fc.oneof(fc.constantFrom(...VARIABLE_NAMES), fc.constantFrom("__proto__", "constructor", ""));

/** Valid values with something put in, and values of any kind. */
const change = fc.record({ name, at: fc.nat({ max: 80 }), cut: fc.nat({ max: 12 }), piece, whole: fc.boolean() });
const environment = fc.record({
  names: fc.subarray([...VARIABLE_NAMES]),
  changes: fc.array(change, { maxLength: 3 }),
}).map(({ names, changes }) => {
  const found = new Map(names.map((variable) => [variable, VALID.get(variable) ?? ""]));
  for (const { name, at, cut, piece, whole } of changes) {
    const before = found.get(name) ?? VALID.get(name) ?? "";
    const place = at % (before.length + 1);
    found.set(name, whole ? piece : before.slice(0, place) + piece + before.slice(place + cut));
  }
  return Object.fromEntries(found);
});

const anyEnvironment = defineProperty({
  name: "configuration/environment",
  claim: "an environment is read, or refused with the names of wrong variables and no secret",
  quick: 1500,
  bench: () => ({
    cases: environment,
    holds: (env) => {
      const parsed = parsedOrRefused(env);
      if (parsed instanceof ConfigError) {
        assert.ok(parsed.problems.length > 0);
        for (const { variable, message } of parsed.problems) {
          assert.ok(VARIABLE_NAMES.includes(variable), variable);
          assert.ok(message.length < 500);
          for (const secret of secretsOf(env)) assert.ok(!message.includes(secret), `${variable} shows a secret`);
        }
      } else {
        for (const address of [...outboundHosts(parsed), listenAddress(parsed)].map(formatHostPort)) {
          assert.match(address, /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/);
        }
      }
    },
  }),
});

function parsedOrRefused(env: Record<string, string>): Config | ConfigError {
  try {
    return parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Parts of secret values that are in no other variable; a message may show them from there. */
function secretsOf(env: Readonly<Record<string, string>>): string[] {
  const isSecret = (name: string) => SECRET_NAMES.includes(name);
  const open = [...VALID, ...Object.entries(env)].filter(([name]) => !isSecret(name)).map(([, value]) => value);
  const isUnique = (text: string) => text.length >= 12 && !/[\s[\]{}]/.test(text);
  return Object.entries(env).filter(([name]) => isSecret(name))
    .flatMap(([, value]) => [value, ...value.split(/[,@:/]/)])
    .filter((part) => isUnique(part) && !open.some((value) => value.includes(part)));
}

/** The configuration. */
export const configurationProperties: readonly FuzzProperty[] = [anyEnvironment];
