/** Inputs that many tools share, so that one thing is described once and everywhere the same. */
import { z } from "zod";
import type { WaitOptions } from "../../cloudways/operations.ts";
import { type ToolContext, UNLISTED } from "./tool.ts";

/**
 * An input that calls may carry and that no list shows: it says nothing new, or is an older name of another one. Kept so
 * that calls which were right stay right.
 */
export function unlisted<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), [UNLISTED]: true });
}

/** The input of a tool that takes nothing. */
export const noInput = z.strictObject({});

/** A server's id. */
export const serverId = z.int().min(1).describe("Id from list_servers.");

/** An application's id. */
export const appId = z.int().min(1).describe("Id from list_servers.");

/** The inputs of every tool about one server. */
export const serverInput = { server_id: serverId };

/** The inputs of every tool about one application. */
export const appInput = {
  app_id: appId,
  server_id: unlisted(z.int().min(1).optional().describe("Found by itself.")),
};

/** How much of a list to give. */
export const detail = z.enum(["concise", "full"]).default("concise").describe("full adds every known field.");

/** How long to wait for an operation. */
export function waitSeconds(defaultSeconds: number) {
  return z.int().min(0).max(300).default(defaultSeconds).describe("Seconds to wait for the end.");
}

/** Restricts reference lists to one provider. */
export const provider = z.string().min(1).max(40).optional().describe("Only this provider, such as do or vultr.");

/** The input of every tool that starts work at Cloudways. */
export const waitInput = { wait_seconds: waitSeconds(20) };

/** How to wait, for a tool with {@linkcode waitInput}. */
export function waitOptions(seconds: number, progress: ToolContext["progress"]): WaitOptions {
  return {
    seconds,
    onProgress: ({ estimated_minutes_remaining: minutes }, waitedMs) =>
      progress(stillRunning(minutes), Math.round(waitedMs / 1000), seconds),
  };
}

/** Words of ours: what Cloudways says of the work comes with the answer, as its own. */
function stillRunning(minutes: number | null): string {
  if (minutes === null) return "Still running at Cloudways.";
  return `Still running at Cloudways, which expects ${minutes} more ${minutes === 1 ? "minute" : "minutes"}.`;
}
