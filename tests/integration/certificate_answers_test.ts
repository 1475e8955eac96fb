import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import type { AppState, LetsEncryptState } from "../sandbox/state.ts";

const APP = { app_id: 200001 };
const RENEW = "security_lets_encrypt_renew";
const REVOKE = "security_lets_encrypt_revoke";

const start = () => startService({ env: { CONFIRM: "off" }, sandbox: { pace: { polls: 1, seconds: 0 } } });
const call = (service: Service, tool: string, args: Record<string, unknown>) =>
  callTool(service.mcpUrl, tool, { ...APP, ...args }, TOKEN_HEADERS);

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

function haveCertificate(service: Service, changes: Partial<LetsEncryptState>): void {
  const { lets_encrypt } = shopOf(service);
  assert.ok(lets_encrypt !== null);
  Object.assign(lets_encrypt, changes);
}

const wildcard = (): Partial<LetsEncryptState> => ({ type: "wc", ssl_domains: ["*.example.com"] });

Deno.test("a certificate has one shape, in the list of domains and in the details of its application", async () => {
  await using service = await start();
  haveCertificate(service, { auto: false });

  const listed = await call(service, "list_domains", {});
  const details = await call(service, "get_app_details", {});

  const shape = {
    kind: "lets_encrypt",
    covers: ["shop.example.com", "www.shop.example.com"],
    auto_renewal: false,
    verified: true,
    installed: true,
  };
  assert.ok(Array.isArray(listed.json.domains));
  for (const { certificate } of listed.json.domains) assert.deepEqual(certificate, shape);
  const app = Object(details.json.app);
  assert.deepEqual(app.certificate, shape);
  assert.deepEqual(Object.keys(app).filter((name) => /lets_encrypt|own_ssl/.test(name)), []);
});

const RENEWALS: [present: string, () => Partial<LetsEncryptState>, args: object, sent: object][] = [
  ["an ordinary certificate", () => ({}), {}, { wild_card: false }],
  ["a wildcard certificate", wildcard, {}, { wild_card: true, ssl_email: "owner@example.com", domain: "example.com" }],
  ["a wildcard certificate, for another contact", wildcard, { email: "new@example.com" }, {
    wild_card: true,
    ssl_email: "new@example.com",
    domain: "example.com",
  }],
  ["a wildcard certificate that is said to be none", wildcard, { wildcard: false }, { wild_card: false }],
];
for (const [present, changes, args, sent] of RENEWALS) {
  Deno.test(`renew_letsencrypt finds out for itself what it renews: ${present}`, async () => {
    await using service = await start();
    haveCertificate(service, changes());

    const { json } = await call(service, "renew_letsencrypt", { ...args });

    assert.equal(json.status, "completed");
    const [request] = service.sandbox.requestsTo(RENEW);
    assert.deepEqual(request?.fields, { ...APP, server_id: 100001, ...sent });
  });
}

Deno.test("renew_letsencrypt asks for what Cloudways doesn't tell of a wildcard certificate, and sends nothing", async () => {
  await using service = await start();
  haveCertificate(service, { ...wildcard(), ssl_domains: ["*.example.com", "*.example.org"] });

  const { json } = await call(service, "renew_letsencrypt", {});

  assert.equal(json.code, "invalid_arguments");
  assert.equal(Object(json.details).problems[0].argument, "domain");
  assert.deepEqual(service.sandbox.requestsTo(RENEW), []);
});

for (const [present, changes, wild_card] of [["ordinary", () => ({}), false], ["wildcard", wildcard, true]] as const) {
  Deno.test(`revoke_letsencrypt finds out for itself that the certificate is ${present}`, async () => {
    await using service = await start();
    haveCertificate(service, changes());
    const domain = wild_card ? "example.com" : "shop.example.com";

    await call(service, "revoke_letsencrypt", { domain });

    assert.deepEqual(service.sandbox.requestsTo(REVOKE)[0]?.fields.wild_card, wild_card);
  });
}

Deno.test("install_letsencrypt installs no wildcard certificate unless told so", async () => {
  await using service = await start();

  await call(service, "install_letsencrypt", { email: "owner@example.com", domains: ["shop.example.com"] });

  assert.equal(service.sandbox.requestsTo("security_lets_encrypt_install")[0]?.fields.wild_card, false);
});

Deno.test("a person who is asked about a renewal sees what was found out for it", async () => {
  await using service = await startService();
  haveCertificate(service, wildcard());
  shopOf(service).own_ssl = { issued_at: "2026-01-01 00:00:00" };

  const { json } = await call(service, "renew_letsencrypt", {});

  assert.equal(json.code, "confirmation_required");
  assert.match(String(json.message), /Domain it is renewed for: `example\.com/);
  assert.match(String(json.message), /Contact: `owner@example\.com/);
});
