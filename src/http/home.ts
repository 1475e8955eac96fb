import type { ConfirmMode } from "../config.ts";
import type { Catalogue, CatalogueEntry } from "../calls/catalogue.ts";
import type { Bounds } from "../identity/bounds.ts";
import { EFFECT_WORDS } from "../tools/define/tool.ts";
import { type Toolset, TOOLSETS } from "../identity/toolsets.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import { Html, markup, styleHash } from "./html.ts";
import { accepts } from "./media_types.ts";
import type { Route } from "./router.ts";

/** What `/` shows. */
export interface HomeOptions {
  catalogue: Catalogue;
  bounds: Bounds;
  confirm: ConfirmMode;
  /** How safely people are asked here, as a phrase. */
  confirmNote: string;
  /** The public URL of this server, without a trailing slash; undefined if unknown. */
  publicUrl: string | undefined;
  /** Whether people can sign in. */
  signsIn: boolean;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;\
border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}pre{overflow-x:auto;padding:1rem;\
background:color-mix(in srgb,currentColor 8%,transparent);border-radius:.4rem}`;

/** `/`: describes the service, as JSON or as a page for browsers. Both are made once. */
export async function homeRoute(options: HomeOptions): Promise<Route> {
  const about = describe(options);
  const page = renderPage(options).text;
  const style = await styleHash(STYLE);
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy":
      `default-src 'none'; style-src ${style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    "vary": "Accept",
  };
  return {
    path: "/",
    methods: ["GET"],
    allowsCors: true,
    handle: (request) => {
      const accept = request.headers.get("accept") ?? "";
      const browser = accept.includes("text/html") && accepts(accept, "text/html");
      return browser ? new Response(page, { headers }) : Response.json(about, { headers: { vary: "Accept" } });
    },
  };
}

function describe({ catalogue, bounds, confirm, confirmNote, signsIn }: HomeOptions) {
  const named = (toolsets: ReadonlySet<Toolset>) => TOOLSETS.filter((toolset) => toolsets.has(toolset));
  return {
    name: SERVER_NAME,
    version: VERSION,
    description: "An MCP server for Cloudways accounts.",
    mcp: "/mcp",
    mcp_narrowed: ["/mcp/readonly", "/mcp/x/{toolsets}", "/mcp/x/{toolsets}/readonly"],
    ...(signsIn && { mcp_with_sign_in: "/connect/mcp", connections: "/connect" }),
    health: "/health",
    ready: "/ready",
    tools: catalogue.entriesFor(bounds).length,
    toolsets: named(bounds.toolsets),
    listed_tools: catalogue.list(bounds).length,
    listed_toolsets: named(bounds.toolsets.intersection(bounds.listedToolsets)),
    read_only: bounds.readOnly,
    confirm,
    confirm_note: confirmNote,
  };
}

function renderPage({ catalogue, bounds, confirmNote, publicUrl, signsIn }: HomeOptions): Html {
  const url = `${publicUrl ?? "https://YOUR-SERVER"}/mcp`;
  const config = {
    mcpServers: { cloudways: { type: "http", url, headers: { "x-cloudways-access-token": "YOUR-TOKEN" } } },
  };
  const tools = catalogue.entriesFor(bounds);
  const signIn = signsIn
    ? markup`<p>Clients that can sign in need no token in their configuration: connect them to
<code>${publicUrl}/connect/mcp</code>. <a href="connect">See and end connections</a>.</p>
`
    : undefined;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cloudways MCP server</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>Cloudways MCP server</h1>
<p>Version ${VERSION}. It lets an AI assistant run a Cloudways account: servers, and the applications on
them. Connect an MCP client to <code>${url}</code>.</p>
<h2>Connect</h2>
<p>Make an access token in the Cloudways console under API Integration and put it in your client's configuration:</p>
<pre><code>${JSON.stringify(config, null, 2)}</code></pre>
<p>Or send <code>x-cloudways-email</code> and <code>x-cloudways-api-key</code>.</p>
${signIn}<p>A client's list holds ${
    catalogue.list(bounds).length
  } of the ${tools.length} tools below; <code>find_tools</code> finds
the rest. The addresses <code>/mcp/readonly</code> and <code>/mcp/x/{toolsets}</code> narrow what may be used.</p>
<p>Before a destructive call a person is asked. Here: ${confirmNote}.</p>
<h2>Tools</h2>
<table>
<thead><tr><th scope="col">Tool</th><th scope="col">What it does</th><th scope="col">Effect</th></tr></thead>
<tbody>
${tools.map(row)}</tbody>
</table>
</main>
</body>
</html>
`;
}

function row({ tool: { name, description, effect } }: CatalogueEntry): Html {
  return markup`<tr><th scope="row"><code>${name}</code></th><td>${description}</td><td>${
    EFFECT_WORDS[effect]
  }</td></tr>
`;
}
