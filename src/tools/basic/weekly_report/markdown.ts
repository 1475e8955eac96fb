/** Markdown in which texts of the account stay plain text. */

/** ASCII punctuation with a meaning in Markdown or one of its dialects: emphasis, links, tables, mentions, emoji. */
const MARKS = /[\\`*_{}[\]()<>#+!|~&:$^=./-]/g;

/** Quotation marks of ours, which no name may end. */
const QUOTES = /[“”„"]/g;

/**
 * A text of the account, quoted. Nothing in it becomes a link, a heading, code or an image. Renderers look for e-mail
 * addresses even among escaped characters, so the sign in them is spelled.
 */
export function quoted(text: string): string {
  const plain = text.replace(QUOTES, "'").replace(/@/g, " (at) ").replace(/ {2,}/g, " ").trim();
  return `“${plain.replace(MARKS, "\\$&")}”`;
}

/** A list under a heading. */
export interface Section {
  heading: string;
  lines: readonly string[];
}

/**
 * The lines of a document with a title, a paragraph and sections. Sections without lines are left out. Answers hold no
 * line breaks, so it stays a list of lines.
 */
export function documentOf(title: string, summary: string, sections: readonly Section[]): string[] {
  const parts = sections.filter(({ lines }) => lines.length > 0).flatMap(({ heading, lines }) => [
    "",
    `## ${heading}`,
    "",
    ...lines.map((line) => `- ${line}`),
  ]);
  return [`# ${title}`, "", summary, ...parts];
}
