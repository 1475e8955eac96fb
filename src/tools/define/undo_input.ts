/** The tool that takes a change back, as the calls room knows it. */
import { z } from "zod";

/** Its name. */
export const UNDO_CHANGE = "undo_change";

/** Its input. */
export const receiptInput = z.strictObject({
  receipt: z.string().trim().regex(/^[0-9a-f]{32}$/i, "must be the receipt of an answer").toLowerCase()
    .describe("undo.receipt of the change's answer."),
});
