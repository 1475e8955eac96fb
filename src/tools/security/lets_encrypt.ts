/** Let's Encrypt certificates of an application. */
import * as z from "zod";
import { installedCertificates } from "../../cloudways/installed_certificates.ts";
import { path } from "../../cloudways/path.ts";
import { certificatesNow } from "../define/certificate_facts.ts";
import { anyReply } from "../define/outputs.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { switchedBack } from "../define/put_back.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { certificateDomain, emailAddress } from "../define/validators.ts";
import { endRenewalQuestion, installQuestion, renewQuestion } from "./lets_encrypt_questions.ts";
import { foundFacts, isWildcard, renewalOf } from "./present_certificate.ts";
import { startedOnApp } from "./replies.ts";

/** Left out, it is whatever the present certificate is. */
const wildcard = z.boolean().optional().describe("Whether it is a wildcard one; found by itself.");

const installLetsencrypt = defineAskingTool({
  name: "install_letsencrypt",
  title: "Install Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  undo: { none: "the former certificate can't be sent back" },
  description: "Installs a free Let's Encrypt certificate. The domains must point at the server already. A wildcard " +
    "takes one base domain, whose DNS check_wildcard_dns has verified. Asks first where it may replace an own " +
    "certificate or drop a domain.",
  input: () =>
    z.strictObject({
      ...appInput,
      email: emailAddress.describe("Contact: owner@example.com"),
      domains: z.array(certificateDomain).min(1).max(100).describe("All of its domains: shop.example.com"),
      wildcard: z.boolean().default(false).describe("Whether it is a wildcard certificate."),
      ...waitInput,
    }).superRefine(({ domains, wildcard }, context) => {
      if (!wildcard || domains.length === 1) return;
      context.addIssue({ code: "custom", path: ["domains"], message: "must be one base domain for a wildcard" });
    }),
  output: startedOnApp,
  facts: appFacts,
  question: installQuestion,
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "security_lets_encrypt_install",
      path: path`/security/lets_encrypt_install`,
      fields: { ssl_email: input.email, wild_card: input.wildcard, ssl_domains: input.domains },
    }),
});

const renewLetsencrypt = defineAskingTool({
  name: "renew_letsencrypt",
  title: "Renew Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  undo: { none: "the former certificate can't be sent back" },
  description:
    "Renews the Let's Encrypt certificate of an application now. Usually needless: they renew by themselves " +
    "unless that was switched off. Asks first for another domain or kind than it has.",
  input: () =>
    z.strictObject({
      ...appInput,
      wildcard,
      email: emailAddress.optional().describe("Contact; needed for a wildcard."),
      domain: certificateDomain.optional().describe("Base domain; needed for a wildcard."),
      ...waitInput,
    }).superRefine((input, context) => {
      for (const argument of ["email", "domain"] as const) {
        if (input.wildcard !== true || input[argument] !== undefined) continue;
        context.addIssue({ code: "custom", path: [argument], message: "is needed for a wildcard" });
      }
    }),
  output: startedOnApp,
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    return { ...facts, renewal: renewalOf(facts.app, input) };
  },
  question({ renewal, ...facts }, input) {
    const { domain, email } = input;
    const wanted = { domains: domain === undefined ? [] : [domain], wildcard: renewal.wildcard, email };
    const asked = renewQuestion(facts, wanted);
    return asked && { ...asked, facts: [...foundFacts(renewal, input), ...asked.facts ?? []] };
  },
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "security_lets_encrypt_renew",
      path: path`/security/lets_encrypt_manual_renew`,
      fields: { wild_card: found.renewal.wildcard, ssl_email: found.renewal.email, domain: found.renewal.domain },
    }),
});

const setLetsencryptAutoRenewal = defineAskingTool({
  name: "set_letsencrypt_auto_renewal",
  title: "Let's Encrypt renewal",
  toolset: "security",
  effect: "destructive",
  idempotent: true,
  description: "Switches the automatic renewal of an application's Let's Encrypt certificate on or off. Off, the " +
    "certificate ends after 90 days at most, so it asks first.",
  input: () => z.strictObject({ ...appInput, enabled: z.boolean().describe("Whether it renews by itself.") }),
  output: () => z.looseObject({ ...appOutput, auto_renewal: z.boolean() }),
  facts: appFacts,
  question: (facts, { enabled }) => enabled ? undefined : endRenewalQuestion(facts),
  handler: async (input, { account }, found) => {
    await account.write({
      operation: "security_lets_encrypt_auto_renewal",
      method: "POST",
      path: path`/security/lets_encrypt_auto`,
      form: { ...idsOf(found), auto: input.enabled },
      reply: anyReply,
    });
    return { ...namesOf(found), auto_renewal: input.enabled };
  },
  undo: {
    state: ({ app }) => ({ "Renews by itself": installedCertificates(app).autoRenewal }),
    about: onApp,
    reverse: switchedBack("Renews by itself"),
  },
});

const revokeLetsencrypt = defineAskingTool({
  name: "revoke_letsencrypt",
  title: "Revoke Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  undo: { none: "a revoked certificate stays revoked" },
  description:
    "Revokes the Let's Encrypt certificate of an application. HTTPS breaks at once, and it can't be undone, " +
    "only replaced by a new certificate. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      domain: certificateDomain.describe("Domain of the certificate: shop.example.com"),
      wildcard,
      ...waitInput,
    }),
  output: startedOnApp,
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const { letsEncrypt, letsEncryptDomains } = installedCertificates(facts.app);
    const known = letsEncrypt === false ? [] : letsEncryptDomains.map((domain) => domain.replace(/^\*\./, ""));
    requireKnown(input.domain, { argument: "domain", what: "domain of its Let's Encrypt certificate", known });
    return { ...facts, isWildcard: isWildcard(facts.app, input) };
  },
  question({ isWildcard, ...facts }, { domain }) {
    const now = certificatesNow(facts);
    return {
      headline: `Revoke the Let's Encrypt certificate of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        "HTTPS breaks at once: visitors see warnings until there is another certificate.",
        "It can't be undone: a revoked certificate stays revoked. A new one can be installed.",
      ],
      facts: [
        { name: "Domain of the certificate", values: [domain] },
        { name: "Wildcard", values: [isWildcard ? "yes" : "no"] },
        ...now.facts,
      ],
      target: now.target,
    };
  },
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "security_lets_encrypt_revoke",
      path: path`/security/lets_encrypt_revoke`,
      fields: { ssl_domain: input.domain, wild_card: found.isWildcard },
    }),
});

/** The tools of this file. */
export const letsEncryptTools: readonly Tool[] = [
  installLetsencrypt,
  renewLetsencrypt,
  setLetsencryptAutoRenewal,
  revokeLetsencrypt,
];
