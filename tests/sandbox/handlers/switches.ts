import { type Call, type Handlers, isOn, nothing, text } from "../call.ts";
import { start } from "./start.ts";

/** What can be switched or set on an application. */
export const switchHandlers: Handlers = {
  app_settings_get: ({ app }) => ({
    status: true,
    application_id: String(app.id),
    from_address: null,
    ...app.flags,
  }),
  app_webp_redirection_update: (call) => start(call, "update_webp", () => setFlag(call, "webp")),
  app_enforce_https_update: (call) => start(call, "enforce_https", () => setFlag(call, "enforce_https")),
  app_php_direct_execution_update: (call) =>
    start(call, "update_php_direct_execution", () => setFlag(call, "php_direct_execution")),
  app_xmlrpc_update: (call) =>
    call.forms === "live"
      ? start(call, "update_xmlrpc", () => setFlag(call, "xml_rpc_setting"))
      : flip(call, "xml_rpc_setting", "xml_rpc"),
  app_geo_ip_header_update: (call) => flip(call, "geo_ip_setting", "geo_ip"),
  app_device_detection_update: (call) => flip(call, "device_detection", "device_detection"),
  app_ignore_query_string_update: (call) => flip(call, "ignore_query_string", "ignore_query_string"),
  app_cors_headers_update: (call) =>
    start(call, "update_cors_header", () => {
      const header = text(call, "corsHeader");
      call.app.cors = header === "" || header === "disable" ? null : header;
      call.app.flags.cors_header = call.app.cors === null ? 0 : 1;
    }),
  // The reply on v2 is not recorded.
  app_symlink_update(call) {
    call.app.symlink = text(call, "symlink") || null;
    return nothing(call);
  },
  // One client expects no bytes at all.
  app_webroot_update(call) {
    call.app.webroot = text(call, "webroot") || null;
    return call.forms === "live" ? undefined : nothing(call);
  },
  app_reset_permissions(call) {
    const effect = () => void (call.app.ownership = text(call, "ownership") || "sys_user");
    // Only some sources show an operation.
    if (call.forms === "live") return start(call, "reset_permissions", effect);
    effect();
    return { status: true };
  },
};

function setFlag(call: Call, flag: string): void {
  call.app.flags[flag] = isOn(call, "status") ? 1 : 0;
}

/** A switch that works at once and reports under the Unix user. */
function flip(call: Call, flag: string, name: string): unknown {
  setFlag(call, flag);
  return { status: true, response: { [name]: { [call.app.sys_user]: isOn(call, "status") } } };
}
