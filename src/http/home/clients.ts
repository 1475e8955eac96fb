/** How clients connect to this server: the configurations of docs/connect.md and README.md, with this server's address. */

/** The addresses of this server. */
export interface Addresses {
  /** MCP for clients that send a header. */
  mcp: string;
  /** MCP for clients that sign in; undefined if nobody can. */
  signIn: string | undefined;
}

/** One way to connect. */
export interface Way {
  /** Where the text belongs, or what it does; ends with a colon. */
  before: string;
  /** To be copied as it is. */
  text: string;
}

/** A client. */
export interface Client {
  name: string;
  signIn?: (url: string) => Way;
  header?: (url: string) => Way;
}

function jsonOf(url: string, member: "url" | "serverUrl" = "url"): string {
  return `{
  "mcpServers": {
    "cloudways": { "${member}": "${url}" }
  }
}`;
}

/** The clients, most asked for first. */
export const CLIENTS: readonly Client[] = [
  {
    name: "Claude: web, desktop and phone",
    signIn: (url) => ({
      before: "Under Customize and Connectors add a custom connector with this address:",
      text: url,
    }),
  },
  {
    name: "ChatGPT",
    signIn: (url) => ({
      before: "Switch on Developer mode, then under Apps & Connectors create one with OAuth and this address:",
      text: url,
    }),
  },
  {
    name: "Claude Code",
    signIn: (url) => ({
      before: "In a terminal:",
      text: `claude mcp add --transport http cloudways ${url}\nclaude mcp login cloudways`,
    }),
    header: (url) => ({
      before: "In a terminal:",
      text: `claude mcp add --transport http cloudways ${url} --header "x-cloudways-access-token: YOUR-TOKEN"`,
    }),
  },
  {
    name: "Cursor",
    signIn: (url) => ({ before: "In .cursor/mcp.json:", text: jsonOf(url) }),
    header: (url) => ({
      before: "In .cursor/mcp.json, with the token in an environment variable:",
      text: `{
  "mcpServers": {
    "cloudways": {
      "url": "${url}",
      "headers": { "x-cloudways-access-token": "\${env:CLOUDWAYS_ACCESS_TOKEN}" }
    }
  }
}`,
    }),
  },
  {
    name: "VS Code",
    signIn: (url) => ({
      before: "In .vscode/mcp.json:",
      text: `{
  "servers": {
    "cloudways": { "type": "http", "url": "${url}" }
  }
}`,
    }),
    header: (url) => ({
      before: "In .vscode/mcp.json. It asks for the token once and keeps it out of the file:",
      text: `{
  "inputs": [
    { "type": "promptString", "id": "cloudways-token", "description": "Cloudways access token", "password": true }
  ],
  "servers": {
    "cloudways": {
      "type": "http",
      "url": "${url}",
      "headers": { "x-cloudways-access-token": "\${input:cloudways-token}" }
    }
  }
}`,
    }),
  },
  {
    name: "Codex",
    signIn: (url) => ({
      before: "In a terminal:",
      text: `codex mcp add cloudways --url ${url}\ncodex mcp login cloudways`,
    }),
    header: (url) => ({
      before: "In ~/.codex/config.toml, with the token in an environment variable:",
      text: `[mcp_servers.cloudways]
url = "${url}"
env_http_headers = { "x-cloudways-access-token" = "CLOUDWAYS_ACCESS_TOKEN" }`,
    }),
  },
  {
    name: "Gemini CLI",
    signIn: (url) => ({
      before: "In a terminal. Then, in a session, /mcp auth cloudways:",
      text: `gemini mcp add --transport http cloudways ${url}`,
    }),
    header: (url) => ({
      before: "In ~/.gemini/settings.json, with the token in an environment variable:",
      text: `{
  "mcpServers": {
    "cloudways": {
      "httpUrl": "${url}",
      "headers": { "x-cloudways-access-token": "$CLOUDWAYS_ACCESS_TOKEN" }
    }
  }
}`,
    }),
  },
  {
    name: "Windsurf",
    signIn: (url) => ({ before: "In ~/.codeium/windsurf/mcp_config.json:", text: jsonOf(url, "serverUrl") }),
    header: (url) => ({
      before: "In ~/.codeium/windsurf/mcp_config.json, with the token in an environment variable:",
      text: `{
  "mcpServers": {
    "cloudways": {
      "serverUrl": "${url}",
      "headers": { "x-cloudways-access-token": "\${env:CLOUDWAYS_ACCESS_TOKEN}" }
    }
  }
}`,
    }),
  },
  {
    name: "Claude Desktop, with a header",
    header: (url) => ({
      before: "In claude_desktop_config.json, through mcp-remote, which needs Node:",
      text: `{
  "mcpServers": {
    "cloudways": {
      "command": "npx",
      "args": [
        "-y",
        "mcp-remote",
        "${url}",
        "--transport",
        "http-only",
        "--header",
        "x-cloudways-access-token:\${CLOUDWAYS_TOKEN}"
      ],
      "env": { "CLOUDWAYS_TOKEN": "YOUR-TOKEN" }
    }
  }
}`,
    }),
  },
];
