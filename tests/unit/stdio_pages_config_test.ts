import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";
import { overStdio, stdioPagesAddress, whyNoStdioPages } from "../../src/config/reach.ts";
import { stdioConfirmNote } from "../../src/confirm/note.ts";

/** Where the pages of stdio are, for one environment. */
const ADDRESSES: { name: string; env: Record<string, string>; publicUrl: string | undefined }[] = [
  { name: "by default on the default port", env: {}, publicUrl: "http://127.0.0.1:7000/" },
  { name: "at HOST and PORT", env: { HOST: "::1", PORT: "7777" }, publicUrl: "http://[::1]:7777/" },
  {
    name: "under another name of this machine, without a path",
    env: { PUBLIC_URL: "http://localhost:7000/below" },
    publicUrl: "http://localhost:7000/",
  },
  {
    name: "not at a PUBLIC_URL with another port",
    env: { PUBLIC_URL: "http://localhost:8000" },
    publicUrl: "http://127.0.0.1:7000/",
  },
  {
    name: "not at a PUBLIC_URL elsewhere",
    env: { PUBLIC_URL: "https://mcp.example.com", ALLOWED_HOSTS: "mcp.example.com", ALLOWED_ORIGINS: "example.com" },
    publicUrl: "http://127.0.0.1:7000/",
  },
  {
    name: "nowhere if HOST is not loopback",
    env: { HOST: "0.0.0.0", PUBLIC_URL: "https://mcp.example.com" },
    publicUrl: undefined,
  },
];

for (const { name, env, publicUrl } of ADDRESSES) {
  Deno.test(`the pages of stdio are ${name}, and requests to them are allowed`, () => {
    const config = overStdio(parseConfig(env));

    assert.equal(config.publicUrl?.href, publicUrl);
    const hostname = config.publicUrl?.hostname;
    assert.ok(hostname === undefined || config.allowedHosts.has(hostname));
    assert.ok(hostname === undefined || config.allowedOrigins.has(hostname));
  });
}

/** Whether there are pages over stdio, whether the process listens, and whether the note at the start is a warning. */
const MODES: { env: Record<string, string>; why: string | undefined; listens: boolean; isRisky: boolean }[] = [
  { env: {}, why: undefined, listens: true, isRisky: true },
  { env: { APPROVAL_CODE: "EXAMPLE-CODE" }, why: undefined, listens: true, isRisky: false },
  { env: { CONFIRM: "off" }, why: undefined, listens: true, isRisky: true },
  { env: { CONFIRM: "elicit" }, why: "switched off", listens: false, isRisky: false },
  { env: { HOST: "0.0.0.0" }, why: "not loopback", listens: false, isRisky: false },
  { env: { READ_ONLY: "true" }, why: undefined, listens: false, isRisky: true },
];

for (const { env, why, listens, isRisky } of MODES) {
  Deno.test(`stdio with ${JSON.stringify(env)} ${listens ? "may listen" : "never listens"}`, () => {
    const config = overStdio(parseConfig(env));

    const address = stdioPagesAddress(config);
    const note = stdioConfirmNote(config);

    assert.equal(whyNoStdioPages(config), why);
    assert.deepEqual(address, listens ? { host: "127.0.0.1", port: 7000 } : undefined);
    assert.equal(note.isRisky, isRisky);
    assert.ok(!note.text.includes("EXAMPLE-CODE"));
  });
}
