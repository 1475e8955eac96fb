import assert from "node:assert/strict";
import fc from "fast-check";
import { nearestVariable } from "../../src/config/nearest_variable.ts";
import { fileProblems, variablesIn } from "../../src/config/variable_file.ts";
import { VARIABLE_NAMES } from "../../src/config/variables.ts";
import { envExample } from "../../scripts/docs.ts";
import { TEST_KEYS } from "../support/keys.ts";

const MISSPELT: readonly (readonly [given: string, meant: string | undefined])[] = [
  ["REDIS_URI", "REDIS_URL"],
  ["REDISURL", "REDIS_URL"],
  ["ENCYPTION_KEY", "ENCRYPTION_KEY"],
  ["ENCRYPTION_KEYS", "ENCRYPTION_KEY"],
  ["READONLY", "READ_ONLY"],
  ["read_only", "READ_ONLY"],
  ["LOG_LEVLE", "LOG_LEVEL"],
  ["ALLOWED_HOST", "ALLOWED_HOSTS"],
  ["TRUSTED_PROXY", undefined],
  ["CLOUDWAYS_TOKEN", "CLOUDWAYS_ACCESS_TOKEN"],
  ["CLOUDWAYS_API_TOKEN", undefined],
  ["POST", undefined],
  ["PROT", "PORT"],
  ["PATH", undefined],
  ["SOMETHING_ELSE", undefined],
  ["", undefined],
];

for (const [given, meant] of MISSPELT) {
  Deno.test(`${JSON.stringify(given)} is ${meant === undefined ? "near no variable" : `perhaps ${meant}`}`, () => {
    assert.equal(nearestVariable(given), meant);
  });
}

Deno.test("every variable is nearest to itself, and to itself with one letter left out", () => {
  for (const name of VARIABLE_NAMES) {
    assert.equal(nearestVariable(name), name);
    if (name.length > 8) assert.equal(nearestVariable(name.slice(0, 3) + name.slice(4)), name);
  }
});

Deno.test("names are found as Deno, systemd and shells read them", () => {
  const text = [
    "# REDIS_URL=commented out",
    "PORT=7000",
    '  LOG_LEVEL = "INFO"',
    "export READ_ONLY=true",
    "no assignment",
    "EMPTY=",
    'SIGN_IN_CLIENTS="[',
    'INSIDE=not a variable"',
    "LAST=1\r",
  ].join("\n");

  const found = variablesIn(text).map(({ name, line, isEmpty }) => [name, line, isEmpty]);

  assert.deepEqual(found, [
    ["PORT", 2, false],
    ["LOG_LEVEL", 3, false],
    ["READ_ONLY", 4, false],
    ["EMPTY", 6, true],
    ["SIGN_IN_CLIENTS", 7, false],
    ["LAST", 9, false],
  ]);
});

Deno.test("a misspelt name is named with its line and what was meant, a strange one with its line", () => {
  const problems = fileProblems(".env", "PORT=7000\nREDIS_URI=redis://:word@h:1\nWHATEVER=1\n", { PORT: "7000" });

  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /^\.env, line 2: REDIS_URI .*did you mean REDIS_URL\?$/);
  assert.match(problems[1] ?? "", /^\.env, line 3: WHATEVER /);
});

Deno.test("what Deno, compose.yaml and the example file have in them is known", () => {
  const others = "HTTPS_PROXY=http://p:1\nNO_PROXY=x\nDENO_CERT=/a.pem\nREDIS_PASSWORD=x\nTZ=UTC\n" +
    "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\nOTEL_SERVICE_NAME=x\nOTEL_METRIC_EXPORT_INTERVAL=1000\n";
  const example = envExample().replaceAll(/^# ([A-Z_]+=)/gm, "$1");

  assert.deepEqual(fileProblems(".env", others + example), []);
  assert.match(fileProblems(".env", "OTEL_DENO_CONSOL=replace").join(), /did you mean OTEL_DENO_CONSOLE\?/);
  assert.ok(variablesIn(example).length >= VARIABLE_NAMES.length);
});

Deno.test("a known variable that did not arrive shows that the file was not read", () => {
  const text = "PORT=7001\nLOG_LEVEL=\n";

  assert.match(fileProblems(".env", text, {}).join(), /only with deno task --env-file=\.env/);
  assert.deepEqual(fileProblems(".env", text, { PORT: "7002" }), []);
  assert.deepEqual(fileProblems(".env", text), []);
});

Deno.test("no value of a file is shown, nor a name that may be one", () => {
  const [key] = TEST_KEYS;
  const broken = `ENCRYPTION_KEYY=\n${key}\ncw_secretexample=1\nAKIAEXAMPLE123456=x\n`;

  const text = fileProblems(".env", broken).join("\n");

  assert.match(text, /line 1: ENCRYPTION_KEYY/);
  assert.match(text, /line 3: this name/);
  for (const secret of [key.slice(0, 12), "secretexample", "AKIAEXAMPLE"]) assert.ok(!text.includes(secret), text);
});

Deno.test("any text is looked through, and a long list of strange names is cut", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
    assert.ok(fileProblems(".env", text, {}).length <= 12);
  }));
  const many = Array.from({ length: 500 }, (_, index) => `STRANGE_${"X".repeat(index % 30)}=1`).join("\n");

  assert.equal(fileProblems(".env", many).length, 11);
});
