/** Chromium, as people use it, for what only a browser can test. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { until } from "./until.ts";
import { within } from "./within.ts";

/** A browser for one test. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens a separate window that shares no state with others. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** What the browser complained about in all windows so far: errors, blocked styles, refused frames. */
  readonly complaints: readonly string[];
}

const START_DEADLINE_MS = 60_000;
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

/** Starts Chromium; fails in one line where it is missing. */
export async function startBrowser(): Promise<TestBrowser> {
  // If a later step fails, this ends what was started; otherwise the browser's disposal does.
  await using begun = new AsyncDisposableStack();
  const folder = await makeFolder();
  begun.defer(() => removeFolder(folder));
  const process = spawn(folder);
  const output = new Output(process.stderr);
  begun.defer(() => end(process, output));
  const browser = await connect(await output.devToolsUrl(), folder);
  begun.defer(() => browser.close());
  const complaints: string[] = [];
  const all = begun.move();
  return {
    complaints,
    async newPage(options = {}) {
      const page = await (await browser.newContext(options)).newPage();
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      return page;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function makeFolder(): Promise<string> {
  await Deno.mkdir("dist", { recursive: true });
  return await Deno.realPath(await Deno.makeTempDir({ dir: "dist", prefix: "browser-" }));
}

async function end(process: Deno.ChildProcess, output: Output): Promise<void> {
  try {
    process.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
  await process.status;
  await output.end;
}

function spawn(folder: string): Deno.ChildProcess {
  try {
    const args = [...FLAGS, `--user-data-dir=${folder}/profile`, "about:blank"];
    return new Deno.Command("chromium", { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      "The tests need chromium in PATH: apt-get install chromium (Debian) or brew install chromium (macOS).",
    );
  }
}

/** What Chromium writes on its standard error. It is read to the end, or a full pipe would stop the browser. */
class Output {
  /** Resolves when the browser has closed it. */
  readonly end: Promise<void>;
  readonly #url = Promise.withResolvers<string>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.end = this.#read(stream);
  }

  /** Where the browser can be driven from. */
  async devToolsUrl(): Promise<string> {
    return await within(START_DEADLINE_MS, this.#url.promise, "Chromium did not start.");
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (url !== undefined) this.#url.resolve(url);
    }
    this.#url.reject(new Error(`Chromium ended without printing its address:\n${text}`));
  }
}

async function connect(url: string, folder: string): Promise<Browser> {
  // On loading, the library reads /proc to detect Windows, which needs all permissions. With this variable set it
  // defers that, here forever.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  return await chromium.connectOverCDP(url, { artifactsDir: `${folder}/artifacts` });
}

/** Processes of the browser may still be writing for a moment. */
async function removeFolder(folder: string): Promise<void> {
  await until(async () => {
    try {
      await Deno.remove(folder, { recursive: true });
      return true;
    } catch (error) {
      return error instanceof Deno.errors.NotFound;
    }
  });
}
