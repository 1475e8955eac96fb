/** Reads the answers of `get_weekly_report`. */
import assert from "node:assert/strict";
import * as z from "zod";

const about = { about: z.string() };
/** The form of the answer. */
export const reportSchema = z.looseObject({
  period: z.object({ days_count: z.int(), from: z.iso.datetime(), until: z.iso.datetime() }),
  changes: z.object({
    done_count: z.int(),
    not_done_count: z.int(),
    list: z.array(z.object({
      ...about,
      what: z.string(),
      ending: z.string(),
      approval: z.string(),
      times_count: z.int(),
      last_at: z.string(),
    })),
    left_out_count: z.int(),
    problems: z.array(z.string()).optional(),
  }).nullable(),
  alerts: z.object({
    count: z.int(),
    list: z.array(z.object({ ...about, subject: z.string(), times_count: z.int(), last_at: z.string().nullable() })),
    left_out_count: z.int(),
    without_time_count: z.int(),
  }).nullable(),
  backups: z.object({
    started: z.array(z.object({ ...about, times_count: z.int(), last_at: z.string() })),
    known: z.array(z.object({ ...about, newest_at: z.string() })),
    left_out_count: z.int(),
  }),
  certificates: z.object({
    fine_count: z.int(),
    attention_count: z.int(),
    not_told_count: z.int(),
    attention: z.array(z.object({ ...about, problem: z.string() })),
    left_out_count: z.int(),
  }).nullable(),
  updates: z.object({
    waiting_count: z.int().nullable(),
    carried_out: z.array(z.object({ ...about, times_count: z.int(), last_at: z.string() })),
    waiting: z.array(z.object({ ...about, core: z.boolean(), plugins_count: z.int(), themes_count: z.int() })),
    left_out_count: z.int(),
  }),
  not_included: z.array(z.object({
    what: z.string(),
    reason: z.string(),
    in_words: z.string(),
    next_step: z.string(),
  })),
  markdown: z.array(z.string()),
});

/** An answer. */
export type Report = z.output<typeof reportSchema>;

/** The lines of one section, without their marks. */
export function section({ markdown }: Report, heading: string): string[] {
  const begin = markdown.indexOf(`## ${heading}`);
  assert.ok(begin >= 0, `${heading} in ${markdown.join("\n")}`);
  const rest = markdown.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith("## "));
  return rest.slice(0, end === -1 ? undefined : end).filter((line) => line !== "");
}

/** What an answer leaves out, each with its reason. */
export const missing = ({ not_included }: Report) => not_included.map(({ what, reason }) => `${what} ${reason}`);
