import { type Call, type Handlers } from "../call.ts";
import { isWordPress } from "../make_site.ts";
import { refused } from "../refusals.ts";
import type { AppState } from "../state.ts";
import { replyId, startOperation } from "./start.ts";

/** Known vulnerabilities of WordPress, its plugins and themes. */
export const vulnerabilityHandlers: Handlers = {
  app_vulnerabilities_list({ app }) {
    refuseOthers(app);
    const { fetchedAt } = app.vulnerable;
    const { core, plugins, themes } = app.updates;
    const fetched = fetchedAt === null ? {} : { last_fetched_date: longDate(fetchedAt) };
    return {
      status: true,
      data: {
        ...fetched,
        wordpress: component(app, "wordpress", { slug: "wordpress", name: "WordPress Core", version: core.version }),
        themes: themes.map((one) => component(app, "theme", one)),
        plugins: plugins.map((one) => component(app, "plugin", one)),
      },
    };
  },
  app_vulnerabilities_refresh(call: Call) {
    refuseOthers(call.app);
    const operation = startOperation(call, "app_vulnerabilities_refresh", () => {
      call.app.vulnerable.fetchedAt = call.clock.now();
    });
    return { status: true, operation_id: replyId(operation) };
  },
};

function refuseOthers(app: AppState): void {
  if (!isWordPress(app)) throw refused("Vulnerabilities are known for WordPress applications only.");
}

/** No vulnerability is an empty list, one is an object, several are a list of objects. */
function component(app: AppState, type: string, one: { slug: string; name: string; version: string }): unknown {
  const count = app.vulnerable.holes[one.slug] ?? 0;
  const holes = Array.from({ length: count }, (_, index) => ({
    id: 9662 + index,
    product_id: 8,
    title: "Stored cross-site scripting",
    disclosure_date: "2026-01-13 06:40:58",
    product_slug: one.slug,
    product_name: one.name,
    product_name_premium: null,
    product_type: type,
    vuln_type: "Cross Site Scripting (XSS)",
    cvss_score: 6.5,
    affected_in: `<= ${one.version}`,
    fixed_in: index === 0 ? "9.9.9" : "",
    patched_in_ranges: [],
    direct_url: `https://example.com/v/${9662 + index}`,
  }));
  return {
    name: one.name,
    slug: one.slug,
    current_version: one.version,
    type,
    is_vulnerable: count > 0 ? 1 : 0,
    vulnerabilities: count === 1 ? holes[0] : holes,
    recommendation: count > 0 ? "Update" : "",
    active: 1,
    created_at: app.created_at,
    updated_at: "2026-01-16T11:10:23.000000Z",
  };
}

/** `January 16, 2026`. */
function longDate(milliseconds: number): string {
  return new Date(milliseconds).toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });
}
