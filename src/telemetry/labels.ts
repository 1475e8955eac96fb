import type { LabelRule } from "./series_table.ts";

/** A label whose values are words of the code. */
export function word(name: string): LabelRule {
  return { name, form: /^[A-Za-z][A-Za-z0-9_]{0,63}$/ };
}

/** A route as the code names it. Routes hold no digits and few signs, so a path with an id does not match. */
export const ROUTE: LabelRule = { name: "route", form: /^\/[a-z_{}/]{0,40}$/ };

/** An HTTP status. */
export const STATUS: LabelRule = { name: "status", form: /^[1-5]\d\d$/ };

/** An HTTP status, or a word where no answer came. */
export const STATUS_OR_WORD: LabelRule = { name: "status", form: /^(?:[1-5]\d\d|[a-z_]{1,40})$/ };
