/** The tool that takes a change back, as the calls room knows it. */
import * as z from "zod";
import { once } from "../../async/once.ts";

/** Its name. */
export const UNDO_CHANGE = "undo_change";

/** Its input. */
export const receiptInput = once(() =>
  z.strictObject({
    receipt: z.string().trim().regex(/^[0-9a-f]{32}$/i, "must be the receipt of an answer").toLowerCase()
      .describe("undo.receipt of the change's answer."),
  })
);
