/** HTML in which no text becomes markup, and styles that a content security policy knows. */

/** Text that is HTML already. */
export class Html {
  /** The markup. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a {@linkcode markup} template. */
export type HtmlPart = string | number | Html | undefined | readonly HtmlPart[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * A template in which every text is escaped, so that none can become markup; `undefined` leaves nothing. It has a name
 * that formatters don't know, since they would add spaces that show.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((text, index) => text + partText(parts[index])).join(""));
}

/** How a content security policy names a style sheet that stands in a page. */
export async function styleHash(css: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(css));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}

function partText(part: HtmlPart): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(partText).join("");
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
