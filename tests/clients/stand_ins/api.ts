/** What the stand-ins of the three model APIs have in common. */
import * as z from "zod";
import type { Script } from "./script.ts";

/** One API: its paths and its answers. */
export interface ModelApi {
  handles: (path: string) => boolean;
  answer: (path: string, body: unknown, script: Script) => Promise<Response>;
}

/** A stream of server-sent events; `named` repeats each one's type as the event's name. */
export function events(messages: readonly Readonly<Record<string, unknown>>[], named = false): Response {
  const lines = messages.map((message) => {
    const name = named ? `event: ${message["type"]}\n` : "";
    return `${name}data: ${JSON.stringify(message)}\n\n`;
  });
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
}

/** The arguments of a tool, as its schema lists them. */
export const argumentsSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ type: z.unknown().optional() })).optional(),
}).optional();
