/** What the questions about a server's packages and settings say, by what changes. */
import assert from "node:assert/strict";
import { serverRecord } from "../../src/cloudways/models.ts";
import { type PackageChange, packageQuestion } from "../../src/tools/server_config/package_question.ts";
import type { SettingName } from "../../src/tools/server_config/setting_fields.ts";
import { settingsQuestion } from "../../src/tools/server_config/setting_questions.ts";

const FACTS = { server: serverRecord.parse({ id: 1, label: "Shop", apps: [{ id: 2 }] }), backups: new Map() };
const PHP: PackageChange = { package: "php", before: "8.2", after: "8.3", label: "PHP 8.3", goesBack: true };

const PACKAGES: [what: string, change: Partial<PackageChange>, headline: RegExp, says: RegExp[]][] = [
  ["a version of PHP", {}, /^Change one package of server 1 with 1 application\.$/, [
    /PHP restarts/,
    /Themes, plugins/,
    /can be undone: Cloudways lists the way back/,
  ]],
  ["PHP without a way back", { goesBack: false }, /^Change/, [/can't be undone from here/]],
  ["PHP of which the ways are not told", { goesBack: null }, /^Change/, [/It may be that it can't be undone/]],
  ["a database", { package: "mysql", before: "mariadb,10.6", after: "mariadb,10.11", goesBack: null }, /^Change/, [
    /database restarts: every application/,
    /It may be that it can't be undone/,
  ]],
  [
    "a removal",
    { package: "redis", before: "latest", after: "0", goesBack: null },
    /^Remove one package from server 1/,
    [
      /may be removed with it/,
      /Applications that use it fail/,
    ],
  ],
  [
    "an installation",
    { package: "redis", before: "", after: "latest", goesBack: null },
    /^Add one package to server 1/,
    [
      /uses memory and disk/,
      /can be undone by removing the package again/,
    ],
  ],
  ["another package", { package: "elasticsearch", before: "7.6", after: "7.17", goesBack: null }, /^Change/, [
    /The package restarts/,
  ]],
  ["a package of which nothing is told", { package: "redis", before: null, after: "latest" }, /^Change/, [/restarts/]],
];

for (const [what, change, headline, says] of PACKAGES) {
  Deno.test(`the question of ${what} says what restarts, what may break and whether there is a way back`, () => {
    const question = packageQuestion(FACTS, { ...PHP, ...change });

    assert.match(question.headline, headline);
    for (const words of says) assert.match(question.consequences.join("\n"), words);
    assert.equal(question.losesData, true);
  });
}

Deno.test("the question of a package shows versions before and after, and what Cloudways calls the new one", () => {
  const versions = (change: Partial<PackageChange>) =>
    packageQuestion(FACTS, { ...PHP, ...change }).facts?.map(({ values }) => values[0]);

  assert.deepEqual(versions({}), ["php", "8.2", "8.3 (PHP 8.3)"]);
  assert.deepEqual(versions({ before: "", label: null }), ["php", "none", "8.3"]);
  assert.deepEqual(versions({ before: null }), ["php", "not told", "8.3 (PHP 8.3)"]);
});

const SETTINGS: [SettingName, before: string | null, after: string, says: RegExp[], not: RegExp[]][] = [
  ["display_errors", "Off", "On", [/Visitors see PHP's error messages/], [/can't be read/]],
  ["display_errors", "On", "Off", [], [/Visitors see/]],
  ["tls_versions", "1.2,1.3", "1.3", [/can't reach any of the sites/], [/count as broken/]],
  ["tls_versions", "1.2,1.3", "1.1,1.2,1.3", [/count as broken/], []],
  ["timezone", "UTC", "Europe/Berlin", [/may shift/], []],
  ["mysql_timezone", null, "UTC", [/may shift/, /can't be read can't be put back/], []],
  ["xdebug", "disabled", "enabled", [/slower/], []],
  ["xdebug", "enabled", "disabled", [], [/slower/]],
  ["memory_limit", "128", "256", [/Services restart/, /can be undone/], [/can't be read/]],
];

for (const [name, before, after, says, not] of SETTINGS) {
  Deno.test(`the question of ${name} from ${before} to ${after} says what it means`, () => {
    const words = settingsQuestion(FACTS, [{ name, before, after }]).consequences.join("\n");

    for (const one of says) assert.match(words, one);
    for (const one of not) assert.doesNotMatch(words, one);
  });
}
