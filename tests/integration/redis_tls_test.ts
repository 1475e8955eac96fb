/** Redis behind TLS, with a certificate of a private authority, as docs/redis.md says it. */
import assert from "node:assert/strict";
import { certificatePem, freshKey, keyPem } from "../support/certificates.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { LOCKED, permissionFlags, run } from "../support/process.ts";
import { until } from "../support/until.ts";

/** A Redis that speaks only TLS. Its certificate is signed by an authority that no system knows. */
async function startTlsRedis(): Promise<{ url: string; authority: string } & AsyncDisposable> {
  const folder = `${Deno.cwd()}/dist/redis-tls-${crypto.randomUUID()}`;
  await Deno.mkdir(folder, { recursive: true });
  const issuer = { commonName: "EXAMPLE AUTHORITY", key: freshKey("ec") };
  const key = freshKey("ec");
  const files = {
    "ca.pem": certificatePem({ domains: [], commonName: issuer.commonName, key: issuer.key, isAuthority: true }),
    "redis.pem": certificatePem({ domains: ["127.0.0.1"], commonName: "redis", key, issuer }),
    "redis.key": keyPem(key),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const port = freePort();
  const process = new Deno.Command("redis-server", {
    args: [
      ...["--port", "0", "--tls-port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--tls-auth-clients", "no"],
      ...["--tls-cert-file", `${folder}/redis.pem`, "--tls-key-file", `${folder}/redis.key`],
      ...["--tls-ca-cert-file", `${folder}/ca.pem`],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(() => Deno.connect({ hostname: "127.0.0.1", port }).then((to) => (to.close(), true), () => false));
  return {
    url: `rediss://127.0.0.1:${port}`,
    authority: `${folder}/ca.pem`,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("a Redis with a certificate of a private authority is used with DENO_CERT, and refused without", async () => {
  await using redis = await startTlsRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY: TEST_KEYS[0], CLOUDWAYS_API_BASE_URL: "http://127.0.0.1:9" };
  // As deno task doctor does; the variable of Deno itself needs no permission.
  const args = [
    "run",
    ...LOCKED,
    "--quiet",
    "--no-prompt",
    ...await permissionFlags("doctor", env),
    "main.ts",
    "doctor",
  ];
  const redisLine = (stdout: string) => /^(ok|FAIL) +redis: .*/m.exec(stdout)?.[0] ?? stdout;

  const known = await run("deno", args, { env: { ...env, DENO_CERT: redis.authority } });
  const unknown = await run("deno", args, { env });

  assert.match(redisLine(known.stdout), /^ok /);
  assert.match(redisLine(unknown.stdout), /^FAIL .*TLS|^FAIL .*certificate/);
});
