/** Starting work whose answer nobody has documented: it is shown as it came, beside what is understood of it. */
import { z } from "zod";
import { startedReply } from "../../cloudways/operations.ts";
import { isoTimesIn } from "../../cloudways/times.ts";
import { startedOutput } from "./outputs.ts";

/** How the description of a tool ends whose answer is not documented. */
export const AS_IT_CAME = "Cloudways' answer is not documented; it is shown as it came.";

/** The member of an answer that holds what Cloudways said, as it came but for its times. */
export const replyOutput = { reply: z.unknown() };

/** What every tool gives that starts such work. */
export const undocumentedOutput = { ...startedOutput, ...replyOutput };

/** An answer of any form. */
export const anyReply = z.unknown().transform(isoTimesIn);

/** An answer of any form, and the work that it may name. */
export const undocumentedReply = z.unknown().transform((reply) => ({
  reply: isoTimesIn(reply),
  begun: startedReply.safeParse(reply).data ?? { operationId: undefined, said: "" },
}));
