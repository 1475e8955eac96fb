/** The official MCP clients, of both eras, connected to a running server. */
import { Client as ModernClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { DEMO_ACCOUNT } from "./sandbox/mod.ts";

/** The sandbox's demo account, signed in with an access token. */
export const TOKEN_HEADERS = { "x-cloudways-access-token": DEMO_ACCOUNT.accessTokens[0].token };
/** The same account, signed in with e-mail and API key. */
export const KEY_HEADERS = { "x-cloudways-email": DEMO_ACCOUNT.email, "x-cloudways-api-key": DEMO_ACCOUNT.apiKey };

/** The kinds of client that a server must serve. */
export const CLIENT_KINDS = ["2025 client", "automatic client", "2026 client"] as const;
/** One of {@linkcode CLIENT_KINDS}. */
export type ClientKind = typeof CLIENT_KINDS[number];

/** What a call gave, whichever client made it. */
export interface Answer {
  isError: boolean;
  /** The JSON of the first content. */
  json: Record<string, unknown>;
  structured: Record<string, unknown> | undefined;
}

/** A connected client of any kind. */
export interface ConnectedClient extends AsyncDisposable {
  protocolVersion(): string | undefined;
  instructions(): string | undefined;
  /** The tools in the order in which the server lists them. */
  listTools(): Promise<ListedTool[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
}

/** What a test may look at in a listed tool. */
export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown> | undefined;
  annotations?: Record<string, unknown> | undefined;
}

/** How a call is made. */
export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { progress: number; message?: string | undefined }) => void;
}

const answerSchema = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string() })).min(1),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});

/** Reads a `tools/call` result. */
export function toAnswer(result: unknown): Answer {
  const { isError, content, structuredContent } = answerSchema.parse(result);
  const json: Record<string, unknown> = JSON.parse(content[0]?.text ?? "");
  return { isError: isError ?? false, json, structured: structuredContent };
}

/** Connects one of the official clients over HTTP. */
export function connect(kind: ClientKind, url: URL, headers: Record<string, string> = {}): Promise<ConnectedClient> {
  return kind === "2025 client" ? connectLegacy(url, headers) : connectModern(kind, url, headers);
}

async function connectLegacy(url: URL, headers: Record<string, string>): Promise<ConnectedClient> {
  const client = new LegacyClient({ name: "test-2025", version: "1.0.0" });
  const transport = new LegacyTransport(url, { requestInit: { headers } });
  // Called this way because the SDK's own types disagree with each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [transport]);
  return {
    protocolVersion: () => transport.protocolVersion,
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, { signal, onProgress } = {}) =>
      toAnswer(
        await client.callTool({ name, arguments: args }, undefined, {
          ...(signal && { signal }),
          ...(onProgress && { onprogress: onProgress }),
        }),
      ),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectModern(kind: ClientKind, url: URL, headers: Record<string, string>): Promise<ConnectedClient> {
  const mode = kind === "automatic client" ? "auto" : { pin: "2026-07-28" };
  const client = new ModernClient({ name: "test-2026", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return {
    protocolVersion: () => client.getNegotiatedProtocolVersion(),
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, { signal, onProgress } = {}) =>
      toAnswer(
        await client.callTool({ name, arguments: args }, {
          ...(signal && { signal }),
          ...(onProgress && { onprogress: onProgress }),
        }),
      ),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
