import assert from "node:assert/strict";
import { readStdioLine } from "../../src/mcp/stdio/message.ts";

const REQUEST = { jsonrpc: "2.0", id: 9, method: "tools/call", params: { name: "ping", arguments: {} } };
const deep = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));

for (
  const message of [
    REQUEST,
    { ...REQUEST, id: "nine" },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 9, result: {} },
    { jsonrpc: "2.0", id: 9, error: { code: -32000, message: "no" } },
    { ...REQUEST, params: { name: "ping", arguments: { deep: deep(61) } } },
  ]
) {
  Deno.test(`a line is read: ${JSON.stringify(message).slice(0, 100)}`, () => {
    assert.deepEqual(readStdioLine(JSON.stringify(message)), { kind: "message", message });
  });
}

const UNUSABLE = "-32600 and no id";
const WRONG: readonly { line: string; answer: string }[] = [
  { line: "not JSON", answer: "-32700 and no id" },
  { line: '{"jsonrpc":"2.0","id":9,"method":"pi', answer: "-32700 and no id" },
  { line: '{"jsonrpc":"2.0","id":9}', answer: "-32600 and the id 9" },
  { line: '{"jsonrpc":"2.0","id":"nine"}', answer: '-32600 and the id "nine"' },
  { line: '{"id":9,"method":"ping"}', answer: "-32600 and the id 9" },
  { line: '{"jsonrpc":"2.0","id":9,"method":7}', answer: "-32600 and the id 9" },
  { line: '{"jsonrpc":"2.0","id":null,"method":"ping"}', answer: UNUSABLE },
  { line: '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', answer: UNUSABLE },
  { line: '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', answer: UNUSABLE },
  { line: '{"jsonrpc":"2.0","id":{},"method":"ping"}', answer: UNUSABLE },
  { line: `[${JSON.stringify(REQUEST)}]`, answer: UNUSABLE },
  { line: "7", answer: UNUSABLE },
  { line: "null", answer: UNUSABLE },
  { line: "{}", answer: UNUSABLE },
  {
    line: JSON.stringify({ ...REQUEST, params: { name: "ping", arguments: { deep: deep(62) } } }),
    answer: "-32600 and the id 9",
  },
  { line: "[".repeat(200_000) + "]".repeat(200_000), answer: UNUSABLE },
  { line: "", answer: "nothing" },
  { line: " \r", answer: "nothing" },
  { line: '{"method":"notifications/initialized"}', answer: "nothing" },
  { line: '{"jsonrpc":"2.0","method":"notifications/cancelled","params":3}', answer: "nothing" },
  { line: '{"jsonrpc":"2.0","id":9,"result":3}', answer: "nothing" },
  { line: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}', answer: "nothing" },
  { line: JSON.stringify({ jsonrpc: "2.0", id: 9, result: { deep: deep(100) } }), answer: "nothing" },
];

for (const { line, answer } of WRONG) {
  Deno.test(`the answer to ${JSON.stringify(line.slice(0, 80))} is ${answer}`, () => {
    const read = readStdioLine(line);

    assert.notEqual(read.kind, "message");
    const id = read.kind === "refused" && read.id !== null ? `the id ${JSON.stringify(read.id)}` : "no id";
    assert.equal(read.kind === "refused" ? `${read.code} and ${id}` : "nothing", answer);
  });
}
