/** What the security tools share. */
import { z } from "zod";
import { appOutput } from "../define/targets.ts";
import { startedOutput } from "../define/outputs.ts";

/** The output of every tool that starts work on one application. */
export const startedOnApp = z.looseObject({ ...appOutput, ...startedOutput });

/**
 * The answer to a change that is done at once. Looser than `doneReply`: what Cloudways says to these was hardly ever
 * seen, so that whatever does not say that it failed counts as done.
 */
export const anyReply = z.union([z.array(z.unknown()), z.looseObject({})]);
