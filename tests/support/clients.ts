/** The official MCP clients, of both eras, connected to a running server. */
import assert from "node:assert/strict";
import { Client as ModernClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";

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
  /** The first content, as a model reads it. */
  text: string;
  /** The JSON in it. */
  json: Record<string, unknown>;
  structured: Record<string, unknown> | undefined;
}

/** A connected client of any kind. */
export interface ConnectedClient extends AsyncDisposable {
  protocolVersion(): string | undefined;
  instructions(): string | undefined;
  /** The tools in the order in which the server lists them. */
  listTools(): Promise<ListedTool[]>;
  /** The names of the prompts. */
  listPrompts(): Promise<string[]>;
  /** The messages of a prompt. */
  getPrompt(name: string, args?: Record<string, string>): Promise<unknown[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
}

/** The members of a listed tool that tests read. */
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

/** A person in front of a client. */
export interface Person {
  /** How the client declares that it can ask: `{}`, `{ form: {} }`, `{ url: {} }` or both. */
  elicitation: { form?: Record<string, never>; url?: Record<string, never> };
  /** What the person says to a question. */
  answer: (question: PersonQuestion) => PersonAnswer | Promise<PersonAnswer>;
}

/** A question as a client gets it. */
export interface PersonQuestion {
  message: string;
  mode?: string | undefined;
  /** The address of a question in URL mode. */
  url?: string | undefined;
}

/** What a person says. */
export interface PersonAnswer {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
}

const questionSchema = z.object({ message: z.string(), mode: z.string().optional(), url: z.string().optional() });

const answerSchema = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string() })).min(1),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});

/** Reads a `tools/call` result. */
export function toAnswer(result: unknown): Answer {
  const { isError, content, structuredContent } = answerSchema.parse(result);
  const text = content[0]?.text ?? "";
  const json = answerJson(text);
  if (isError === true) assert.ok(text.startsWith(`${json.code}: {`), text.slice(0, 100));
  return { isError: isError ?? false, text, json, structured: structuredContent };
}

/** The JSON of an answer's text; that of a failure follows its code. */
export function answerJson(text: string): Record<string, unknown> {
  return JSON.parse(text.slice(Math.max(0, text.indexOf("{"))));
}

/** How a client connects. */
export interface ConnectOptions {
  /** The person who answers questions. Without one, the client can't be asked. */
  person?: Person;
}

/** Connects one of the official clients over HTTP. */
export function connect(
  kind: ClientKind,
  url: URL,
  headers: Record<string, string> = {},
  { person }: ConnectOptions = {},
): Promise<ConnectedClient> {
  return kind === "2025 client" ? connectLegacy(url, headers, person) : connectModern(kind, url, headers, person);
}

async function connectLegacy(url: URL, headers: Record<string, string>, person?: Person): Promise<ConnectedClient> {
  const client = new LegacyClient({ name: "test-2025", version: "1.0.0" }, { capabilities: capabilitiesOf(person) });
  if (person !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      async ({ params }: { params: unknown }) => ({ ...await person.answer(questionSchema.parse(params)) }),
    );
  }
  const transport = new LegacyTransport(url, { requestInit: { headers } });
  // Called this way because the SDK's own types disagree with each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [transport]);
  return {
    protocolVersion: () => transport.protocolVersion,
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    listPrompts: async () => (await client.listPrompts()).prompts.map((prompt: { name: string }) => prompt.name),
    getPrompt: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
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

async function connectModern(
  kind: ClientKind,
  url: URL,
  headers: Record<string, string>,
  person?: Person,
): Promise<ConnectedClient> {
  const mode = kind === "automatic client" ? "auto" : { pin: "2026-07-28" };
  const client = new ModernClient({ name: "test-2026", version: "1.0.0" }, {
    versionNegotiation: { mode },
    capabilities: capabilitiesOf(person),
  });
  if (person !== undefined) {
    client.setRequestHandler(
      "elicitation/create",
      async ({ params }) => ({ ...await person.answer(questionSchema.parse(params)) }),
    );
  }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return {
    protocolVersion: () => client.getNegotiatedProtocolVersion(),
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    listPrompts: async () => (await client.listPrompts()).prompts.map((prompt: { name: string }) => prompt.name),
    getPrompt: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
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

function capabilitiesOf(person: Person | undefined) {
  return person === undefined ? {} : { elicitation: person.elicitation };
}
