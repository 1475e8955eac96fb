import { type Call, type Handlers, text } from "../call.ts";

/** PHP settings of an application: one text. */
export const phpHandlers: Handlers = {
  app_fpm_settings_get: ({ app }) => ({ response: { fpm_enabled: true, settings: app.fpm_setting } }),
  app_fpm_settings_update(call) {
    call.app.fpm_setting = received(call);
    return call.forms === "live" ? { status: true } : { response: call.app.fpm_setting };
  },
};

/** Decoding never fails: like PHP it skips characters that are not base64, so plain text decodes to garbage. */
function received(call: Call): string {
  const sent = text(call, "fpm_setting");
  if (call.habits.fpmText === "plain") return sent;
  const code = sent.replaceAll(/[^A-Za-z0-9+/]/g, "");
  const bytes = Uint8Array.from(
    atob(code.slice(0, code.length - (code.length % 4 === 1 ? 1 : 0))),
    (char) => char.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
}
