/** Secrets with a known form: tokens whose form the services publish, keys, and hashes of passwords. */
import { matchAt, type Rule, type Span } from "./spans.ts";

/** A published form. A text without the anchor is not searched. */
export interface TokenForm {
  readonly kind: string;
  /** Every token of this kind contains one of these, in exactly this case. */
  readonly anchors: readonly string[];
  readonly pattern: RegExp;
}

/** Not inside a longer word. */
const START = "(?<![A-Za-z0-9])";

/**
 * A token that begins with a mark of its own.
 *
 * @param least Fewest characters after the mark.
 * @param head Fewest at the end of the text, where the rest may have been cut off.
 */
function marked(kind: string, marks: string, characters: string, least: number, head = 3): TokenForm {
  const anchors = marks.split(" ");
  const either = anchors.map((mark) => mark.replace(/[.$|]/g, "\\$&")).join("|");
  const body = `(?:[${characters}]{${least},}|[${characters}]{${head},${least}}$)`;
  return { kind, anchors, pattern: new RegExp(`${START}(?:${either})${body}`, "g") };
}

function formed(kind: string, anchors: string, pattern: string): TokenForm {
  return { kind, anchors: anchors.split(" "), pattern: new RegExp(`${START}(?:${pattern})`, "g") };
}

const WORD = "\\w";
const LETTERS = "A-Za-z0-9";
const DASHED = "\\w-";
const DOTTED = "\\w.-";
const HEX = "a-fA-F0-9";

/** All known forms. Marks that also begin ordinary names need more characters after them. */
export const TOKEN_FORMS: readonly TokenForm[] = [
  marked("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", DOTTED, 12),
  marked("GitHub", "github_pat_", WORD, 12),
  marked(
    "GitLab",
    "glpat- glrt- glrtr- gldt- glcbt- glft- glimt- glsoat- glagent- gloas- glptt- glffct- glwt-",
    DOTTED,
    10,
  ),
  marked("GitLab runner", "GR1348941", DASHED, 10),
  marked(
    "Stripe",
    "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_ sk_org_live_ sk_org_test_ ek_live_ ek_test_",
    LETTERS,
    10,
  ),
  marked("Stripe webhook", "whsec_", `${LETTERS}+/=_-`, 12, 4),
  marked(
    "Slack",
    "xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxe- xoxc- xoxd- xoxe.xoxb- xoxe.xoxp- xapp-",
    `${LETTERS}%-`,
    8,
  ),
  formed("AWS", "AKIA ASIA ABIA ACCA", "(?:AKIA|ASIA|ABIA|ACCA)(?:[A-Z0-9]{16}(?![A-Za-z0-9])|[A-Z0-9]{6,15}$)"),
  marked("AWS Bedrock", "ABSK bedrock-api-key-", `${LETTERS}+/=`, 40, 12),
  marked("Google", "AIza", DASHED, 25, 6),
  marked("Google", "ya29.", DOTTED, 10),
  marked("Google", "GOCSPX-", DASHED, 10),
  formed("Google refresh", "1//0", "1//0[\\w-]{20,}"),
  marked("OpenAI and its like", "sk-proj- sk-ant- sk-svcacct- sk-admin- sk-or- sk-lf- sk-live-", DASHED, 8),
  formed("OpenAI and its like", "sk-", "sk-(?=[A-Za-z]{0,60}\\d)[A-Za-z0-9]{20,}"),
  marked("AI services", "gsk_ xai- pplx- fw_ r8_ tgp_v1_ nvapi-", DASHED, 24, 16),
  formed("Hugging Face", "hf_ api_org_", "(?:hf|api_org)_(?:[A-Za-z]{30,}|[A-Za-z]{12,29}$)"),
  marked("Shopify", "shpat_ shpss_ shpca_ shppa_ shpua_ shptka_ shpit_", LETTERS, 12),
  formed("SendGrid", "SG.", "SG\\.(?:[\\w-]{16,}\\.[\\w-]{3,}|[\\w-]{12,}\\.?$)"),
  formed("Twilio", "SK", "SK(?:[a-f0-9]{32}(?![A-Za-z0-9])|(?=[a-f]{0,16}\\d)[a-f0-9]{12,31}$)"),
  formed("Mailgun", "key-", "key-(?:[a-f0-9]{32}|(?=[a-f]{0,16}\\d)[a-f0-9]{10,31}$)"),
  formed("Mailchimp", "-us", "[a-f0-9]{32}-us\\d{1,2}(?!\\w)"),
  marked("Brevo", "xkeysib- xsmtpsib-", `${LETTERS}-`, 12),
  formed("Resend", "re_", "re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{10,}"),
  marked("Mandrill", "md-", DASHED, 22, 20),
  formed("npm", "npm_", "npm_(?=[a-z]{0,40}[A-Z\\d])(?:[A-Za-z0-9]{24,}|[A-Za-z0-9]{10,23}$)"),
  marked("PyPI", "pypi-AgE", DASHED, 12),
  marked("RubyGems", "rubygems_", HEX, 24, 10),
  marked("Clojars", "CLOJARS_", LETTERS, 40, 12),
  marked("Docker", "dckr_pat_ dckr_oat_", DASHED, 10),
  formed("NuGet", "oy2", "oy2[a-z0-9]{43}"),
  marked("DigitalOcean", "dop_v1_ doo_v1_ dor_v1_", HEX, 16, 6),
  formed("Cloudflare", "v1.0-", "v1\\.0-(?:[a-f0-9]{24}-[a-f0-9]{40,}|[a-f0-9]{12,24}$)"),
  marked("Cloudflare", "cfut_ cfat_ cfk_", LETTERS, 20, 12),
  formed("Discord", "mfa.", "mfa\\.[\\w-]{40,}"),
  formed("Telegram", ":AA", "(?:bot)?\\d{6,12}:AA(?:[\\w-]{28,}|[\\w-]{6,27}$)"),
  formed("Telegram", ":AA", "bot\\d{6,12}:AA[\\w-]{4,}"),
  marked("Square", "sq0atp- sq0csp- sq0idp- EAAAE EAAAl", DASHED, 16, 6),
  formed("Facebook", "EAA", "EAA(?=[A-Za-z]{0,40}\\d)[A-Za-z0-9]{30,}"),
  formed("Facebook application", "|", "\\d{13,17}\\|(?=[A-Za-z_-]{0,40}\\d)[\\w-]{20,}"),
  formed("Braintree", "access_token$", "access_token\\$(?:production|sandbox)\\$[\\w$]{8,}"),
  marked("PayPal", "A21AA", DASHED, 20, 10),
  marked("Heroku", "HRKU-", DASHED, 12),
  marked("Linear", "lin_api_ lin_oauth_ lin_wh_", LETTERS, 10),
  marked("Notion", "ntn_", LETTERS, 16, 10),
  formed("Notion", "secret_", "secret_(?=[A-Za-z]{0,40}\\d)[A-Za-z0-9]{40,}"),
  formed("Dropbox", "sl.", "sl\\.(?:u\\.)?[\\w-]{40,}"),
  formed("Airtable", "pat", "pat[A-Za-z0-9]{14}\\.[a-f0-9]{8,}"),
  marked("Atlassian", "ATATT3x ATCTT3x ATBB ATOA", `${DASHED}=`, 16, 8),
  formed("Azure", "Q~", "[\\w.~-]{3}\\dQ~[\\w.~-]{20,}"),
  formed("Databricks", "dapi", "dapi[a-f0-9]{32}"),
  marked("Doppler", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", DOTTED, 12, 6),
  marked("Vault", "hvs. hvb. hvr.", DASHED, 12, 6),
  formed("Terraform", ".atlasv1.", "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{6,}"),
  marked("New Relic", "NRAK- NRII- NRIQ- NRRA- NRSP- NRJS- NRBR-", DASHED, 10),
  formed("New Relic", "NRAL", "[a-f0-9]{30,40}NRAL(?![A-Za-z0-9])"),
  marked("Sentry", "sntrys_ sntryu_ sntrya_", `${LETTERS}+/=_`, 12),
  marked("Grafana", "glsa_ glc_ eyJrIjoi", `${LETTERS}+/=_`, 16, 8),
  marked("PlanetScale", "pscale_tkn_ pscale_oauth_ pscale_pw_", DOTTED, 10),
  marked("Postman", "PMAK-", DASHED, 12),
  formed("Pulumi", "pul-", "pul-(?:[a-f0-9]{40}|[a-f0-9]{12,39}$)"),
  marked("Prefect", "pnu_ pnb_", LETTERS, 30, 12),
  marked("Fly", "fo1_ fm1a_ fm1r_ fm2_", `${LETTERS}+/=_-`, 24, 12),
  marked("Netlify", "nfp_ nfc_ nfo_", LETTERS, 24, 12),
  marked("Supabase", "sbp_ sb_secret_", DASHED, 16, 8),
  marked("Render", "rnd_", LETTERS, 24, 12),
  formed("Mapbox", "sk.eyJ tk.eyJ", "[st]k\\.eyJ[\\w.-]{10,}"),
  marked("Shippo", "shippo_live_ shippo_test_", HEX, 12, 4),
  marked("EasyPost", "EZAK EZTK", LETTERS, 40, 20),
  marked("Duffel", "duffel_live_ duffel_test_", `${DASHED}=`, 12),
  marked("Flutterwave", "FLWSECK_TEST- FLWSECK-", DASHED, 10),
  marked("Razorpay", "rzp_live_ rzp_test_", LETTERS, 10),
  marked("Frame.io and Typeform", "fio-u- tfp_", DOTTED, 20, 10),
  marked("ReadMe", "rdme_", LETTERS, 24, 12),
  marked("Adobe", "p8e-", LETTERS, 24, 12),
  formed("Alibaba", "LTAI", "LTAI[A-Za-z0-9]{12,}"),
  marked("OpenShift", "sha256~", DASHED, 20, 10),
  marked("age", "AGE-SECRET-KEY-1", "A-Za-z0-9", 10),
  marked("1Password", "ops_eyJ", `${LETTERS}+/=_-`, 16, 8),
  formed("1Password", "A3-", "A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}(?:-[A-Z0-9]{5,6}){2,4}"),
  marked("Artifactory", "AKCp cmVmd", LETTERS, 40, 20),
  formed("MaxMind", "_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
  formed("Octopus", "API-", "API-[A-Z0-9]{24,32}(?![A-Za-z0-9])"),
  marked("Figma", "figd_ figo_ figu_", DASHED, 20, 10),
  marked("Contentful", "CFPAT-", DASHED, 20, 8),
  marked("Dynatrace", "dt0c01. dt0s01. dt0s02. dt0s16.", DOTTED, 20, 8),
  formed("Harness", "pat. sat.", "[ps]at\\.[\\w-]{22}\\.[A-Za-z0-9]{20,}\\.[A-Za-z0-9]{10,}"),
  marked("Infracost", "ico-", LETTERS, 32, 30),
  marked("Sourcegraph", "sgp_", `${HEX}_local`, 24, 12),
  formed(
    "LaunchDarkly",
    "sdk- mob- api-",
    "(?:sdk|mob|api)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
  ),
  formed("HubSpot", "pat-", "pat-[a-z]{2}\\d-[a-f0-9]{8}-[a-f0-9-]{10,}"),
  formed("WooCommerce", "ck_ cs_", "c[ks]_(?:[a-f0-9]{32,}|(?=[a-f]{0,16}\\d)[a-f0-9]{10,31}$)"),
  marked("Tailscale", "tskey-", DASHED, 12, 6),
  formed("Plaid", "access-", "access-(?:sandbox|development|production)-[a-f0-9]{8}-[a-f0-9-]{20,}"),
  marked("Zapier and Buildkite", "bkua_ bkaj_", LETTERS, 24, 12),
  marked("CircleCI", "CCIPAT_ CCIPRJ_", DASHED, 16, 8),
  marked("Sonar", "sqp_ squ_ sqa_", HEX, 30, 16),
  marked("Snyk", "snyk_uat. snyk_sat.", DOTTED, 16, 8),
  marked("Postmark and Klaviyo", "pk_live_sec_ pk_priv_", LETTERS, 20, 12),
  formed(
    "JSON web token",
    "eyJ",
    "(?<!-)eyJ[\\w-]{8,}\\.(?:[\\w-]{8,}(?:\\.[\\w-]*){0,4}|[\\w-]{0,8}$)|(?<!-)eyJ[\\w-]{10,}$",
  ),
  marked("Pinecone", "pcsk_", DASHED, 30, 12),
  marked("PostHog", "phx_ phs_", LETTERS, 30, 12),
  marked("LangSmith", "lsv2_pt_ lsv2_sk_", `${HEX}_`, 20, 8),
  marked("Tavily", "tvly-dev- tvly-prod- tvly-", DASHED, 24, 16),
  marked("Apify", "apify_api_", LETTERS, 20, 8),
  marked("Jina", "jina_", LETTERS, 40, 24),
  marked("MailerSend", "mlsn.", HEX, 32, 16),
  formed("Mercado Pago", "APP_USR-", "APP_USR-\\d{10,20}-\\d{6}-[a-f0-9]{20,}(?:-\\d{1,12})?"),
  marked("E2B", "e2b_", HEX, 32, 16),
  formed("ElevenLabs and Cerebras", "sk_ csk-", "(?:sk_[a-f0-9]{40,}|csk-[a-z0-9]{40,})"),
  marked("Vercel", "vcp_ vci_ vca_ vcr_ vck_", LETTERS, 24, 16),
  formed("Firecrawl", "fc-", "fc-[a-f0-9]{32}(?![A-Za-z0-9])"),
  formed("Google", "AQ.Ab8", "AQ\\.Ab8[\\w-]{20,}"),
  marked("Context7", "ctx7sk-", DASHED, 20, 10),
  formed("LDAP password", "{SSHA {CRYPT", "\\{(?:SSHA\\d{0,3}|CRYPT)\\}[\\w./+=$-]{16,}"),
  // Hashes of passwords are secrets: they can be compared with the hashes of many likely passwords.
  formed("bcrypt", "$2", "\\$(?:wp\\$)?2[abxy]\\$\\d{2}\\$[./A-Za-z0-9]{8,}"),
  formed("phpass", "$P$ $H$", "\\$[PH]\\$[./A-Za-z0-9]{8,}"),
  formed(
    "crypt",
    "$1$ $5$ $6$ $y$ $apr1$",
    "\\$(?:[156y]|apr1)\\$(?:rounds=\\d{1,9}\\$)?[^\\s$:'\"<>]{1,40}\\$[./A-Za-z0-9]{6,}(?:\\$[./A-Za-z0-9]{6,})?",
  ),
  formed("argon2 and scrypt", "$argon2 $scrypt$", "\\$(?:argon2(?:id|i|d)|scrypt)\\$[\\w=,$+/.-]{8,}"),
  formed("MySQL password", "*", "\\*[A-F0-9]{40}(?![A-Za-z0-9])"),
];

const ANY_ANCHOR = new RegExp(
  [...new Set(TOKEN_FORMS.flatMap(({ anchors }) => anchors))].map((anchor) => anchor.replace(/[.$|*]/g, "\\$&")).join(
    "|",
  ),
);

/** Every token of a published form. */
export const publishedTokens: Rule = function* (text) {
  // No token is shorter, even where its end was cut off.
  if (text.length < 8 || !ANY_ANCHOR.test(text)) return;
  for (const { anchors, pattern } of TOKEN_FORMS) {
    if (!anchors.some((anchor) => text.includes(anchor))) continue;
    pattern.lastIndex = 0;
    for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
      yield { from: found.index, to: found.index + found[0].replace(/[.-]+$/, "").length };
    }
  }
};

/** A token of a Discord bot. It has no mark, but a form of its own. */
const DISCORD = /(?<![A-Za-z0-9])[MNO][A-Za-z0-9_-]{22,28}\.[\w-]{6}\.[\w-]{10,}/g;

/** Tokens of Discord bots. */
export const discordTokens: Rule = function* (text) {
  for (const { 0: token, index } of text.matchAll(DISCORD)) yield { from: index, to: index + token.length };
};

const AWS_ID = /(?:AKIA|ASIA)[A-Z0-9]{16}/g;
const AWS_SECRET = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;

/** The secret of an AWS key. It has no form of its own, but is within 200 characters of the key's id. */
export const awsSecrets: Rule = function* (text) {
  if (!text.includes("AKIA") && !text.includes("ASIA")) return;
  const ids = [...text.matchAll(AWS_ID)].map(({ index }) => index);
  let next = 0;
  for (const { 0: secret, index } of text.matchAll(AWS_SECRET)) {
    while (next < ids.length && (ids[next] ?? 0) < index - 200) next++;
    if (/\d/.test(secret) && /[A-Z]/.test(secret) && Math.abs((ids[next] ?? Infinity) - index) <= 200) {
      yield { from: index, to: index + secret.length };
    }
  }
};

/** What follows BEGIN or END: the kind of key, with spaces plain or as a URL encodes them. */
const KEY_LABEL = "[^-\\n]{0,60}PRIVATE[^-\\n]{0,6}KEY[^-\\n]{0,12}-{4,5}";
const KEY_BEGIN = new RegExp(`-{4,5} ?BEGIN${KEY_LABEL}|Private-Lines: \\d{1,4}`, "gi");
const KEY_END = new RegExp(`-{4,5} ?END${KEY_LABEL}|Private-MAC: [0-9a-f]{1,128}`, "gi");

/** A private key block of any kind; one that was cut off ends with the text. */
export const privateKeys: Rule = function* (text) {
  KEY_BEGIN.lastIndex = 0;
  for (let begin = KEY_BEGIN.exec(text); begin !== null; begin = KEY_BEGIN.exec(text)) {
    KEY_END.lastIndex = KEY_BEGIN.lastIndex;
    const to = KEY_END.exec(text) === null ? text.length : KEY_END.lastIndex;
    yield { from: begin.index, to };
    KEY_BEGIN.lastIndex = to;
  }
};

/** A Cloudways access token, or what begins like one. */
const CLOUDWAYS = /(?<![A-Za-z0-9])cw_[\w.~+=-]{6,}/g;

const REST = /[/+=][\w.~+=/-]{0,300}/y;

/** A Cloudways access token. Hosts, tables, accounts and repositories may begin with the same letters. */
export const cloudwaysTokens: Rule = function* (text) {
  if (!text.includes("cw_")) return;
  for (const { 0: found, index } of text.matchAll(CLOUDWAYS)) {
    const token = found.replace(/[.=-]+$/, "");
    const to = index + token.length;
    const inPath = text.charAt(index - 1) === "/" || text.charAt(to) === "/";
    // A name before an at sign is an account.
    if (!/^(?:@|%40)/.test(text.slice(to, to + 3)) && isCloudwaysToken(token.slice(3), inPath ? 20 : 8)) {
      yield tokenSpan(text, index, to);
    }
  }
};

/**
 * The span of a token. Base64 may contain slashes, so what follows a slash belongs to it, except the path of a
 * repository.
 */
function tokenSpan(text: string, from: number, to: number): Span {
  const rest = matchAt(REST, text, to)?.[0] ?? "";
  return { from, to: rest.includes(".git") ? to : to + rest.length };
}

function isCloudwaysToken(body: string, least: number): boolean {
  if (/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,6}\.[a-z]{2,24}$/.test(body)) return false;
  // Hosts, tables and accounts are written in lower case.
  if (body.length >= 12 && /[A-Z]/.test(body)) return true;
  return body.split(/[_.~-]/).some((part) => {
    if (part.length >= 24 || (/^\d{8,}$/.test(part) && !/^20\d{6}(?:\d{6})?$/.test(part))) return true;
    if (part.length < least) return false;
    return (/\d/.test(part) && /[A-Za-z]/.test(part)) || /[a-z][A-Z]+[a-z]/.test(part);
  });
}
