import type { Call } from "../call.ts";

const mostPerPage = 100;

/** One page of a list, with what is needed to request the next. */
export function paged(call: Call, name: string, rows: unknown[]): unknown {
  const page = Math.max(1, Number(call.fields.page ?? 1));
  const limit = Math.min(mostPerPage, Math.max(1, Number(call.fields.limit ?? 20)));
  return {
    data: {
      [name]: rows.slice((page - 1) * limit, page * limit),
      pagination: { current_page: page, last_page: Math.max(1, Math.ceil(rows.length / limit)) },
    },
  };
}
