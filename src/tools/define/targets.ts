/** How answers and requests name the server or application of a tool. */
import * as z from "zod";
import type { ServerRecord } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";

/** Output schema: the server that an answer is about. */
export const serverOutput = { server_id: z.number(), server_label: z.string() };

/** The members of {@linkcode serverOutput}. */
export function namesOfServer({ id, label }: ServerRecord): z.output<z.ZodObject<typeof serverOutput>> {
  return { server_id: id, server_label: label };
}

/** Output schema: the application that an answer is about. */
export const appOutput = {
  app_id: z.number(),
  app_label: z.string(),
  ...serverOutput,
};

/** The members of {@linkcode appOutput}. */
export function namesOf({ app, server }: FoundApp): z.output<z.ZodObject<typeof appOutput>> {
  return { app_id: app.id, app_label: app.label, ...namesOfServer(server) };
}

/** The ids that Cloudways requires in every request about an application. */
export function idsOf({ app, server }: FoundApp): { server_id: number; app_id: number } {
  return { server_id: server.id, app_id: app.id };
}
