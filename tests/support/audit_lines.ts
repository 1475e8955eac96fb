/** The audit records in a service's log, as written; customers read entries made of them. */
import * as z from "zod";
import type { Service } from "./harness.ts";

const lineSchema = z.looseObject({
  message: z.literal("audit"),
  audit: z.looseObject({
    event: z.string(),
    tool: z.string().optional(),
    outcome: z.string().nullish(),
    approval: z.string().nullish(),
    operation_id: z.string().nullish(),
  }),
});

/** One audit record in the log. */
export type LoggedRecord = z.output<typeof lineSchema>["audit"];

/** The audit records so far, oldest first. */
export function loggedRecords({ logLines }: Pick<Service, "logLines">): LoggedRecord[] {
  return logLines.flatMap((line) => {
    const read = lineSchema.safeParse(JSON.parse(line)).data;
    return read === undefined ? [] : [read.audit];
  });
}
