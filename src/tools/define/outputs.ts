/** What the answers of many tools are made of. */
import { z } from "zod";

/** A record as Cloudways gives it. */
export const record = z.looseObject({});

/** A list of them. */
export const records = z.array(record);

/** A list of texts. */
export const texts = z.array(z.string());

/** What every tool gives that starts work at Cloudways. */
export const startedOutput = {
  operation_id: z.string().nullable(),
  status: z.enum(["completed", "running"]),
  message: z.string(),
  cloudways_message: z.string().optional(),
  next_step: z.string().optional(),
};

/** What every tool gives that has a report made at Cloudways, besides the report. */
export const reportedOutput = { ...startedOutput, message: z.string().optional() };

/**
 * The answer to a change that is done at once. Looser than `doneReply`: what Cloudways says to these was hardly ever
 * seen, so that whatever does not say that it failed counts as done.
 */
export const anyReply = z.union([z.array(z.unknown()), z.looseObject({})]);
