/** Cookies in headers and in text. */
import { matchAt, type Rule, type Span } from "./spans.ts";
import { isCode, isPlaceholder, looksLikeSecret } from "./values.ts";

const HEADER =
  /\b(?:set-)?cookies?2?["']?\s?:\s{0,4}["']?|(?<![\w-])--cookie[\s=]["']?|\bcurl(?=\s)[^|\n]{0,300}?\s-b[\s=]?["']?/gi;
const PAIR = /([\w.%[\]|-]{1,128})=("[^"\r\n]{0,4096}"|[^;\s"'<>\\]*)(?:;\s{0,2})?/y;
/** An attribute without a value. */
const BARE = /(?:HttpOnly|Secure|Partitioned)(?:;\s{0,2})?/iy;

/** Attributes in `Set-Cookie`: they look like cookies. */
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version|comment)$/i;
/** The date in the attribute `Expires`; it contains spaces. */
const DATE = /[A-Z][a-z]{2},\s\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4}\s[\d:]{8}\sGMT(?:;\s{0,2})?/y;

/** The value of every cookie in a `Cookie` or `Set-Cookie` header, or in an option that sends cookies. */
export const cookieHeaders: Rule = function* (text) {
  for (const { 0: header, index } of text.matchAll(HEADER)) yield* pairsFrom(text, index + header.length);
};

function* pairsFrom(text: string, start: number): Generator<Span> {
  let at = start;
  while (at < text.length) {
    const bare = matchAt(BARE, text, at);
    const pair = bare ?? matchAt(PAIR, text, at);
    if (pair === undefined) return;
    const [whole, name = "", value = ""] = pair;
    const from = at + name.length + 1;
    at += whole.length;
    if (bare !== undefined) continue;
    if (/^expires$/i.test(name)) at = from + (matchAt(DATE, text, from)?.[0].length ?? whole.length - name.length - 1);
    else if (!ATTRIBUTE.test(name) && value !== "" && !isPlaceholder(value)) yield { from, to: from + value.length };
    if (!whole.includes(";") && !/^expires$/i.test(name)) return;
  }
}

/** Session cookies, by the names that common programs give them. */
const SESSION =
  /(?<![\w-])(wordpress_(?:logged_in_|sec_)?[0-9a-f]{8,32}|wordpress_(?:logged_in|sec)\w{0,64}|wp-postpass_\w{1,64}|wp_woocommerce_session_\w{1,64}|PHPSESSID|JSESSIONID|ASP\.NET_SessionId|ASPSESSIONID\w{0,32}|laravel_session|XSRF-TOKEN|connect\.sid|_gitlab_session|frontend(?:_cid)?|adminhtml|admin|sessionid|session|sid|remember_web_\w{1,64}|PrestaShop-\w{1,64}|SSESS\w{1,64}|SESS[0-9a-f]{16,64}|_shopify_s|[a-z0-9]{1,20}_session)=([^\s;&"'<>\\]+)/gi;

/** The values of session cookies, anywhere in a text. */
export const sessionCookies: Rule = function* (text) {
  if (!text.includes("=")) return;
  for (const { 0: found, 1: name = "", 2: value = "", index } of text.matchAll(SESSION)) {
    const certain = /wordpress|wp-postpass|sessionid$|sessid$|_session|connect|XSRF/i.test(name);
    const isSecret = certain && value.length >= 6
      ? !isPlaceholder(value) && !isCode(value) && !/^[a-z_]+$/.test(value)
      : looksLikeSecret(value, 16);
    if (isSecret) yield { from: index + found.length - value.length, to: index + found.length };
  }
};
