/** The tools as the server lists them, without a client. */
import * as z from "zod";

const tool = z.looseObject({
  name: z.string(),
  inputSchema: z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) }),
});
const listSchema = z.object({ result: z.object({ tools: z.array(tool) }) });

/** A tool as the server lists it. */
export type ListedTool = z.infer<typeof tool>;

/** Asks a server for its tools. */
export async function listedTools(server: URL): Promise<ListedTool[]> {
  const response = await fetch(server, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
  });
  const text = await response.text();
  const json = /^data: (.+)$/m.exec(text)?.[1] ?? text;
  return listSchema.parse(JSON.parse(json)).result.tools;
}
