import { always, APP, never, type ToolCases } from "./case.ts";

/** The tools for what runs a site. */
export const sitesCases: Record<string, ToolCases> = {
  update_app_php_settings: {
    sends: "app_fpm_settings_update",
    args: { ...APP, add: ["php_admin_value[memory_limit] = 512M"] },
    cases: always("a wrong setting takes the site down"),
  },
  update_app_varnish_rules: {
    sends: "app_varnish_settings_update",
    args: APP,
    cases: [
      { args: { add: ["url:/cart"] }, present: "a rule", asks: true, why: "changes what visitors get" },
      { args: { remove: ["url:/checkout"] }, present: "a rule", asks: true, why: "caches what may be private" },
    ],
  },
  update_app_cron_jobs: {
    sends: "app_cron_list_update",
    args: { ...APP, add: ["0 2 * * * php x.php"] },
    cases: [...always("runs commands"), {
      present: "no cron job",
      setUp: (app) => void (app.crons = { basic: [], script: "" }),
      asks: true,
      why: "runs commands",
    }],
  },
  set_app_cron_optimizer: {
    sends: "app_cron_optimizer_update",
    args: { ...APP, enabled: false },
    cases: never("its tasks run all the same"),
  },
};
