import assert from "node:assert/strict";
import { ageInWords, serviceHeadline } from "../../src/tools/define/question_words.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

Deno.test("a restore point's age is given in words, and is unknown if its text is not a time", () => {
  const ages: [string, string][] = [
    ["2026-11-20 12:00:00", "that is 0 minutes old"],
    ["2026-11-20T11:58:59", "that is 1 minute old"],
    ["2026-11-20 11:00", "that is 1 hour old"],
    ["2026-11-20T09:00:00+02:00", "that is 5 hours old"],
    ["2026-11-18 12:00:01", "that is 47 hours old"],
    ["2026-11-17 11:59:59", "that is 3 days old"],
    ["2026-11-20 12:00:01", "of unknown age"],
    ["0000-00-00 00:00:00", "of unknown age"],
    ["2026-13-40 99:99:99", "of unknown age"],
    ["yesterday", "of unknown age"],
    ["1", "of unknown age"],
  ];

  for (const [point, words] of ages) assert.equal(ageInWords(point, NOW), words, point);
});

Deno.test("only a service that applications need may fail them, if there are any", () => {
  const base = { label: "Shops", public_ip: "192.0.2.1", status: "running" };
  const app = { id: 11, label: "Shop", app_fqdn: "", cname: "", aliases: [], application: "wordpress" };
  const facts = (apps: unknown) => ({ server: { ...base, id: 1, apps } }) as Parameters<typeof serviceHeadline>[2];

  assert.equal(serviceHeadline("stop", "nginx", facts([app])), "Stop one service of server 1: 1 application may fail.");
  assert.match(serviceHeadline("restart", "php8.2-fpm", facts([app, app])), /2 applications may fail for some seconds/);
  assert.equal(serviceHeadline("stop", "newrelic", facts([app])), "Stop one service of server 1 with 1 application.");
  assert.match(serviceHeadline("stop", "mysql", facts([])), /has no application/);
  assert.match(serviceHeadline("stop", "mysql", facts(null)), /all its applications may fail/);
});
