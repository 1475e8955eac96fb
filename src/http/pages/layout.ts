/** The frame of all pages, and small parts of their text. */
import { cleanText } from "../../text/clean.ts";
import { Html, markup } from "../html.ts";
import { PAGE_STYLE } from "./style.ts";

/** The content of a page that only tells something. */
export interface Notice {
  title: string;
  text: string;
}

/** A page, without the frame. */
export interface Page {
  /** Appears in the browser's history and window list, so it contains no names. */
  title: string;
  main: Html;
  footer: Html;
}

/** Explains how pages show data. */
export const BOXES = markup`<p>Texts in grey boxes come from the account or the caller, not from this server.</p>`;

/** The inline parts of a frame. The content security policy of the page has to allow them by their hashes. */
export interface Frame {
  style: string;
  script?: string;
}

const FRAME: Frame = { style: PAGE_STYLE };

/** A page with a short text, and `end` as its footer. */
export function noticePage({ title, text }: Notice, end: string, frame = FRAME): string {
  return render({ title, main: markup`<h1>${title}</h1><p>${text}</p>`, footer: markup`<p>${end}</p>` }, frame);
}

/** Our own words, which contain nothing to hide. */
export function ours(text: string): string {
  return cleanText(text);
}

/** A time of day. */
export function clockTime(at: number): Html {
  const iso = new Date(at).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(11, 16)} UTC</time>`;
}

/** A date and a time of day. */
export function dayAndTime(at: number): Html {
  const iso = new Date(at).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

/** The singular for 1, or the plural for any other number. */
export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** The whole page as HTML. */
export function render({ title, main, footer }: Page, { style, script }: Frame = FRAME): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<meta name="robots" content="noindex, nosnippet">
<title>${title} · Cloudways MCP server</title>
<style>${new Html(style)}</style>
</head>
<body>
<header><p>Cloudways MCP server</p></header>
<main>
${main}
</main>
<footer>${footer}</footer>
${
    script === undefined ? undefined : markup`<script>${new Html(script)}</script>
`
  }</body>
</html>
`.text;
}
