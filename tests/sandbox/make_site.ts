import { recordTime } from "./dates.ts";
import type { Making } from "./make_account.ts";
import type { CronJobState, SiteContent, StagingState, UpdatesState } from "./state.ts";

/** Kinds of applications that are WordPress. */
export function isWordPress({ application }: { application: string }): boolean {
  return application === "wordpress" || application === "woocommerce";
}

/** The content of a new application. */
export function newContent(id: number): SiteContent {
  const tables = ["wp_options", "wp_posts", "wp_users"].map((name) => [name, `${name} of ${id}`]);
  return { files: `files of ${id}`, tables: Object.fromEntries(tables) };
}

/** A new copy asks its visitors for a password. */
export function newStaging({ secret }: Making): StagingState {
  return { prompt: { enabled: true, username: "preview", password: secret() }, log: [], overwritten: null };
}

/** One plugin and the core are behind. */
export function newUpdates({ now }: Making): UpdatesState {
  return {
    enabled: false,
    core: { version: "6.8", newest: "6.8.3" },
    plugins: [
      { slug: "breeze", name: "Breeze", version: "2.1.3", newest: "2.2.0" },
      { slug: "redis-cache", name: "Redis Object Cache", version: "2.5.4", newest: "2.5.4" },
    ],
    themes: [{ slug: "storefront", name: "Storefront", version: "4.6.0", newest: "4.6.0" }],
    detected: true,
    selected: { core: "no", plugin: [], theme: [] },
    day: 0,
    slot: 3,
    notify: { email: "owner@example.com", before: true, success: true, failure: true },
    history: [{
      id: 412_048,
      message: "On Demand Update Successful: ",
      core: "no",
      themes: 1,
      plugins: 1,
      succeeded: true,
      onDemand: true,
      at: recordTime(now - 20 * 86_400_000),
    }],
  };
}

/** One job, in both halves of the list. */
export function newCrons(sysUser: string): { basic: CronJobState[]; script: string } {
  const command = `/home/${sysUser}/cron.php`;
  return {
    basic: [{ cmd_type: "PHP", command, minutes: "*/5", hours: "*", days: "*", months: "*", weekdays: "*" }],
    script: `*/5 * * * * php ${command}`,
  };
}
