import { always, APP, type AskCase, certificateSays, leavesOut, OWN, type ToolCases } from "./case.ts";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";

const SHOP_DOMAINS = ["shop.example.com", "www.shop.example.com"];
const MORE_DOMAINS = [...SHOP_DOMAINS, "old.example.com"];
const OWN_FILES = { certificate: certificatePem({ domains: SHOP_DOMAINS }), private_key: keyPem(testKey(1)) };
const LETS_ENCRYPT = { email: "owner@example.com", domains: SHOP_DOMAINS, wildcard: false };

/** What is not told of the certificates, for the tools that put one in place of another. */
const SILENT_CERTIFICATES: AskCase[] = [
  { present: "no word of an own certificate", setUp: leavesOut("own_ssl"), asks: true, why: "it would be replaced" },
  { present: "no word of Let's Encrypt", setUp: leavesOut("lets_encrypt"), asks: true, why: "it may be narrowed" },
  {
    present: "an unknown word for installed",
    setUp: certificateSays({ is_installed: "perhaps" }),
    asks: true,
    why: "nobody can tell what there is",
  },
  {
    present: "a certificate of an unknown kind",
    setUp: certificateSays({ type: undefined }),
    asks: true,
    why: "it may be a wildcard one",
  },
  {
    present: "a certificate of a kind in an unknown word",
    setUp: certificateSays({ type: "multi" }),
    asks: true,
    why: "it may be a wildcard one",
  },
];

/** The tools for certificates. */
export const certificatesCases: Record<string, ToolCases> = {
  install_ssl_certificate: {
    sends: "security_install_own_ssl",
    args: { ...APP, ...OWN_FILES },
    cases: [
      { present: "Let's Encrypt", asks: true, why: "replaces it" },
      { present: "none", setUp: (app) => void (app.lets_encrypt = null), asks: false, why: "replaces nothing" },
      {
        present: "an own one",
        setUp: (app) => void Object.assign(app, { own_ssl: OWN, lets_encrypt: null }),
        asks: true,
        why: "replaces it",
      },
      ...SILENT_CERTIFICATES,
    ],
  },
  remove_ssl_certificate: {
    sends: "security_remove_own_ssl",
    args: APP,
    cases: [{ present: "an own one", setUp: (app) => void (app.own_ssl = OWN), asks: true, why: "removes it" }],
  },
  install_letsencrypt: {
    sends: "security_lets_encrypt_install",
    args: { ...APP, ...LETS_ENCRYPT },
    cases: [
      { present: "the same certificate", asks: false, why: "takes nothing away" },
      { present: "none", setUp: (app) => void (app.lets_encrypt = null), asks: false, why: "replaces nothing" },
      {
        present: "a certificate that is not installed",
        setUp: certificateSays({ is_installed: false, ssl_domains: MORE_DOMAINS }),
        asks: false,
        why: "replaces nothing",
      },
      {
        args: { domains: MORE_DOMAINS },
        present: "a certificate for fewer domains",
        asks: false,
        why: "takes nothing away",
      },
      {
        args: { domains: ["shop.example.com"] },
        present: "a certificate for three domains",
        setUp: certificateSays({ ssl_domains: MORE_DOMAINS }),
        asks: true,
        why: "two domains lose it",
      },
      { present: "an own one", setUp: (app) => void (app.own_ssl = OWN), asks: true, why: "replaces it" },
      {
        present: "an own one, and no other",
        setUp: (app) => void Object.assign(app, { own_ssl: OWN, lets_encrypt: null }),
        asks: true,
        why: "replaces it",
      },
      { present: "a wildcard one", setUp: certificateSays({ type: "wc" }), asks: true, why: "other names lose it" },
      {
        args: { domains: ["shop.example.com"], wildcard: true },
        present: "one without wildcard",
        setUp: certificateSays({ ssl_domains: ["shop.example.com"] }),
        asks: true,
        why: "replaces one of another kind",
      },
      { args: { email: "other@example.com" }, present: "another contact", asks: true, why: "replaces the contact" },
      ...SILENT_CERTIFICATES,
      {
        present: "no word of its domains",
        setUp: certificateSays({ ssl_domains: undefined }),
        asks: true,
        why: "same",
      },
      { present: "no word of its contact", setUp: certificateSays({ ssl_email: null }), asks: true, why: "same" },
    ],
  },
  renew_letsencrypt: {
    sends: "security_lets_encrypt_renew",
    args: { ...APP, wildcard: false },
    cases: [
      { present: "a certificate", asks: false, why: "it stays as it is" },
      {
        args: { domain: "shop.example.com" },
        present: "a certificate for it alone",
        setUp: certificateSays({ ssl_domains: ["shop.example.com"] }),
        asks: false,
        why: "it stays as it is",
      },
      {
        args: { domain: "shop.example.com" },
        present: "one for it and another",
        asks: true,
        why: "the other may lose it",
      },
      { args: { domain: "other.example.com" }, present: "one for other domains", asks: true, why: "replaces it" },
      {
        args: { wildcard: true, domain: "shop.example.com", email: "owner@example.com" },
        present: "one without wildcard",
        asks: true,
        why: "replaces it by another kind",
      },
      { present: "a wildcard one", setUp: certificateSays({ type: "wc" }), asks: true, why: "other names lose it" },
      { args: { email: "other@example.com" }, present: "another contact", asks: true, why: "replaces the contact" },
      { present: "an own one beside it", setUp: (app) => void (app.own_ssl = OWN), asks: true, why: "may replace it" },
      ...SILENT_CERTIFICATES,
      {
        args: { domain: "shop.example.com" },
        present: "no word of its domains",
        setUp: certificateSays({ ssl_domains: undefined }),
        asks: true,
        why: "it may be for others",
      },
    ],
  },
  set_letsencrypt_auto_renewal: {
    sends: "security_lets_encrypt_auto_renewal",
    args: APP,
    cases: [
      {
        args: { enabled: true },
        present: "off",
        setUp: certificateSays({ auto: false }),
        asks: false,
        why: "switches on",
      },
      { args: { enabled: false }, present: "on", asks: true, why: "switches off" },
      {
        args: { enabled: false },
        present: "off",
        setUp: certificateSays({ auto: false }),
        asks: true,
        why: "a second call needs a yes of its own",
      },
      {
        args: { enabled: false },
        present: "no word of it",
        setUp: certificateSays({ auto: undefined }),
        asks: true,
        why: "it may be on",
      },
      {
        args: { enabled: false },
        present: "no word of a certificate",
        setUp: leavesOut("lets_encrypt"),
        asks: true,
        why: "it may be on",
      },
    ],
  },
  revoke_letsencrypt: {
    sends: "security_lets_encrypt_revoke",
    args: { ...APP, domain: "shop.example.com", wildcard: false },
    cases: always("removes it"),
  },
};
