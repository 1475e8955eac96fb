/** The whole program without a socket, and checks for what it must never show. */
import assert from "node:assert/strict";
import { type App, createApp } from "../../src/app.ts";
import type { Clock } from "../../src/async/clock.ts";
import { parseConfig } from "../../src/config.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";

/** How the program is started. */
export interface RunningAppOptions {
  /** Where its upstream is. */
  apiBaseUrl: string;
  env?: Record<string, string>;
  clock?: Clock;
  upstreamTimeoutMs?: number;
}

/** An answer, read to its end. */
export interface ReadAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** A running program. */
export interface RunningApp {
  app: App;
  /** Sends a request and reads the answer to its end, or to a question, which is not answered. */
  send(request: Request): Promise<ReadAnswer>;
  /** Throws if a log line shows an internal error or a secret; clears the lines. */
  assertQuietLog(): void;
  close(): Promise<void>;
}

/** Secrets of the account that all calls use. */
export const SECRETS = [DEMO_ACCOUNT.accessTokens[0].token, DEMO_ACCOUNT.apiKey] as const;

const STACK = /\bat \S+ \(?(?:file|npm|ext|node):|\.ts:\d+:\d+|\/src\/[a-z_/]+\.ts|node_modules/;

/** Checks that a text shows no secret and no internals. */
export function assertNoLeak(text: string, where: string): void {
  assert.doesNotMatch(text, STACK, `${where} shows a stack or a path`);
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${where} shows a secret`);
}

/** Starts the program. */
export async function startApp(options: RunningAppOptions): Promise<RunningApp> {
  const { apiBaseUrl, env, clock, upstreamTimeoutMs } = options;
  let lines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => lines.push(line) });
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: apiBaseUrl, RATE_LIMIT_REQUESTS: "1000000", ...env });
  const app = await createApp(config, {
    log,
    ...(clock && { clock }),
    ...(upstreamTimeoutMs !== undefined && { upstreamTimeoutMs }),
  });
  return {
    app,
    async send(request) {
      lines = [];
      const response = await app.fetch(request);
      return { status: response.status, headers: response.headers, text: await readUntilQuestion(response) };
    },
    assertQuietLog() {
      const seen = lines;
      lines = [];
      for (const line of seen) {
        assert.ok(!line.includes('"internal error"'), `an internal error: ${line.slice(0, 3000)}`);
        for (const secret of SECRETS) assert.ok(!line.includes(secret), `the log shows a secret: ${line}`);
      }
    },
    close: () => app.close(),
  };
}

/** A stream with a question would wait for a person; the read ends there instead. */
async function readUntilQuestion({ body }: Response): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value, { stream: true });
    if (text.includes('"method":"elicitation/create"') && !text.includes('"result"')) {
      await reader.cancel();
      break;
    }
  }
  return text;
}

/** The JSON-RPC messages in an answer; throws if it holds something else. */
export function messagesOf({ headers, text }: ReadAnswer): unknown[] {
  if (text === "") return [];
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("application/json")) return [JSON.parse(text)].flat();
  assert.ok(type.startsWith("text/event-stream"), `an answer of type ${type}`);
  return text.split("\n").filter((line) => /^data: ./.test(line)).map((line): unknown => JSON.parse(line.slice(6)));
}
