import { type Call, type Handlers, list, number, text } from "../call.ts";
import { exampleOf } from "../facts.ts";
import { notFound, refused } from "../refusals.ts";
import type { AppState, CloudflareDomainState, CloudflareSettings } from "../state.ts";
import { start, startOperation } from "./start.ts";

/** Domains of applications at Cloudflare. */
export const cloudflareHandlers: Handlers = {
  cloudflare_get_details: ({ app }) => ({
    status: true,
    dns: app.cloudflare.domains.map(({ hostname, hostname_id, status }) => ({
      app_id: String(app.id),
      hostname,
      hostname_id,
      bandwidth: "1",
      status,
    })),
    mode: null,
    SP: [],
  }),
  // The only call of its kind that answers with the whole record of the operation.
  cloudflare_add_domain(call) {
    const hostname = text(call, "domain");
    const attached = call.account.servers.flatMap(({ apps }) => apps).flatMap(({ cloudflare }) => cloudflare.domains);
    if (attached.some((one) => one.hostname === hostname)) throw refused("This domain is attached already.");
    const operation = startOperation(call, "create_cf_cdn", () =>
      void call.app.cloudflare.domains.push({
        hostname,
        hostname_id: call.random.uuid(),
        status: "pending",
        published: false,
        txt: { name: hostname, value: `ca3-${call.random.letters(32, "0123456789abcdef")}` },
      }));
    return { status: true, operation: call.book.record(call.account, operation) };
  },
  cloudflare_get_txt_records(call) {
    const { hostname, hostname_id, status, txt } = attached(call.app, text(call, "domain"));
    return {
      status: true,
      txt_records: {
        ownership_verification: { status, txt_name: txt.name, txt_value: txt.value },
        // Despite its name this is a TXT record too.
        ownership_verification_http: { type: "txt", name: `_cf-custom-hostname.${hostname}`, value: hostname_id },
      },
    };
  },
  cloudflare_get_dns_query(call) {
    const { hostname } = attached(call.app, text(call, "domain"));
    const primary_domain = call.app.cname === hostname;
    return { status: true, primary_domain, primary_domain_name: call.app.cname };
  },
  cloudflare_verify_txt_records(call) {
    const domain = attached(call.app, text(call, "domain"));
    if (domain.published) domain.status = "activated";
    return { status: true, domain_status: domain.status };
  },
  cloudflare_delete_domain(call) {
    const gone = list(call, "domains").map((name) => attached(call.app, name));
    return start(call, "delete_cf_cdn", () => void detach(call.app, gone));
  },
  cloudflare_transfer_domain(call) {
    const moved = list(call, "domains").map((name) => attached(call.app, name));
    const to = destination(call);
    return start(call, "transfer_cf_cdn", () => {
      detach(call.app, moved);
      to.cloudflare.domains.push(...moved);
    });
  },
  cloudflare_purge_domain: (call) => start(call, "purge_cf_cdn", () => void call.app.cloudflare.purges++),
  cloudflare_get_fpc_status: ({ app }) => ({ status: true, data: { deployed: app.cloudflare.smartPurge } }),
  cloudflare_deploy_fpc: (call) => start(call, "deploy_fpc", () => void (call.app.cloudflare.smartPurge = true)),
  cloudflare_get_settings: ({ app }) => ({ status: true, data: readSettings(app.cloudflare.settings) }),
  cloudflare_update_settings: (call) => {
    const names = Object.keys(call.app.cloudflare.settings).filter((name) => name in call.fields);
    const changes = Object.fromEntries(names.map((name) => [name, call.fields[name]]));
    return start(call, "cf_app_setting", () => void Object.assign(call.app.cloudflare.settings, changes));
  },
  cloudflare_get_analytics: figures,
  cloudflare_get_security_analytics: figures,
  cloudflare_get_logpush_analytics: ofThisApp,
  cloudflare_get_logpush_security: ofThisApp,
};

/** Without a domain there is nothing to count. */
function figures(call: Call): unknown {
  return call.app.cloudflare.domains.length === 0 ? { status: true, data: [] } : exampleOf(call.operation);
}

function ofThisApp(call: Call): unknown {
  return Object.assign({}, exampleOf(call.operation), { app_id: call.app.id });
}

/** Settings have other names when they are read than when they are written. The mapping is inferred. */
function readSettings(settings: CloudflareSettings): unknown {
  const { minification, image_optimization: polish, mobile_optimization: mirage, early_hints } = settings;
  const { scrapeshield, caching, edgecaching } = settings;
  const minify = { minify_js: minification, minify_css: minification, minify_html: minification };
  const custom = { mirage, polish, webp: polish !== "off", ...minify, scrapeshield, caching, edgecaching };
  return {
    setting: { min_tls_version: "1.2", early_hints, tls_1_3: "on" },
    custom_metadata: { ...custom, ua_mode: "false" },
  };
}

function attached(app: AppState, hostname: string): CloudflareDomainState {
  const found = app.cloudflare.domains.find((one) => one.hostname === hostname);
  if (found === undefined) throw notFound("domain");
  return found;
}

function detach({ cloudflare }: AppState, gone: readonly CloudflareDomainState[]): void {
  cloudflare.domains = cloudflare.domains.filter((one) => !gone.includes(one));
}

function destination(call: Call): AppState {
  const server = call.account.servers.find((one) => one.id === number(call, "dest_server_id"));
  if (server === undefined) throw notFound("dest_server_id");
  const app = server.apps.find((one) => one.id === number(call, "dest_app_id"));
  if (app === undefined) throw notFound("dest_app_id");
  return app;
}
