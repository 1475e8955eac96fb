/** Inputs that many tools share, so that the same input is described the same everywhere. */
import * as z from "zod";
import type { WaitOptions } from "../../cloudways/operations.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { ToolContext } from "./tool.ts";
import { isTimeZone } from "./validators.ts";

/** The input of a tool without arguments. */
export const noInput = () => z.strictObject({});

/** The id of a server or application. */
const listedId = z.int().min(1).meta(declare({ role: "target" })).describe("Id from list_servers.");

/** The inputs of every tool about one server. */
export const serverInput = { server_id: listedId };

/**
 * The inputs of every tool about one application. `server_id` is not needed; it is accepted so that older calls still
 * work.
 */
export const appInput = {
  app_id: listedId,
  server_id: z.int().min(1).meta(declare({ role: "target", unlisted: true })).optional().describe("Found by itself."),
};

/** How much of a list to return. */
export const detail = z.enum(["concise", "full"]).default("concise").meta(declare({
  role: "view",
  shorter: "More fits with detail concise. find_resources, get_server_details and get_app_details show single ones.",
})).describe("full adds every known field.");

/** How long to wait for an operation. */
export function waitSeconds(defaultSeconds: number) {
  return z.int().min(0).max(300).default(defaultSeconds).meta(declare({ role: "wait" }))
    .describe("Seconds to wait for the end.");
}

/** Restricts reference lists to one provider. */
export const provider = z.string().min(1).max(40).meta(declare({ shorter: "Ask for one provider at a time." }))
  .optional().describe("Only this provider, such as do or vultr.");

/** Declares an input that says how far to look back. */
export const lookBack = declare({ shorter: "Ask for a shorter duration." });

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

/** A progress message in our own words. What Cloudways says about the work is part of the answer. */
function stillRunning(minutes: number | null): string {
  if (minutes === null) return "Still running at Cloudways.";
  return `Still running at Cloudways, which expects ${minutes} more ${minutes === 1 ? "minute" : "minutes"}.`;
}

/** In which time zone Cloudways reckons a graph. */
export const timezone = z.string().refine(isTimeZone, "must be a time zone's name, such as Europe/Berlin")
  .default("UTC").describe("For Cloudways' reckoning: Europe/Berlin. Times in the answer are UTC.");
