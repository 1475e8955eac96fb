import { always, APP, type Change, type ToolCases } from "./case.ts";

/** Automatic updates take some plugins and themes alone, and nobody is told of anything. */
const some: Change = ({ updates }) => {
  updates.selected = { core: "yes", plugin: ["breeze", "redis-cache"], theme: ["storefront"] };
  updates.notify = { email: "owner@example.com", before: false, success: false, failure: false };
};

/** The tools for updates. */
export const updatesCases: Record<string, ToolCases> = {
  run_app_updates: {
    sends: "safe_update_run",
    args: { ...APP, plugins: ["breeze"] },
    cases: always("changes the live site"),
  },
  set_app_updates: {
    sends: "safe_update_status_update",
    args: APP,
    cases: [
      { args: { enabled: true }, present: "off", asks: true, why: "everything is updated from then on" },
      { args: { enabled: false }, present: "off", asks: true, why: "a second call needs a yes of its own" },
    ],
  },
  update_update_settings: {
    sends: "safe_update_settings_update",
    args: APP,
    cases: [
      { args: { day: "Monday" }, present: "Sunday", asks: false, why: "covers the same" },
      { args: { window: "00:01 - 06:00" }, present: "another", asks: false, why: "covers the same" },
      { args: { core: true }, present: "no core", asks: true, why: "covers something else" },
      { args: { core: false }, present: "core", setUp: some, asks: true, why: "covers something else" },
      { args: { core: true, day: "Monday" }, present: "core", setUp: some, asks: false, why: "covers the same" },
      { args: { plugins: ["breeze"] }, present: "all plugins", asks: true, why: "covers something else" },
      { args: { themes: ["storefront"] }, present: "all themes", asks: true, why: "covers something else" },
      {
        args: { plugins: ["redis-cache", "breeze"], themes: ["storefront"], day: "Monday" },
        present: "the same in another order",
        setUp: some,
        asks: false,
        why: "covers the same",
      },
      { args: { email: "other@example.com" }, present: "another address", asks: true, why: "tells somebody else" },
      {
        args: { email: "owner@example.com", day: "Monday" },
        present: "that address",
        asks: false,
        why: "tells the same",
      },
      ...["notify_before", "notify_success", "notify_failure"].flatMap((name) => [
        { args: { [name]: false }, present: "messages", asks: true, why: "tells less" },
        { args: { [name]: true, day: "Monday" }, present: "messages", asks: false, why: "tells the same" },
        { args: { [name]: true }, present: "no messages", setUp: some, asks: false, why: "tells more" },
      ]),
    ],
  },
};
