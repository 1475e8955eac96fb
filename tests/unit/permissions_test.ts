import assert from "node:assert/strict";
import { TEST_KEYS } from "../support/keys.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { PERMISSIONS_SCRIPT, type ProgramEnv, programEnv, run } from "../support/process.ts";
import { VARIABLE_NAMES } from "../../src/config.ts";

const V8_FLAGS = "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=100,--memory-reducer-delay-ms=1000," +
  "--no-allocation-site-pretenuring";
const ENV_FLAGS = `--allow-env=${VARIABLE_NAMES.join(",")} --ignore-env ${V8_FLAGS}`;
const ENCRYPTION_KEY = TEST_KEYS[0];

async function printed(command: string, env: ProgramEnv = {}): Promise<string> {
  const { code, stdout } = await run("deno", [...PERMISSIONS_SCRIPT, command], { env });
  assert.equal(code, 0);
  return stdout;
}

Deno.test("serve may reach the Cloudways API and listen on its address, by default", async () => {
  const flags = await printed("serve");

  assert.equal(flags, `--allow-net=api.cloudways.com:443,127.0.0.1:7000 ${ENV_FLAGS}`);
});

Deno.test("stdio may reach the Cloudways API and listen where its pages are", async () => {
  const flags = await printed("stdio", { HOST: "localhost", PORT: "7777" });

  assert.equal(flags, `--allow-net=api.cloudways.com:443,localhost:7777 ${ENV_FLAGS}`);
});

/** Configurations without pages over stdio. */
const WITHOUT_PAGES: Record<string, ProgramEnv> = {
  "CONFIRM=elicit": { CONFIRM: "elicit" },
  "a HOST that is not loopback": { HOST: "0.0.0.0" },
  "READ_ONLY=true": { READ_ONLY: "true" },
};

for (const [what, env] of Object.entries(WITHOUT_PAGES)) {
  Deno.test(`stdio listens nowhere with ${what}`, async () => {
    const flags = await printed("stdio", env);

    assert.equal(flags, `--allow-net=api.cloudways.com:443 ${ENV_FLAGS}`);
  });
}

/** What only `doctor` may do: read the files that set variables, to find misspelt names. */
const READ_FLAG = "--allow-read=.env,/etc/cloudways-mcp/env";

Deno.test("doctor may reach the Cloudways API and its own address, and read the files that set variables", async () => {
  const flags = await printed("doctor", { PUBLIC_URL: "https://mcp.example.com/at" });

  assert.equal(flags, `--allow-net=api.cloudways.com:443,mcp.example.com:443 ${READ_FLAG} ${ENV_FLAGS}`);
});

Deno.test("doctor reads the files that set variables even if the configuration is wrong", async () => {
  assert.equal(await printed("doctor", { PORT: "x" }), `${READ_FLAG} ${ENV_FLAGS}`);
});

/** What a start says of a folder with this `.env`, on standard error, and its flags. */
async function startIn(text: string, env: ProgramEnv = {}): Promise<{ stderr: string; stdout: string }> {
  const folder = `dist/variables-${crypto.randomUUID()}`;
  await Deno.mkdir(folder, { recursive: true });
  try {
    const { imports, permissions } = denoJson;
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports, permissions }));
    await Deno.writeTextFile(`${folder}/.env`, text);
    const args = ["run", "--no-lock", "--cached-only", "--quiet", "--no-prompt", "-P=config", "--config", "deno.json"];
    const script = new URL("../../scripts/permissions.ts", import.meta.url).href;
    const { code, stdout, stderr } = await new Deno.Command("deno", {
      args: [...args, script, "serve"],
      cwd: folder,
      env: programEnv(env),
    }).output();
    const decoder = new TextDecoder();
    assert.equal(code, 0, decoder.decode(stderr));
    return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a start warns of misspelt names in .env, in the form of the log, and changes no permission for them", async () => {
  const env = { LOG_FORMAT: "json", PORT: "7009" };

  const { stdout, stderr } = await startIn("PORT=7009\nREDIS_URI=redis://:a-word@127.0.0.1:1\n", env);

  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level }) => level), ["WARNING"]);
  assert.match(lines[0].message, /\.env, line 2: REDIS_URI .*REDIS_URL/);
  assert.ok(!stderr.includes("a-word"));
  assert.equal(stdout, `--allow-net=api.cloudways.com:443,127.0.0.1:7009 ${ENV_FLAGS}`);
});

Deno.test("a start says that .env is there and was not read", async () => {
  const { stderr } = await startIn("PORT=7009\n");

  assert.match(stderr, /WRN .*--env-file=\.env/);
});

Deno.test("a start says nothing of a .env without mistakes", async () => {
  assert.equal((await startIn("PORT=7009\n", { PORT: "7009" })).stderr, "");
});

const CONFIGURATIONS: readonly { name: string; env: ProgramEnv; net: string }[] = [
  {
    name: "another API address replaces the default one",
    env: { CLOUDWAYS_API_BASE_URL: "http://127.0.0.1:8700/api/v2" },
    net: "127.0.0.1:8700,127.0.0.1:7000",
  },
  {
    name: "an https API address has port 443",
    env: { CLOUDWAYS_API_BASE_URL: "https://api.example.com" },
    net: "api.example.com:443,127.0.0.1:7000",
  },
  {
    name: "Redis is added, its user and password are not",
    env: { REDIS_URL: "rediss://someone:not-a-secret@redis.example.com:6380/3", ENCRYPTION_KEY },
    net: "api.cloudways.com:443,redis.example.com:6380,127.0.0.1:7000",
  },
  {
    name: "Redis without a port has port 6379",
    env: { REDIS_URL: "redis://redis.example.com", ENCRYPTION_KEY },
    net: "api.cloudways.com:443,redis.example.com:6379,127.0.0.1:7000",
  },
  {
    name: "the address listened on follows HOST and PORT",
    env: { HOST: "0.0.0.0", PORT: "8080" },
    net: "api.cloudways.com:443,0.0.0.0:8080",
  },
  {
    name: "IPv6 addresses are in brackets",
    env: { HOST: "::1", REDIS_URL: "redis://[fd00::2]:6379", ENCRYPTION_KEY },
    net: "api.cloudways.com:443,[fd00::2]:6379,[::1]:7000",
  },
];

for (const { name, env, net } of CONFIGURATIONS) {
  Deno.test(`of permission flags: ${name}`, async () => {
    const flags = await printed("serve", env);

    assert.equal(flags, `--allow-net=${net} ${ENV_FLAGS}`);
  });
}

for (const command of ["serve", "stdio", "doctor"]) {
  Deno.test(`${command} may write the file of AUDIT_LOG, and no other`, async () => {
    const file = (await printed(command, { AUDIT_LOG: "/var/log/mcp/audit-1.log" })).split(" ");
    const stdout = (await printed(command, { AUDIT_LOG: "stdout" })).split(" ");

    assert.deepEqual(file.filter((flag) => flag.includes("write")), ["--allow-write=/var/log/mcp/audit-1.log"]);
    assert.deepEqual(stdout.filter((flag) => flag.includes("write")), []);
  });
}

const WRONG: readonly (readonly [name: string, value: string])[] = [
  ["LOG_LEVEL", "LOUD"],
  ["PORT", "seven"],
  ["PORT", "7000,evil.example.com:443"],
  ["REDIS_URL", "redis://h:1 --allow-all"],
  ["REDIS_URL", "redis://h:1\n--allow-run"],
  ["REDIS_URL", "redis://h,evil.example.com:1"],
  ["REDIS_URL", "redis://*:1"],
  ["REDIS_URL", "redis://$(id)"],
  ["REDIS_URL", "redis://h%20--allow-all"],
  ["HOST", "x --allow-run"],
  ["HOST", "127.0.0.1,evil.example.com"],
  ["HOST", "*"],
  ["HOST", "--allow-all"],
  ["CLOUDWAYS_API_BASE_URL", "https://api.example.com,evil.example.com"],
  ["CLOUDWAYS_API_BASE_URL", "https://*.com"],
  ["CLOUDWAYS_API_BASE_URL", "https://x --allow-all"],
  ["AUDIT_LOG", "audit.log"],
  ["AUDIT_LOG", "/"],
  ["AUDIT_LOG", "/var/log/"],
  ["AUDIT_LOG", "/var//log"],
  ["AUDIT_LOG", "/var/../etc/passwd"],
  ["AUDIT_LOG", "/var/./log"],
  ["AUDIT_LOG", "/var/log,/etc"],
  ["AUDIT_LOG", "/var/log/a --allow-all"],
  ["AUDIT_LOG", "/var/log/a\n--allow-run"],
  ["AUDIT_LOG", "/var/log/$(id)"],
  ["AUDIT_LOG", "/var/log/*"],
  ["AUDIT_LOG", "stderr"],
];

for (const [name, value] of WRONG) {
  Deno.test(`of permission flags: ${name}=${JSON.stringify(value)} gives only the environment flags`, async () => {
    const flags = await printed("serve", { ENCRYPTION_KEY, [name]: value });

    assert.equal(flags, ENV_FLAGS);
  });
}

Deno.test("of permission flags: Redis without a key gives only the environment flags", async () => {
  const flags = await printed("serve", { REDIS_URL: "redis://127.0.0.1:6379" });

  assert.equal(flags, ENV_FLAGS);
});

Deno.test("permission flags of every command but doctor allow only named hosts and named variables", async () => {
  for (const command of ["serve", "stdio", "compile", "--allow-all", ""]) {
    const flags = (await printed(command, { HOST: "0.0.0.0" })).split(" ");

    const names = flags.map((flag) => flag.replace(/=.*/, ""));
    assert.deepEqual(names, ["--allow-net", "--allow-env", "--ignore-env", "--v8-flags"]);
    assert.match(flags[0] ?? "", /^--allow-net=[a-z0-9.,:]+$/);
  }
});
