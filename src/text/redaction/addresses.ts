/** Secrets in URLs: user info, webhooks whose path is the secret, and parameters that sign or grant access. */
import { HIDDEN, matchAt, type Rule } from "./spans.ts";
import { isPlaceholder, looksLikeSecret } from "./values.ts";

/** User info of a URL. `user:` before anything but a port counts even where an unencoded slash follows. */
const USER_INFO =
  /:\/\/(?:[^\s/?#"'<>\\@]{1,2000}|[^\s/:@"'<>\\]{0,300}:(?!\d{1,5}[/?#])[^\s"'<>\\]{1,300})@|:\/\/[^\s/:?#@"'<>\\]{0,300}:(?!\d{0,5}(?:[^\w]|$))[^\s/?#@"'<>\\]{1,300}$/g;

/** User info without a secret: `git`, the account on every Git server; placeholders; and what is hidden already. */
function isHarmlessUserInfo(info: string): boolean {
  if (info === "git" || info === ":" || info === HIDDEN) return true;
  const colon = info.indexOf(":");
  return (colon !== 0 && isPlaceholder(info)) ||
    (colon !== -1 && isPlaceholder(info.slice(colon + 1)) && colon < info.length - 1);
}

/** The user and password before the host of a URL. */
export const userInfo: Rule = function* (text) {
  if (!text.includes("://")) return;
  for (const { 0: found, index } of text.matchAll(USER_INFO)) {
    const to = index + found.length - (found.endsWith("@") ? 1 : 0);
    if (!isHarmlessUserInfo(text.slice(index + 3, to))) yield { from: index + 3, to };
  }
};

/** URLs whose path is the secret: it grants access to all who know it. The secret follows the match. */
const WEBHOOK = new RegExp(
  [
    "hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/",
    "discord(?:app)?\\.com/api(?:/v\\d{1,2})?/webhooks/",
    "webhook\\.office(?:365)?\\.com/",
    "outlook\\.office(?:365)?\\.com/webhook/",
    "logic\\.azure\\.com(?::\\d{1,5})?/",
    "hooks\\.zapier\\.com/hooks/(?:catch|standard)/",
    "chat\\.googleapis\\.com/v1/spaces/",
    "script\\.google\\.com/macros/s/",
    "hook(?:\\.[a-z0-9]{2,6})?\\.(?:make|integromat)\\.com/",
    "maker\\.ifttt\\.com/(?:trigger|use)/",
    "api\\.telegram\\.org/(?:file/)?bot",
    "webhook\\.site/(?:#!/)?",
    "hooks\\.airtable\\.com/",
    "hc-ping\\.com/",
    "healthchecks\\.io/ping/",
    "cronitor\\.link/p?/?",
    "(?:betteruptime|betterstack)\\.com/api/v1/(?:heartbeat|incoming-webhook)/",
    "heartbeat\\.uptimerobot\\.com/",
    "events\\.pagerduty\\.com/(?:integration|generic)/",
    "alert\\.victorops\\.com/integrations/",
    "open\\.(?:feishu\\.cn|larksuite\\.com)/open-apis/bot/(?:v2/)?hook/",
    "qyapi\\.weixin\\.qq\\.com/cgi-bin/webhook/send\\?",
    "oapi\\.dingtalk\\.com/robot/send\\?",
    "api\\.vercel\\.com/v1/integrations/deploy/",
    "api\\.netlify\\.com/build_hooks/",
    "api\\.cloudflare\\.com/client/v4/pages/webhooks/deploy_hooks/",
    "api\\.render\\.com/deploy/",
    "forge\\.laravel\\.com/servers/\\d{1,12}/sites/\\d{1,12}/deploy/",
    "envoyer\\.io/deploy/",
    "deployhq\\.com/deploy/",
    "api\\.flock\\.com/hooks/sendMessage/",
    "hooks\\.glip\\.com/webhook/",
    "cliq\\.zoho\\.com/api/v2/channelsbyname/",
    "rest\\.rocket\\.chat/hooks/",
    "n8n\\.cloud/webhook(?:-test)?/",
    "pushcut\\.io/",
    "connect\\.pabbly\\.com/workflow/sendwebhookdata/",
    "events\\.hookdeck\\.com/e/",
    "calendar\\.google\\.com/calendar/ical/[^/\\s]{1,100}/private-",
  ].map((form) => `(?:${form})`).join("|"),
  "g",
);

/** Folders of other services, also of self-hosted ones. What follows is a secret where it looks random. */
const HOOK_FOLDER =
  /\/(?:web)?hooks?(?:-test)?\/|\/(?:deploy|build|incoming)[-_]?(?:web)?hooks?\/|\/webhookb2\/|\/heartbeat\//gi;

const PATH = /[^\s"'<>\\)\]},]+/y;
const TRAILING_PUNCTUATION = /[.,;:!?]{1,8}$/;
const SEGMENTS = /[\w.@~-]{1,200}(?:\/[\w.@~-]{1,200}){0,4}/y;

/** The secret paths of webhooks. */
export const webhooks: Rule = function* (text) {
  if (!text.includes("/")) return;
  let done = 0;
  for (const { 0: place, index } of text.matchAll(WEBHOOK)) {
    const from = index + place.length;
    // A URL inside the path of another one is part of that path.
    if (from < done) continue;
    const path = matchAt(PATH, text, from)?.[0].replace(TRAILING_PUNCTUATION, "") ?? "";
    done = from + path.length;
    if (path !== "" && !isPlaceholder(path) && path !== HIDDEN.slice(0, -1)) yield { from, to: done };
  }
  for (const { 0: folder, index } of text.matchAll(HOOK_FOLDER)) {
    const from = index + folder.length;
    const path = matchAt(SEGMENTS, text, from)?.[0] ?? "";
    const isSecret = path.split("/").some((segment) => looksLikeSecret(segment, 16) || /^[0-9a-f-]{36}$/.test(segment));
    if (isSecret) yield { from, to: from + path.length };
  }
};

/** Parameters that sign or grant access. Their value is a secret if it has letters and digits. */
const SIGNING = /^(?:key|sig|auth|hmac|sign|passcode)$|signature$|[-_]sig$/i;
/** Parameters that usually hold ordinary words. Their value is a secret if it is too long for a word. */
const LONG =
  /^(?:code|hash|nonce|otp|ticket|magic|state|policy|s?id|session|verifier|invite|confirmation)$|[-_](?:key|hash|policy)$/i;

function isSecretParameter(name: string, value: string): boolean {
  if (SIGNING.test(name)) {
    return value.length >= 8 && /[A-Za-z]/.test(value) && /\d/.test(value) && !isPlaceholder(value);
  }
  return LONG.test(name) && looksLikeSecret(value, 20);
}

const PARAMETER = /[?&;]([\w.[\]-]{1,64})=([^\s&;#"'<>\\]+)/g;

/** Signatures, keys and codes in the query of a URL. Names that always mean a secret are left to `assignments`. */
export const signedParameters: Rule = function* (text) {
  if (!text.includes("=")) return;
  for (const { 0: found, 1: name = "", 2: value = "", index } of text.matchAll(PARAMETER)) {
    const secret = value.replace(/[.,:!?)\]}]{1,4}$/, "");
    if (!isSecretParameter(name, secret)) continue;
    const from = index + found.length - value.length;
    yield { from, to: from + secret.length };
  }
};
