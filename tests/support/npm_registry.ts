/** An npm registry on this machine that offers one package, for tests of what may be loaded. */
import { shutDown } from "./shut_down.ts";

/** A running registry. It also serves one plain module, at `/module.js`. */
export interface Registry extends AsyncDisposable {
  /** Without a trailing slash. */
  url: string;
  /** The paths that were asked for. */
  asked: string[];
}

/** Starts a registry whose package and module print `said` when they are loaded. */
export async function startRegistry(name: string, said: string): Promise<Registry> {
  const code = `console.log(${JSON.stringify(said)});`;
  const tarball = await gzip(tar({
    "package/package.json": JSON.stringify({ name, version: "1.0.0", type: "module", exports: "./index.js" }),
    "package/index.js": code,
  }));
  const integrity = `sha512-${new Uint8Array(await crypto.subtle.digest("SHA-512", tarball)).toBase64()}`;
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const { pathname, origin } = new URL(url);
    asked.push(pathname);
    if (pathname === `/${name}`) return Response.json(packageDocument(name, `${origin}/${name}.tgz`, integrity));
    if (pathname === `/${name}.tgz`) return new Response(tarball);
    if (pathname === "/module.js") return new Response(code, { headers: { "content-type": "text/javascript" } });
    return new Response(null, { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => shutDown(server),
  };
}

function packageDocument(name: string, tarball: string, integrity: string) {
  const version = { name, version: "1.0.0", dist: { tarball, integrity } };
  return { name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
}

/** The simplest archive: a header and the content of each file, in blocks of 512 bytes. */
function tar(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const content = new TextEncoder().encode(text);
    return [header(name, content.length), padded(content)];
  });
  return concat([...blocks, new Uint8Array(1024)]);
}

function header(name: string, size: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(512);
  const put = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  put(0, name);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\u000000");
  put(148, `${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
  return block;
}

function padded(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(Math.ceil(content.length / 512) * 512);
  block.set(content);
  return block;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
