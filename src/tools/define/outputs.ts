/** Output schemas that many tools share. */
import * as z from "zod";

/** A record as Cloudways returns it. */
export const record = z.looseObject({});

/** A list of such records. */
export const records = z.array(record);

/** A list of texts. */
export const texts = z.array(z.string());

/** The output of every tool that starts work at Cloudways. */
export const startedOutput = {
  operation_id: z.string().nullable(),
  status: z.enum(["completed", "running"]),
  message: z.string(),
  cloudways_message: z.string().optional(),
  next_step: z.string().optional(),
};

/** The output of every tool that requests a report from Cloudways, besides the report. */
export const reportedOutput = { ...startedOutput, message: z.string().optional() };

/**
 * The answer to a change that is done at once. Looser than `doneReply`: what Cloudways says to these was hardly ever
 * seen, so that whatever does not say that it failed counts as done.
 */
export const anyReply = z.union([z.array(z.unknown()), z.looseObject({})]);
