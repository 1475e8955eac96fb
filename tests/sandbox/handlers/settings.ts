import * as z from "zod";
import { type Call, type Handlers, nothing, text } from "../call.ts";
import { exampleOf, operationById } from "../facts.ts";
import { invalidField } from "../refusals.ts";

/** Settings that are written under one name and read under another. */
const readNames: Readonly<Record<string, string>> = { date_timezone: "date.timezone", tls_version: "ssl_protocols" };
/** Settings that are written and never read. */
const unseen = ["mysql_timezone", "opcache_memory_size", "mod_zendguard", "new_default_app", "sys_locale"];
/** The list of GET /settings that a setting's value is from. */
const groups: Readonly<Record<string, string>> = {
  character_set_server: "character_set",
  display_errors: "status",
  mod_xdebug: "statuses",
  mod_zendguard: "statuses",
  nginx_http2: "statuses",
};

const tlsVersions = /^1\.[0-3](,1\.[0-3])*$/;

/** The settings of a server. */
export const settingsHandlers: Handlers = {
  server_settings_get: ({ server, forms }) => {
    const { mod_xdebug } = server.settings;
    // The documents' sample leaves out the last letter of this name.
    const word = forms === "documented" ? String(mod_xdebug).replace(/d$/, "") : mod_xdebug;
    return { settings: { ...server.settings, mod_xdebug: word } };
  },
  server_settings_update(call) {
    const given = Object.keys(call.fields).filter((name) => name !== "server_id");
    for (const name of given) checkValue(call, name);
    for (const name of given) {
      if (unseen.includes(name)) call.server.unseenSettings[name] = text(call, name);
      else call.server.settings[readNames[name] ?? name] = text(call, name);
    }
    return nothing(call);
  },
};

const Lists = z.object({ settings: z.record(z.string(), z.record(z.string(), z.string())) });

function checkValue(call: Call, name: string): void {
  const group = groups[name];
  const value = text(call, name);
  const { settings } = Lists.parse(exampleOf(operationById("list_settings")));
  const isWrong = group === undefined
    ? name === "tls_version" && !tlsVersions.test(value)
    : !(value in (settings[group] ?? {}));
  if (isWrong || (group !== undefined && value === "")) {
    throw invalidField(name, "in", `The selected ${name.replaceAll("_", " ")} is invalid.`);
  }
}
