/**
 * Makes foreign texts and values safe to show, in four steps: bound, clean, hide secrets, cut. Cutting comes last,
 * because half a secret is not recognised. Bounding comes first, so that large input costs no more than small.
 */
import { boundText, type ValueBounds } from "./bounds.ts";
import { cleanText, type JsonValue } from "./clean.ts";
import { CLEANED } from "./clean_deep.ts";
import { hiderOf, type Secrets } from "./redaction/hider.ts";
import { type Rules, type Showing, transform } from "./walk.ts";

/** How {@linkcode safeText} hides and cuts. */
export interface SafeTextOptions {
  /** Texts to hide wherever they occur, such as the caller's own credentials. None by default. */
  secrets?: Secrets;
  /** Most code points of the result, the ellipsis included. */
  maxLength: number;
}

/** A foreign text, made safe to show. */
export function safeText(text: string, { secrets = [], maxLength }: SafeTextOptions): string {
  const hider = hiderOf(secrets);
  if (text.length <= maxLength && hider.leaves(text)) return text;
  return cleanText(hider.text(cleanText(boundText(text, maxLength))), { maxLength });
}

/**
 * A foreign value, made safe to show: texts and names as by {@linkcode safeText}, and no more of them than the bounds
 * allow.
 *
 * @param open Replaces values before they are walked.
 */
export function safeValue(
  value: unknown,
  bounds: ValueBounds,
  secrets?: Secrets,
  open?: Rules<unknown>["open"],
): JsonValue {
  const showing = cutting(hiderOf(secrets ?? []).showing, bounds.text);
  return transform(value, { bounds, reading: CLEANED, showing, ...(open !== undefined && { open }) });
}

/** The same showing, with texts and names cut. */
function cutting<Context>(showing: Showing<Context>, maxLength: number): Showing<Context> {
  return {
    ...showing,
    text: (text, place) => cleanText(showing.text(text, place), { maxLength }),
    name: (name, depth) => cleanText(showing.name(name, depth), { maxLength }),
  };
}
