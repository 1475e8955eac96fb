import { type Call, type Handlers, list, nothing, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { certificate } from "../make_app.ts";
import { refused } from "../refusals.ts";
import { appHost } from "../render.ts";
import type { LetsEncryptState, WhitelistState } from "../state.ts";
import { start } from "./start.ts";

/** Address lists and certificates. */
export const securityHandlers: Handlers = {
  security_get_whitelisted_ips: (call) => whitelist(call, call.server.whitelist.sftp),
  security_get_whitelisted_ips_mysql: (call) => whitelist(call, call.server.whitelist.mysql),
  // The new list replaces the old one.
  security_update_whitelisted_ips(call) {
    const entry = call.server.whitelist[text(call, "tab") === "mysql" ? "mysql" : "sftp"];
    entry.ips = list(call, "ip");
    if ("ipPolicy" in call.fields) entry.policy = text(call, "ipPolicy");
    return nothing(call);
  },
  security_check_blacklisted_ip: (call) => ({
    [call.forms === "live" ? "ip_status" : "ip_list"]: call.server.blacklisted.includes(text(call, "ip")),
  }),
  security_whitelist_ip_siab(call) {
    call.server.siab.push(text(call, "ip"));
    return nothing(call);
  },
  security_whitelist_ip_adminer(call) {
    call.server.adminer.push(text(call, "ip"));
    return nothing(call);
  },

  security_lets_encrypt_install: (call) =>
    start(call, "install_lets_encrypt", () => {
      const isWildcard = call.fields.wild_card === true;
      const domains = list(call, "ssl_domains");
      call.app.lets_encrypt = certificate(domains, text(call, "ssl_email"), isWildcard);
    }),
  security_lets_encrypt_renew(call) {
    theCertificate(call);
    return start(call, "renew_lets_encrypt");
  },
  security_lets_encrypt_auto_renewal(call) {
    theCertificate(call).auto = call.fields.auto === true;
    return nothing(call);
  },
  security_lets_encrypt_revoke(call) {
    theCertificate(call);
    return start(call, "revoke_lets_encrypt", () => void (call.app.lets_encrypt = null));
  },
  security_create_dns: (call) => wildcard(call, "CNAME record ready", false),
  security_verify_dns: (call) => wildcard(call, "Verified", true),

  security_install_own_ssl(call) {
    const effect = () => void (call.app.own_ssl = { issued_at: recordTime(call.clock.now()) });
    if (call.forms === "documented") return start(call, "install_own_ssl", effect);
    effect();
    return nothing(call);
  },
  security_remove_own_ssl(call) {
    if (call.app.own_ssl === null) throw refused("There is no custom certificate.");
    return start(call, "remove_own_ssl", () => void (call.app.own_ssl = null));
  },
};

/** A list as JSON text with a policy, or in the form of the documents. */
function whitelist(call: Call, { ips, policy }: WhitelistState): unknown {
  return call.forms === "live" ? { data: { ip_list: JSON.stringify(ips), policy } } : { ip_list: ips };
}

function theCertificate(call: Call): LetsEncryptState {
  if (call.app.lets_encrypt === null) throw refused("There is no Let's Encrypt certificate.");
  return call.app.lets_encrypt;
}

function wildcard(call: Call, message: string, isVerified: boolean): unknown {
  const details = {
    app_prefix: appHost(call.app).split(".")[0],
    auto: true,
    is_installed: call.app.lets_encrypt?.type === "wc",
    is_verified: isVerified,
    ssl_domains: list(call, "ssl_domains"),
    ssl_email: text(call, "ssl_email"),
    type: "wc",
  };
  return { wildcard_ssl: { message, status: true, wildcard: details } };
}
