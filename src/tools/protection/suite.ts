/** How the Security Suite is asked. Hardly any of its answers is documented, so they are kept as they came. */
import * as z from "zod";
import type { CloudwaysAccount, WriteRequest } from "../../cloudways/account.ts";
import type { Fields } from "../../cloudways/http.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import type { ApiPath } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { anyReply } from "../define/undocumented.ts";

/** A read about one server, or an application on it. */
interface SuiteRead {
  operation: string;
  path: ApiPath;
  query?: Fields;
}

/** Reads an answer of any form. */
export function readSuite(
  account: CloudwaysAccount,
  { id }: Pick<ServerRecord, "id">,
  { query, ...request }: SuiteRead,
): Promise<unknown> {
  return account.read({ ...request, query: { server_id: id, ...query }, reply: anyReply });
}

/** Changes something. The answer may have any form. */
export function writeSuite(account: CloudwaysAccount, request: Omit<WriteRequest<unknown>, "reply">): Promise<unknown> {
  return account.write({ ...request, reply: anyReply });
}

/** The inputs of a read that Cloudways gives in parts. */
export const partInput = {
  offset: z.int().min(0).default(0).describe("Rows to skip."),
  limit: z.int().min(1).max(100).default(20)
    .meta(declare({ shorter: "Ask for fewer rows with limit, and go on with offset." })).describe("Rows to list."),
};
