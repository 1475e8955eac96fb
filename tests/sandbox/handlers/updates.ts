import { type Call, type Handlers, list, makingOf, number, text } from "../call.ts";
import { recordTime, restorePoint } from "../dates.ts";
import { newApp } from "../make_app.ts";
import { isWordPress } from "../make_site.ts";
import { refused } from "../refusals.ts";
import type { AppState, ComponentState, UpdatesState } from "../state.ts";
import { nextAppId } from "./apps.ts";
import { start } from "./start.ts";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const slots = ["00:01 - 06:00", "06:01 - 12:00", "12:01 - 18:00", "18:01 - 00:00"];

/** Safe updates of WordPress: detection, runs, schedule and selection. */
export const updateHandlers: Handlers = {
  safe_update_list: (call) => ({
    status: true,
    updates_list: call.account.servers
      .filter((server) => call.fields.server_id === undefined || server.id === call.fields.server_id)
      .flatMap((server) => server.apps.filter(isWordPress)).map(listed),
  }),
  safe_update_available_get(call) {
    const updates = updatesOf(call);
    return start(call, "safe_update_detection", () => void (updates.detected = true));
  },
  safe_update_run: run,
  safe_update_status_get: (call) => ({ status: true, data: { is_active: updatesOf(call).enabled } }),
  // Switching on covers everything that exists, and everything that is added later.
  safe_update_status_update(call) {
    const updates = updatesOf(call);
    const enabled = text(call, "enable");
    if (enabled === "1" && !updates.enabled) updates.selected = { core: "yes", plugin: [], theme: [] };
    updates.enabled = enabled === "1";
    return { status: true, data: { enabled } };
  },
  safe_update_settings_get: (call) => ({ settings: settings(call.app, updatesOf(call)), status: true }),
  safe_update_settings_update(call) {
    change(call, updatesOf(call));
    return { status: true };
  },
  safe_update_schedule_get(call) {
    const updates = updatesOf(call);
    const count = (all: ComponentState[], chosen: string[]) => {
      const selected = all.filter(({ slug }) => chosen.length === 0 || chosen.includes(slug));
      return { selected: selected.length, updated: selected.filter((one) => one.version === one.newest).length };
    };
    const { core, plugin, theme } = updates.selected;
    const counts = { core, themes: count(updates.themes, theme), plugins: count(updates.plugins, plugin) };
    return { status: true, updates_list: counts };
  },
  safe_update_history_list: (call) => ({
    status: true,
    history: updatesOf(call).history.map((one) => ({
      id: String(one.id),
      app_id: String(call.app.id),
      message: one.message,
      updates: {
        core: one.core,
        themes: { selected: one.themes, updated: one.succeeded ? one.themes : 0 },
        plugins: { selected: one.plugins, updated: one.succeeded ? one.plugins : 0 },
      },
      status: one.succeeded ? "1" : "0",
      type: one.onDemand ? "0" : "1",
      created_at: one.at,
      update_date: one.at,
      reason: one.succeeded ? "Operation completed" : "Operation failed",
      case: 1,
    })),
  }),
};

function updatesOf({ app }: Call): UpdatesState {
  if (!isWordPress(app)) throw refused("Safe updates are for WordPress applications.");
  return app.updates;
}

/** A row contains neither the server nor the label. */
function listed({ id, updates }: AppState): unknown {
  const pending = (all: ComponentState[]) => ({ require: updates.detected ? behind(all).length : 0 });
  return {
    app_id: String(id),
    is_enable: updates.enabled ? "1" : "0",
    update_slot: String(updates.slot),
    update_day: String(updates.day),
    core: updates.detected && updates.core.version !== updates.core.newest ? "yes" : "no",
    plugins: pending(updates.plugins),
    theme: pending(updates.themes),
  };
}

/** Makes a backup, tries the updates on a temporary copy, and then updates the live application. */
function run(call: Call): unknown {
  const { app, server } = call;
  const updates = updatesOf(call);
  const [core, plugin, theme] = [text(call, "core"), list(call, "plugin"), list(call, "theme")];
  const isCore = core !== "" && core !== "no";
  const copy = newApp(makingOf(call), server, nextAppId(call), { label: `safeupdates-${app.label}`, ...kindOf(app) });
  Object.assign(copy, { is_staging: "1", source_app_id: app.id, created_at: recordTime(call.clock.now()) });
  server.apps.push(copy);
  let succeeded = false;
  return start(call, "safe_update", () => {
    succeeded = true;
    app.backups.push(restorePoint(call.clock.now()));
    if (isCore) updates.core.version = core === "yes" ? updates.core.newest : core;
    const chosen = [...updates.plugins.filter(named(plugin)), ...updates.themes.filter(named(theme))];
    for (const one of chosen) one.version = one.newest;
  }, {
    ending() {
      server.apps = server.apps.filter((one) => one !== copy);
      updates.history.unshift({
        id: Math.max(0, ...updates.history.map(({ id }) => id)) + 1,
        message: succeeded ? "On Demand Update Successful: " : "On Demand Update Failed: ",
        core: isCore ? "yes" : "no",
        themes: theme.length,
        plugins: plugin.length,
        succeeded,
        onDemand: true,
        at: recordTime(call.clock.now()),
      });
    },
  });
}

function kindOf({ application, app_version, project_id }: AppState) {
  return { application, app_version, project_id };
}

/** Day and slot are words here, but numbers in the list and when they are written. */
function settings(app: AppState, updates: UpdatesState): unknown {
  const flag = (on: boolean) => on ? "1" : "0";
  const { selected, notify, core, plugins, themes, detected } = updates;
  const pending = (all: ComponentState[]) => detected ? behind(all) : [];
  return {
    id: String(4000 + app.id % 1000),
    app_id: String(app.id),
    is_update_enable: flag(updates.enabled),
    update_list: selected,
    available_update_list: {
      plugin: pending(plugins).map(({ slug }) => slug),
      theme: pending(themes).map(({ slug }) => slug),
      core: detected && core.version !== core.newest ? core.newest : "no",
      themes_with_versions: pending(themes).map(withVersions),
      plugins_with_versions: pending(plugins).map(withVersions),
    },
    update_slot: slots[updates.slot - 1] ?? "",
    update_day: weekdays[updates.day] ?? "",
    updated_at: app.created_at,
    notification_email: notify.email,
    pre_notification: flag(notify.before),
    successful_updates: flag(notify.success),
    failed_updates: flag(notify.failure),
  };
}

/** The content of such an entry is not recorded. */
function withVersions({ slug, version, newest }: ComponentState): unknown {
  return { slug, current_version: version, new_version: newest };
}

function change(call: Call, updates: UpdatesState): void {
  const { fields } = call;
  if ("status" in fields) updates.enabled = number(call, "status") === 1;
  if ("update_day" in fields) updates.day = number(call, "update_day");
  if ("update_slot" in fields) updates.slot = number(call, "update_slot");
  if ("core" in fields) updates.selected.core = text(call, "core") === "yes" ? "yes" : "no";
  if ("plugin" in fields) updates.selected.plugin = list(call, "plugin");
  if ("theme" in fields) updates.selected.theme = list(call, "theme");
  if ("emails" in fields) updates.notify.email = text(call, "emails");
  if ("pre_notification" in fields) updates.notify.before = number(call, "pre_notification") === 1;
  if ("successful_updates" in fields) updates.notify.success = number(call, "successful_updates") === 1;
  if ("failed_updates" in fields) updates.notify.failure = number(call, "failed_updates") === 1;
}

function behind(all: ComponentState[]): ComponentState[] {
  return all.filter((one) => one.version !== one.newest);
}

function named(slugs: readonly string[]): (one: ComponentState) => boolean {
  return ({ slug }) => slugs.includes(slug);
}
