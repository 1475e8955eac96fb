/** SafeUpdates: Cloudways' updates of WordPress, tested on a temporary copy. How they are read. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseList, looseText, statedFlag, statedList, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { safeUpdates } from "../define/pending_updates.ts";

const selection = z.looseObject({
  core: looseText.catch(""),
  /** Null where they are not told; empty means everything, new ones too. */
  plugin: statedList(z.string()).catch(null),
  theme: statedList(z.string()).catch(null),
});

const available = z.looseObject({
  /** The version, or another word for yes; `no` where there is none. */
  core: looseText.catch(""),
  plugin: looseList(z.string()).catch([]),
  theme: looseList(z.string()).catch([]),
  plugins_with_versions: looseList(z.unknown()).catch([]),
  themes_with_versions: looseList(z.unknown()).catch([]),
});

const settingsReply = z.looseObject({
  settings: z.looseObject({
    is_update_enable: statedFlag,
    update_list: selection.catch(selection.parse({})),
    available_update_list: available,
    /** In words, in UTC as far as is known: `Sunday` and `12:01 - 18:00`. */
    update_day: looseText,
    update_slot: looseText,
    notification_email: statedText,
    pre_notification: statedFlag,
    successful_updates: statedFlag,
    failed_updates: statedFlag,
  }),
});

/** Schedule, selection and notifications of an application's updates, and what is available. */
export type UpdateSettings = z.output<typeof settingsReply>["settings"];

/** Reads the settings; they may not be there while automatic updates are off. */
export async function readSettings(account: CloudwaysAccount, { app, server }: FoundApp): Promise<UpdateSettings> {
  const { settings } = await safeUpdates(account.read({
    operation: "safe_update_settings_get",
    path: path`/app/safeupdates/${app.id}/settings`,
    query: { server_id: server.id },
    reply: settingsReply,
  }));
  return settings;
}

const statusReply = z.looseObject({ data: z.looseObject({ is_active: statedFlag }) });

/** Whether automatic updates are on; null where it is not told. */
export async function readStatus(account: CloudwaysAccount, { app, server }: FoundApp): Promise<boolean | null> {
  const { data } = await safeUpdates(account.read({
    operation: "safe_update_status_get",
    path: path`/app/safeupdates/${app.id}/status`,
    query: { server_id: server.id },
    reply: statusReply,
  }));
  return data.is_active;
}

/** The updates that wait, in an answer. */
export function availableView({ available_update_list: found }: UpdateSettings) {
  const { core, plugin, theme, plugins_with_versions, themes_with_versions } = found;
  return { core, plugins: plugin, themes: theme, plugins_with_versions, themes_with_versions };
}
