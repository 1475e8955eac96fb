/** What `deploy/` holds agrees with the program. */
import assert from "node:assert/strict";
import * as z from "zod";
import { GRACE_MS } from "../../src/commands/process.ts";
import { VERSION } from "../../src/version.ts";
import { VARIABLE_NAMES } from "../../src/config/variables.ts";
import { run } from "../support/process.ts";

const UNITS = ["cloudways-mcp.service", "cloudways-mcp@.service"];

const ROOT = new URL("../../", import.meta.url);

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The number in the first group of a pattern. */
function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1]);
}

/** The values of each directive of a unit. */
function directives(unit: string): Map<string, string[]> {
  const lines = read(`deploy/systemd/${unit}`).split("\n").map((line) => /^(\w+)=(.*)$/.exec(line)).filter((m) =>
    m !== null
  );
  return new Map(
    Object.entries(Object.groupBy(lines, ([, name = ""]) => name))
      .map(([name, all = []]) => [name, all.map(([, , value = ""]) => value)]),
  );
}

for (const unit of UNITS) {
  Deno.test(`${unit} lets calls in flight finish, and runs a task that exists`, () => {
    const found = directives(unit);
    const { tasks } = JSON.parse(read("deno.json"));

    assert.ok(Number(found.get("TimeoutStopSec")?.[0]) * 1000 > GRACE_MS);
    const [, task = ""] = /deno task --quiet (\w+)$/.exec(found.get("ExecStart")?.[0] ?? "") ?? [];
    assert.ok(Object.hasOwn(tasks, task));
  });

  Deno.test(`${unit} sets only variables that exist, and Deno's own`, () => {
    const names = (directives(unit).get("Environment") ?? []).join(" ").split(" ").map((one) =>
      one.split("=")[0] ?? ""
    );

    assert.deepEqual(names.filter((name) => !name.startsWith("DENO_") && !VARIABLE_NAMES.includes(name)), []);
  });
}

Deno.test("the unit of a replica is the other one, with a port", () => {
  const [single, replica] = UNITS.map((unit) => read(`deploy/systemd/${unit}`).split("\n"));

  assert.deepEqual(replica?.filter((line) => !single?.includes(line)).map((line) => line.replace(/[=:].*/, "")), [
    "Description",
    "# PORT must not be set in this file",
    "Environment",
  ]);
});

/** The instructions of the Dockerfile that begin with a word, joined where they go on over lines. */
function instructions(word: string): string[] {
  const lines = read("Dockerfile").replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
}

/** What the Dockerfile copies from the project: files, and folders with all that is in them. */
function copied(): string[] {
  return instructions("COPY").filter((line) => !line.startsWith("--from")).flatMap((line) =>
    line.split(" ").slice(0, -1)
  );
}

const graphSchema = z.object({ modules: z.array(z.object({ specifier: z.string() })) });

/** The modules of the project that a program needs, itself among them. */
async function modulesOf(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("deno", { args: ["info", "--json", entry] }).output();
  const { modules } = graphSchema.parse(JSON.parse(new TextDecoder().decode(stdout)));
  return modules.map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith(ROOT.href))
    .map((specifier) => specifier.slice(ROOT.href.length));
}

Deno.test("the image has every module of the program, and the container runs it as deno task start does", async () => {
  const local = (await Promise.all(["main.ts", "scripts/permissions.ts", "scripts/healthcheck.ts"].map(modulesOf)))
    .flat();
  const isCopied = (path: string) => copied().some((from) => path === from || path.startsWith(`${from}/`));
  const { tasks } = JSON.parse(read("deno.json"));
  const [, , command = ""] = JSON.parse(instructions("ENTRYPOINT")[0] ?? "[]");

  assert.ok(local.length > 200);
  assert.deepEqual(local.filter((path) => !isCopied(path)), []);
  assert.equal(
    `deno cache --frozen main.ts scripts/permissions.ts && ${command.replace(/^exec /, "")}`,
    tasks.start.command,
  );
});

Deno.test("the image is built with a run under the flags of the container, so that what V8 has compiled fits", () => {
  const command = instructions("ENTRYPOINT")[0] ?? "";

  assert.match(command, / serve"\]$/);
  assert.equal(instructions("RUN").at(-1), command.replace(/ serve"\]$/, ' --version"]'));
});

Deno.test("nothing is sent to the builder of the image but what it copies", () => {
  const sent = read(".dockerignore").split("\n").filter((line) => line.startsWith("!")).map((line) => line.slice(1));

  assert.deepEqual(sent.toSorted(), copied().toSorted());
});

Deno.test("containers have time to end, and the version of the program", () => {
  const compose = read("compose.yaml");
  const server = read("deploy/kubernetes/server.yaml");
  const preStopSeconds = numberIn(server, /\["sleep", "(\d+)"\]/);

  assert.ok(numberIn(compose, /stop_grace_period: (\d+)s/) * 1000 > GRACE_MS);
  assert.ok((numberIn(server, /terminationGracePeriodSeconds: (\d+)/) - preStopSeconds) * 1000 > GRACE_MS);
  assert.match(compose, new RegExp(`image: cloudways-mcp:${RegExp.escape(VERSION)}\\n`));
  assert.match(read("deploy/kubernetes/kustomization.yaml"), new RegExp(`newTag: ${RegExp.escape(VERSION)}\\n`));
  assert.match(instructions("LABEL")[0] ?? "", new RegExp(`image.version="${RegExp.escape(VERSION)}"`));
});

Deno.test("the health check of a container tells a server that answers from none", async () => {
  const check = async (port: number): Promise<number> => {
    const args = [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env=PORT",
      "scripts/healthcheck.ts",
    ];
    return (await new Deno.Command("deno", { args, env: { PORT: String(port) } }).output()).code;
  };
  const codes: number[] = [];
  for (const status of [200, 503]) {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response("", { status }),
    );
    codes.push(await check(server.addr.port));
  }
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = closed.addr;
  closed.close();

  assert.deepEqual([...codes, await check(port)], [0, 1, 1]);
});

/** What logrotate runs after it has renamed the file. */
function postrotate(): string {
  return /^ *postrotate\n(.*?)^ *endscript$/ms.exec(read("deploy/systemd/cloudways-mcp.logrotate"))?.[1] ?? "";
}

Deno.test("a shell can read what the rotation runs, and the script in it is there", async () => {
  const { code, stderr } = await run("sh", ["-n"], { input: postrotate() });
  const [, path = ""] = /sh \/usr\/lib\/cloudways-mcp\/(\S+) \$ports/.exec(postrotate()) ?? [];

  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(Deno.statSync(new URL(path, ROOT)).isFile);
  assert.match(postrotate(), /\|\|\n +systemctl try-restart/);
});

Deno.test("nginx waits as long as a call may take, buffers no stream, and sends no call to two replicas", () => {
  const directives = read("deploy/nginx/cloudways-mcp.conf").replaceAll(/#.*/g, "");
  const [longestWaitSeconds, longestChangeSeconds] = [300, 80];

  assert.ok(numberIn(directives, /proxy_read_timeout (\d+)s;/) > longestWaitSeconds + longestChangeSeconds);
  assert.match(directives, /proxy_buffering off;/);
  assert.match(directives, /proxy_next_upstream error timeout;/);
  assert.doesNotMatch(directives, /non_idempotent|http_503/);
  assert.doesNotMatch(directives, /server [\d.]+:\d+(?!\d| max_fails=0;)/);
});
