/** Starting work whose answer nobody has documented: it is shown as it came, beside what is understood of it. */
import * as z from "zod";
import { startedReply } from "../../cloudways/operations.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { isoTimesIn } from "../../cloudways/times.ts";
import { waitOptions } from "./inputs.ts";
import { startedOutput } from "./outputs.ts";
import { blocks, type Work } from "./start.ts";
import { idsOf, namesOf } from "./targets.ts";
import type { ToolContext } from "./tool.ts";

/** How the description of a tool ends whose answer is not documented. */
export const AS_IT_CAME = "Cloudways' answer is not documented; it is shown as it came.";

/** The member of an answer that holds what Cloudways said, as it came but for its times. */
export const replyOutput = { reply: z.unknown() };

/** What every tool gives that starts such work. */
export const undocumentedOutput = { ...startedOutput, ...replyOutput };

/** An answer of any form. */
export const anyReply = z.unknown().transform(isoTimesIn);

const undocumentedReply = z.unknown().transform((reply) => ({
  reply: isoTimesIn(reply),
  begun: startedReply.safeParse(reply).data ?? { operationId: undefined, said: "" },
}));

/** Starts such work on an application and waits for it. The result of a finished operation counts as the reply. */
export async function startUndocumented(
  found: FoundApp,
  input: { wait_seconds: number },
  { account, progress }: ToolContext,
  { operation, path, method = "POST", fields }: Work,
) {
  const form = { ...idsOf(found), ...fields };
  const { begun, reply } = await account.write({ operation, method, path, form, reply: undocumentedReply });
  const { work, end } = await account.followToEnd(begun, idsOf(found), waitOptions(input.wait_seconds, progress));
  const result = end?.result ?? null;
  return {
    ...namesOf(found),
    ...work,
    ...blocks(found.server, work),
    reply: result === null ? reply : isoTimesIn(result),
  };
}
