/** The official clients over stdio: each starts the program as a process of its own. */
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type ElicitRequest, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Answer, toAnswer } from "./clients.ts";
import { inheritedEnv, mainArgs, type ProgramEnv, programEnv } from "./process.ts";

/** An answered form. */
export type FormReply = { action: "accept"; content: { approve: boolean; label?: string } } | { action: "decline" };

/** What a person answers to the text of a question; undefined for a client that can't ask. */
export type FormAnswer = ((message: string) => FormReply) | undefined;

/** A connected client. Its disposal ends the process. */
export interface StdioClient extends AsyncDisposable {
  call(name: string, args: Record<string, unknown>): Promise<Answer>;
}

/** How a client connects. */
export interface StdioConnectOptions {
  /** Without an answer the client can't ask. */
  answer?: FormAnswer;
  /** The least time that a person takes. */
  thinkMs?: number;
}

type Connect = (env: ProgramEnv, options?: StdioConnectOptions) => Promise<StdioClient>;

/** The kinds of client. */
export const STDIO_CLIENTS: Readonly<Record<"2025 client" | "2026 client", Connect>> = {
  "2025 client": connectLegacy,
  "2026 client": connectModern,
};

async function connectLegacy(
  env: ProgramEnv,
  { answer, thinkMs = 0 }: StdioConnectOptions = {},
): Promise<StdioClient> {
  const capabilities = answer === undefined ? {} : { elicitation: {} };
  const client = new LegacyClient({ name: "test-2025", version: "1.0.0" }, { capabilities });
  if (answer !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      ({ params }: ElicitRequest) => answerAfter(answer(params.message), thinkMs),
    );
  }
  // Called this way since the SDK's types contradict each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [new LegacyTransport(await parameters(env))]);
  return {
    call: async (name, args) => toAnswer(await client.callTool({ name, arguments: args })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectModern(
  env: ProgramEnv,
  { answer, thinkMs = 0 }: StdioConnectOptions = {},
): Promise<StdioClient> {
  const client = new ModernClient({ name: "test-2026", version: "1.0.0" }, {
    capabilities: answer === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  if (answer !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => answerAfter(answer(params.message), thinkMs));
  }
  await client.connect(new ModernTransport(await parameters(env)));
  return {
    call: async (name, args) => toAnswer(await client.callTool({ name, arguments: args })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function parameters(env: ProgramEnv) {
  const args = await mainArgs(["stdio"], env);
  return { command: "deno", args, env: { ...inheritedEnv(), ...programEnv(env) }, stderr: "ignore" } as const;
}

function answerAfter<T>(reply: T, thinkMs: number): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(reply), thinkMs));
}
