/** Says how old the data of an answer are, where they were not read for it. */

/** The time at which data were read, in UTC. */
export function asOf(readAt: number): { as_of: string } {
  return { as_of: `${new Date(readAt).toISOString().slice(0, 19)}Z` };
}
