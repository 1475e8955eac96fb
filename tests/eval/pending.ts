/** Tools that jobs need and that are not there yet. A tool leaves this list when it comes. */
export const PENDING: readonly string[] = [];
