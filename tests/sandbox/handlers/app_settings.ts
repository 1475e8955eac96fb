import { type Call, type Handlers, isOn, list, nothing, text } from "../call.ts";
import { start, started, startOperation } from "./start.ts";

/** What can be set on an application. */
export const appSettingsHandlers: Handlers = {
  app_settings_get: ({ app }) => ({
    status: true,
    application_id: String(app.id),
    from_address: null,
    ...app.flags,
  }),
  app_cname_update: (call) => start(call, "update_cname", () => void (call.app.cname = text(call, "cname"))),
  app_cname_delete: (call) => start(call, "delete_cname", () => void (call.app.cname = "")),
  app_aliases_update(call) {
    call.app.aliases = list(call, "aliases");
    return nothing(call);
  },
  app_symlink_update(call) {
    call.app.symlink = text(call, "symlink") || null;
    return nothing(call);
  },
  app_webroot_update(call) {
    call.app.webroot = text(call, "webroot") || null;
    return nothing(call);
  },
  app_cron_list_get: ({ app }) => app.crons,
  app_cron_list_update(call) {
    const crons = text(call, "crons");
    call.app.crons = call.fields.is_script === true
      ? { ...call.app.crons, script: crons }
      : { ...call.app.crons, basic: parseList(crons) };
    return call.app.crons;
  },
  app_cron_optimizer_get: ({ app }) => ({ status: app.flags.wp_cron_setting === 1 }),
  app_cron_optimizer_update: (call) => start(call, "update_cron_setting", () => setFlag(call, "wp_cron_setting")),
  app_cors_headers_update: (call) =>
    start(call, "update_cors_header", () => void (call.app.flags.cors_header = corsIsOn(call) ? 1 : 0)),
  app_webp_redirection_update: (call) => start(call, "update_webp", () => setFlag(call, "webp")),
  app_enforce_https_update: (call) => start(call, "enforce_https", () => setFlag(call, "enforce_https")),
  app_php_direct_execution_update: (call) =>
    start(call, "update_php_direct_execution", () => setFlag(call, "php_direct_execution")),
  app_geo_ip_header_update: (call) => flip(call, "geo_ip_setting", "geo_ip"),
  app_xmlrpc_update: (call) => flip(call, "xml_rpc_setting", "xml_rpc"),
  app_device_detection_update: (call) => flip(call, "device_detection", "device_detection"),
  app_ignore_query_string_update: (call) => flip(call, "ignore_query_string", "ignore_query_string"),

  app_reset_permissions(call) {
    const effect = () => void (call.app.ownership = text(call, "ownership") || "sys_user");
    // Only some sources show an operation.
    if (call.forms === "live") return start(call, "reset_permissions", effect);
    effect();
    return { status: true };
  },
  app_varnish_settings_update(call) {
    const effect = () => void (call.app.vcl_list = parseList(text(call, "vcl_list")));
    if (call.forms === "live") return { operation_id: started(startOperation(call, "vcl_list", effect)).operation_id };
    effect();
    return { response: call.app.vcl_list };
  },
  app_fpm_settings_get: ({ app }) => ({ response: { fpm_enabled: true, settings: app.fpm_setting } }),
  app_fpm_settings_update(call) {
    call.app.fpm_setting = text(call, "fpm_setting");
    return { status: true };
  },
  app_ssh_access_get: ({ app }) => ({ response: { ssh_status: { [app.sys_user]: app.ssh_access } } }),
  app_ssh_access_update(call) {
    call.app.ssh_access = isOn(call, "update_perms_action");
    return { status: true, confirmation: "done" };
  },
  app_access_state_get: ({ app }) => ({ status: true, response: { app_status: { [app.sys_user]: app.access } } }),
  app_access_state_update(call) {
    call.app.access = isOn(call, "state");
    return nothing(call);
  },
  app_purge_cache: (call) => start(call, "purge_app_cache", () => void call.app.purges++),
};

function setFlag(call: Call, flag: string): void {
  call.app.flags[flag] = isOn(call, "status") ? 1 : 0;
}

/** A switch that works at once and reports under the Unix user. */
function flip(call: Call, flag: string, name: string): unknown {
  setFlag(call, flag);
  return { status: true, response: { [name]: { [call.app.sys_user]: isOn(call, "status") } } };
}

/** The field holds the word enable, the word disable, or the text of the header. */
function corsIsOn(call: Call): boolean {
  return !["", "disable"].includes(text(call, "corsHeader"));
}

/** A list that travels as JSON text in a form field. */
function parseList(json: string): unknown[] {
  if (json === "") return [];
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
