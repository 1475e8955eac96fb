import type { CatalogueEntry } from "../../calls/catalogue.ts";
import { inlineHash } from "../html.ts";
import { accepts } from "../media_types.ts";
import { noticePage, render } from "../pages/layout.ts";
import type { Route } from "../router.ts";
import { describe, type HomeOptions } from "./about.ts";
import { type Filter, isWhole, readQuery } from "./query.ts";
import { HOME_SCRIPT } from "./script.ts";
import { HOME_STYLE } from "./style.ts";
import { toolPage } from "./tool_view.ts";
import { homePage } from "./view.ts";

/** Most tools that a search shows. */
const MAX_FOUND = 30;

/** `/`: describes the service, as JSON for programs or as a page for browsers; `?tool=NAME` describes one tool. */
export async function homeRoute(options: HomeOptions): Promise<Route> {
  const about = describe(options);
  const headers = await pageHeaders();
  const html = (page: string, status = 200) => new Response(page, { status, headers });
  const frame = { style: HOME_STYLE, script: HOME_SCRIPT };
  /** The page with all tools, by the condition that it tells. */
  const whole = new Map<string, string>();
  return {
    path: "/",
    methods: ["GET"],
    allowsCors: true,
    handle: async (request) => {
      const accept = request.headers.get("accept") ?? "";
      const isBrowser = accept.includes("text/html") && accepts(accept, "text/html");
      if (!isBrowser) return Response.json(about, { headers: { vary: "Accept" } });
      const query = readQuery(request.url);
      if (query.kind === "tool") {
        const found = options.catalogue.lookUp(query.name, options.bounds);
        return found.kind === "found"
          ? html(render(toolPage(found.entry), frame))
          : html(noticePage(NO_TOOL, NO_TOOL_END, frame), 404);
      }
      const { filter } = query;
      const condition = await options.condition();
      const draw = () => render(homePage(options, { condition, found: toolsFor(filter, options), filter }), frame);
      return html(isWhole(filter) ? whole.getOrInsertComputed(condition.text, draw) : draw());
    },
  };
}

const NO_TOOL = { title: "No such tool", text: "This server has no tool of that name, or does not offer it." };
const NO_TOOL_END = "The start page lists all tools.";

/** The tools that a filter leaves; those that a search finds in its order. */
function toolsFor({ q, toolset, effect }: Filter, { catalogue, finder, bounds }: HomeOptions): CatalogueEntry[] {
  const fits = ({ tool }: CatalogueEntry) =>
    (toolset === undefined || tool.toolset === toolset) && (effect === undefined || tool.effect === effect);
  if (q === "") return catalogue.entriesFor(bounds).filter(fits);
  return finder.find(q, bounds, { limit: MAX_FOUND, toolset }).tools.flatMap(({ name }) => {
    const found = catalogue.lookUp(name, bounds);
    return found.kind === "found" && fits(found.entry) ? [found.entry] : [];
  });
}

async function pageHeaders(): Promise<Record<string, string>> {
  const [style, script] = [await inlineHash(HOME_STYLE), await inlineHash(HOME_SCRIPT)];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src ${style}; script-src ${script}; form-action 'self'; ` +
      "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "vary": "Accept",
  };
}
