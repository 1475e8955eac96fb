/** Says how old the data of an answer are, where they were not read for it. */
import type { ListedServers } from "../../cloudways/server_listing.ts";

/** The time at which servers were listed. */
export function asOf({ readTime }: Pick<ListedServers, "readTime">): { as_of: string } {
  return { as_of: readTime };
}
