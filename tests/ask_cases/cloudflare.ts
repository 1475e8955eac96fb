import { always, APP, type Change, never, type ToolCases } from "./case.ts";

/** Settings at Cloudflare, by the names under which they are sent. */
const set = (settings: Record<string, unknown>): Change => (app) =>
  void Object.assign(app.cloudflare.settings, settings);

/** The tools for Cloudflare Enterprise. */
export const cloudflareCases: Record<string, ToolCases> = {
  add_cloudflare_domain: {
    sends: "cloudflare_add_domain",
    args: { ...APP, domain: "shop.example.com" },
    cases: always("Cloudways bills it"),
  },
  remove_cloudflare_domains: {
    sends: "cloudflare_delete_domain",
    args: { ...APP, domains: ["www.example.com"] },
    cases: always("ends cache and protection, and may take it offline"),
  },
  move_cloudflare_domains: {
    sends: "cloudflare_transfer_domain",
    args: { ...APP, domains: ["www.example.com"], destination_app_id: 200002 },
    cases: always("visitors may get another site"),
  },
  verify_cloudflare_domain: {
    sends: "cloudflare_verify_txt_records",
    args: { ...APP, domain: "www.example.com" },
    cases: never("looks at DNS"),
  },
  purge_cloudflare_cache: {
    sends: "cloudflare_purge_domain",
    args: APP,
    cases: never("nothing is lost: the cache fills by itself"),
  },
  deploy_smart_cache_purge: { sends: "cloudflare_deploy_fpc", args: APP, cases: never("adds, and opens nothing") },
  update_cloudflare_settings: {
    sends: "cloudflare_update_settings",
    args: APP,
    cases: [
      { args: { scrape_shield: true }, present: "off", asks: false, why: "switches a protection on" },
      { args: { early_hints: true }, present: "off", asks: false, why: "shows visitors nothing new" },
      { args: { image_optimization: "lossy" }, present: "off", asks: false, why: "shows visitors nothing new" },
      { args: { caching: true, minification: true }, present: "on, and off", asks: false, why: "one differs, on" },
      {
        args: { scrape_shield: false },
        present: "on",
        setUp: set({ scrapeshield: true }),
        asks: true,
        why: "switches a protection off",
      },
      { args: { caching: false }, present: "on", asks: true, why: "switches it off" },
      { args: { edge_caching: false }, present: "on", asks: true, why: "switches it off" },
      {
        args: { edge_caching: true },
        present: "off",
        setUp: set({ edgecaching: false }),
        asks: true,
        why: "pages made for one visitor may reach others",
      },
      {
        args: { image_optimization: "lossy" },
        present: "lossless",
        setUp: set({ image_optimization: "lossless" }),
        asks: true,
        why: "replaces the present one",
      },
      {
        args: { image_optimization: "off" },
        present: "lossy",
        setUp: set({ image_optimization: "lossy" }),
        asks: true,
        why: "switches it off",
      },
      { args: { scrape_shield: true, caching: false }, present: "off, and on", asks: true, why: "one is switched off" },
      {
        args: { early_hints: true },
        present: "not told",
        setUp: set({ early_hints: "unknown" }),
        asks: true,
        why: "what is there is not known",
      },
    ],
  },
};
