/** The Cloudflare settings of an application: our names, Cloudways' names, and how they are read. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseObject, statedFlag, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { idsOf } from "../define/targets.ts";

/** The settings that can be changed, by our names. */
export const SETTING_NAMES = [
  "caching",
  "edge_caching",
  "early_hints",
  "image_optimization",
  "minification",
  "mobile_optimization",
  "scrape_shield",
] as const;

/** One of {@linkcode SETTING_NAMES}. */
export type SettingName = typeof SETTING_NAMES[number];

/** The ways of making images smaller. */
export const IMAGE_MODES = ["off", "lossless", "lossy"] as const;

/** Each setting: the name under which it is sent, its name for people, and what it means when it is on or off. */
export const SETTINGS: Readonly<Record<SettingName, { sent: string; label: string; on: string; off: string }>> = {
  caching: {
    sent: "caching",
    label: "Caching",
    on: "Cloudflare keeps copies of files of the site.",
    off: "Cloudflare keeps no copies any more: the site comes slower, and its server works more.",
  },
  edge_caching: {
    sent: "edgecaching",
    label: "Caching of pages at the edge",
    on: "Cloudflare keeps copies of whole pages: visitors may get a page that was made for somebody else, unless the " +
      "site marks such pages as private.",
    off: "Cloudflare keeps no copies of pages any more: they come slower, and the server works more.",
  },
  early_hints: {
    sent: "early_hints",
    label: "Early hints",
    on: "Browsers are told early what a page needs.",
    off: "Browsers are no longer told early what a page needs: pages may come slower.",
  },
  image_optimization: {
    sent: "image_optimization",
    label: "Image optimization",
    on: "Images are sent smaller; lossy means that they lose some quality.",
    off: "Images are sent as they are, which takes longer.",
  },
  minification: {
    sent: "minification",
    label: "Minification",
    on: "Scripts, styles and pages are sent without needless characters.",
    off: "Scripts, styles and pages are sent as they are, which takes longer.",
  },
  mobile_optimization: {
    sent: "mobile_optimization",
    label: "Image loading for mobiles",
    on: "Images are loaded in a way that suits slow connections.",
    off: "Images are loaded the same way for mobiles as for others.",
  },
  scrape_shield: {
    sent: "scrapeshield",
    label: "Scrape Shield",
    on: "E-mail addresses on pages are hidden from programs, and other sites can't embed the images.",
    off:
      "A protection ends: programs can collect e-mail addresses from the pages, and other sites can embed the images.",
  },
};

/** A setting as it is sent: `true`, `false`, or a word. Null where Cloudways doesn't say. */
type Values = Record<SettingName, string | null>;

const flag = statedFlag.transform((value) => value === null ? null : String(value));
const onOrOff = z.unknown().optional().transform((value) =>
  value === "on" || value === true ? "on" : value === "off" || value === false ? "off" : null
);
const text = statedText.catch(null);

const settingsReply = z.looseObject({
  data: looseObject({
    setting: looseObject({ min_tls_version: text, early_hints: onOrOff, tls_1_3: text }).catch({
      min_tls_version: null,
      early_hints: null,
      tls_1_3: null,
    }),
    custom_metadata: looseObject({
      caching: flag,
      edgecaching: flag,
      polish: text,
      webp: statedFlag,
      minify_js: flag,
      minify_css: flag,
      minify_html: flag,
      mirage: flag,
      scrapeshield: flag,
      ua_mode: text,
    }),
  }),
});

/** The settings that can be changed, and those that can only be seen. */
export interface CloudflareSettings {
  values: Values;
  /** By Cloudways' names. */
  others: Record<string, string | boolean | null>;
}

/** Reads the settings. They have other names than those under which they are sent; which is which is inferred. */
export async function readSettings(account: CloudwaysAccount, found: FoundApp): Promise<CloudflareSettings> {
  const { data: { setting, custom_metadata: custom } } = await account.read({
    operation: "cloudflare_get_settings",
    path: path`/app/cloudflareCdn/appSetting`,
    query: idsOf(found),
    reply: settingsReply,
  });
  const { minify_js, minify_css, minify_html } = custom;
  return {
    values: {
      caching: custom.caching,
      edge_caching: custom.edgecaching,
      early_hints: setting.early_hints,
      image_optimization: custom.polish,
      // One switch for the three of them.
      minification: minify_js === minify_css && minify_css === minify_html ? minify_js : null,
      mobile_optimization: custom.mirage,
      scrape_shield: custom.scrapeshield,
    },
    others: {
      webp: custom.webp,
      min_tls_version: setting.min_tls_version,
      tls_1_3: setting.tls_1_3,
      ua_mode: custom.ua_mode,
    },
  };
}

/** Whether a value switches its setting off. */
export function isOff(value: string | null): boolean {
  return value === "false" || value === "off";
}

/** A value as answers show it: a flag, the word of a mode, or null. */
export function shownValue(name: SettingName, value: string | null): string | boolean | null {
  return value === null || name === "image_optimization" ? value : !isOff(value);
}
