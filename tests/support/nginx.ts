/** Runs the real nginx with the configuration that deploy/nginx has. */
import { certificatePem, keyPem, testKey } from "./certificates.ts";
import { freePort } from "./free_port.ts";
import { until } from "./until.ts";

const SITE = new URL("../../deploy/nginx/cloudways-mcp.conf", import.meta.url);

/** A running nginx. */
export interface Nginx extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** The authority of its certificate, for clients. */
  caCerts: string[];
  /** Puts these ports in place of the replicas', in their order, marks some as down, and reloads. */
  reload(ports: readonly number[], down?: readonly number[]): Promise<void>;
  /** Everything in its access log. */
  accessLog(): Promise<string>;
}

/** The site for a test: the configuration as it is, with other addresses, ports and places of files. */
function siteFor(text: string, { port, folder, ports, down }: {
  port: number;
  folder: string;
  ports: readonly number[];
  down: readonly number[];
}): string {
  const replicas = [...text.matchAll(/server 127\.0\.0\.1:(\d+) max_fails=0;/g)];
  if (replicas.length !== ports.length) throw new Error(`The configuration has ${replicas.length} replicas.`);
  let site = text;
  for (const [index, [line]] of replicas.entries()) {
    const own = ports[index] ?? 0;
    site = site.replace(line, `server 127.0.0.1:${own} max_fails=0${down.includes(own) ? " down" : ""};`);
  }
  const replacements = [
    ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
    ["/etc/ssl/mcp.example.com.pem", `${folder}/site.pem`],
    ["/etc/ssl/mcp.example.com.key", `${folder}/site.key`],
    ["/var/log/nginx/cloudways-mcp.log", `${folder}/access.log`],
  ] as const;
  for (const [from, to] of replacements) {
    if (!site.includes(from)) throw new Error(`The configuration has no ${from}`);
    site = site.replace(from, to);
  }
  return site;
}

/** What the packages of a system bring, with all files in one folder. */
function mainConf(folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${folder}/${kind};`);
  return [
    // As root, its workers would else have no right to the folder. Ignored for others.
    ...(Deno.build.os === "linux" ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 2;",
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log notice;`,
    "events {}",
    "http {",
    ...temporary,
    `  include ${folder}/site.conf;`,
    "}",
    "",
  ].join("\n");
}

/** Starts it in front of replicas. It has its own folder below dist, which goes with it. */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  const folder = `${Deno.cwd()}/dist/nginx-${crypto.randomUUID()}`;
  await Deno.mkdir(folder, { recursive: true });
  const port = freePort();
  const text = await Deno.readTextFile(SITE);
  const write = (name: string, content: string) => Deno.writeTextFile(`${folder}/${name}`, content);
  const key = testKey(7);
  const certificate = certificatePem({ domains: ["127.0.0.1"], key });
  await write("site.pem", certificate);
  await write("site.key", keyPem(key));
  await write("nginx.conf", mainConf(folder));
  await write("site.conf", siteFor(text, { port, folder, ports, down: [] }));
  const args = ["-p", folder, "-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`];
  await nginx([...args, "-t", "-q"]);
  const process = new Deno.Command("nginx", { args, stdout: "null", stderr: "null" }).spawn();
  const errors = () => Deno.readTextFile(`${folder}/error.log`);
  const handle: Nginx = {
    url: `https://127.0.0.1:${port}`,
    caCerts: [certificate],
    async reload(ports, down = []) {
      const before = count(await errors(), "exited with code 0");
      await write("site.conf", siteFor(text, { port, folder, ports, down }));
      await nginx([...args, "-t", "-q"]);
      await nginx([...args, "-s", "reload"]);
      // Until then an old worker may send a request on that it began to read before.
      await until(async () => count(await errors(), "exited with code 0") >= before + 2, 60_000);
    },
    accessLog: () => Deno.readTextFile(`${folder}/access.log`),
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
  await until(() => Deno.connect({ hostname: "127.0.0.1", port }).then((to) => (to.close(), true), () => false));
  return handle;
}

/** Runs nginx to its end; throws what it says if it fails. */
async function nginx(args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("nginx", { args, stdout: "null", stderr: "piped" }).output();
  if (code !== 0) throw new Error(`nginx ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
