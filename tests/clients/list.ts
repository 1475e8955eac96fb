/** Every client that is run, in the order of the matrix. */

/** How a client's driver is run. */
export type Runtime = "node" | "python" | "go" | "model";

/** A client. To add one, copy a neighbour, pin its packages in `versions.json`, and copy its driver. */
export interface ListedClient {
  /** Name of its packages in `versions.json`. */
  id: string;
  /** Its name in the matrix. */
  title: string;
  runtime: Runtime;
  /** File in `drivers/`. Several clients may share one installation. */
  driver: string;
}

/** What is judged of a client. */
export const COLUMNS = ["list", "call", "progress", "confirmation", "cancel"] as const;
/** One of {@linkcode COLUMNS}. */
export type Column = typeof COLUMNS[number];

/** The clients. */
export const clients: readonly ListedClient[] = [
  { id: "sdk-ts-1", title: "TypeScript SDK 1", runtime: "node", driver: "sdk_ts_1.mjs" },
  { id: "sdk-ts-2", title: "TypeScript SDK 2", runtime: "node", driver: "sdk_ts_2.mjs" },
  { id: "sdk-python", title: "Python SDK", runtime: "python", driver: "sdk_python.py" },
  { id: "sdk-go", title: "Go SDK", runtime: "go", driver: "sdk_go.go" },
  { id: "mcp-remote", title: "mcp-remote", runtime: "node", driver: "mcp_remote.mjs" },
  { id: "inspector", title: "MCP Inspector, command line", runtime: "node", driver: "inspector.mjs" },
  { id: "ai-sdk", title: "Vercel AI SDK", runtime: "node", driver: "ai_sdk.mjs" },
  { id: "langchain-py", title: "LangChain (Python)", runtime: "python", driver: "langchain_py.py" },
  { id: "langchain-js", title: "LangChain (JavaScript)", runtime: "node", driver: "langchain_js.mjs" },
  { id: "llama-index", title: "LlamaIndex", runtime: "python", driver: "llama_index_tools.py" },
  { id: "openai-agents", title: "OpenAI agents", runtime: "python", driver: "openai_agents_tools.py" },
  { id: "google-adk", title: "Google ADK", runtime: "python", driver: "google_adk_tools.py" },
  { id: "google-genai", title: "google-genai", runtime: "python", driver: "google_genai_session.py" },
  { id: "fastmcp", title: "FastMCP client", runtime: "python", driver: "fastmcp_client.py" },
  { id: "agno", title: "agno", runtime: "python", driver: "agno_tools.py" },
  { id: "mcp-use-py", title: "mcp-use (Python)", runtime: "python", driver: "mcp_use_py.py" },
  { id: "mcp-use-ts", title: "mcp-use (TypeScript)", runtime: "node", driver: "mcp_use_ts.mjs" },
  { id: "mcporter", title: "mcporter", runtime: "node", driver: "mcporter.mjs" },
  { id: "claude-code", title: "Claude Code (`claude -p`)", runtime: "model", driver: "claude_code.mjs" },
  { id: "codex", title: "Codex (`codex exec`)", runtime: "model", driver: "codex.mjs" },
  { id: "gemini-cli", title: "Gemini CLI (`gemini -p`)", runtime: "model", driver: "gemini_cli.mjs" },
];

/** A column that may fail. If it passes, that is reported, so that it can be removed. */
export interface Gap {
  /** Id of a client. */
  client: string;
  column: Column;
  reason: string;
}

/** What is known to fail. */
export const knownGaps: readonly Gap[] = [];
