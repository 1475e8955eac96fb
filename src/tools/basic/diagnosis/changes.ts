/** Changes made through this server that can have something to do with an application. */
import * as z from "zod";
import type { FoundApp } from "../../../cloudways/server_listing.ts";
import type { ToolContext } from "../../define/tool.ts";
import { toActions } from "../audit_actions.ts";
import type { Change } from "./facts.ts";

/** Only the newest records are looked at. */
const MAX_RECORDS = 100;

/** Tools that change nothing. */
const READS = /^(?:get|list|find|check)_/;

const id = z.union([z.number(), z.string()]).transform(Number);
const ids = z.looseObject({ app_id: id.optional(), server_id: id.optional() });

/**
 * The changes of an application, and of its server as a whole, newest first.
 *
 * @throws {StoreError} If the records can't be read.
 */
export async function changesOn(
  { account, audit, clock, inputsOf }: ToolContext,
  { app, server }: FoundApp,
): Promise<Change[]> {
  const { records } = await audit.read(account.customer.id, { limit: MAX_RECORDS });
  return toActions(records, clock.now(), inputsOf)
    .filter(({ tool, result, record }) => {
      const named = ids.safeParse(record.arguments).data;
      if (result !== "done" || READS.test(tool) || named === undefined) return false;
      return named.app_id === undefined ? named.server_id === server.id : named.app_id === app.id;
    })
    .map(({ tool, time }) => ({ tool, at: Date.parse(time) }));
}
