import assert from "node:assert/strict";
import {
  type Bounds,
  boundToServers,
  isWithin,
  narrow,
  type Narrowing,
  processBounds,
  readBoundServers,
} from "../../src/identity/bounds.ts";
import { parseToolsets, type Toolset, TOOLSETS } from "../../src/identity/toolsets.ts";
import { isMcpAddress, readAddress } from "../../src/http/mcp_address.ts";

const ALL = new Set(TOOLSETS);
const BASIC_ONLY = new Set(["basic"] as const);
const process = processBounds({ readOnly: false, toolsets: ALL, listedToolsets: parseToolsets("default") });

/** Tools of some toolsets, for each two. */
const tools = TOOLSETS.flatMap((toolset) =>
  ["one", "two"].map((name) => ({ name: `${toolset}_${name}`, toolset, accountWide: name === "two" }))
);

function usable(bounds: Bounds): string[] {
  return tools.filter((tool) => isWithin(bounds, tool)).map(({ name }) => name);
}

function listed(bounds: Bounds): string[] {
  const shown = tools.filter((tool) => isWithin(bounds, tool) && bounds.listedToolsets.has(tool.toolset));
  return shown.map(({ name }) => name);
}

function namesOf(...toolsets: Toolset[]): string[] {
  return tools.filter(({ toolset }) => toolsets.includes(toolset)).map(({ name }) => name);
}

const DEFAULT = namesOf("basic", "servers", "apps", "security", "discovery");
const EVERY = tools.map(({ name }) => name);

interface Case {
  name: string;
  asked: readonly Narrowing[];
  uses: string[];
  lists: string[];
}

const CASES: readonly Case[] = [
  { name: "nothing", asked: [], uses: EVERY, lists: DEFAULT },
  {
    name: "toolsets",
    asked: [{ toolsets: parseToolsets("sites,basic") }],
    uses: namesOf("basic", "discovery", "sites"),
    lists: namesOf("basic", "discovery", "sites"),
  },
  {
    name: "toolsets of the address and others of a header",
    asked: [{ toolsets: parseToolsets("sites,basic") }, { toolsets: parseToolsets("sites,apps") }],
    uses: namesOf("discovery", "sites"),
    lists: namesOf("discovery", "sites"),
  },
  {
    name: "tools",
    asked: [{ onlyTools: new Set(["sites_one", "basic_two"]) }],
    uses: ["basic_two", "sites_one"],
    lists: ["basic_two", "sites_one"],
  },
  {
    name: "tools within toolsets",
    asked: [{ toolsets: parseToolsets("sites"), onlyTools: new Set(["sites_one", "basic_two"]) }],
    uses: ["sites_one"],
    lists: ["sites_one"],
  },
  {
    name: "tools twice",
    asked: [{ onlyTools: new Set(["sites_one", "basic_two"]) }, { onlyTools: new Set(["basic_two", "basic_one"]) }],
    uses: ["basic_two"],
    lists: ["basic_two"],
  },
  {
    name: "no tool of a kind",
    asked: [{ excludedTools: new Set(["sites_one"]) }, { excludedTools: new Set(["basic_one"]) }],
    uses: EVERY.filter((name) => name !== "sites_one" && name !== "basic_one"),
    lists: DEFAULT.filter((name) => name !== "basic_one"),
  },
  {
    name: "a tool and not that tool",
    asked: [{ onlyTools: new Set(["basic_one", "basic_two"]), excludedTools: new Set(["basic_two"]) }],
    uses: ["basic_one"],
    lists: ["basic_one"],
  },
  {
    name: "another list",
    asked: [{ listedToolsets: parseToolsets("sites") }],
    uses: EVERY,
    lists: namesOf("discovery", "sites"),
  },
  {
    name: "another list of narrowed toolsets",
    asked: [{ toolsets: parseToolsets("sites,basic"), listedToolsets: parseToolsets("sites,apps") }],
    uses: namesOf("basic", "discovery", "sites"),
    lists: namesOf("discovery", "sites"),
  },
  {
    name: "a header's list of an address's toolsets",
    asked: [{ toolsets: parseToolsets("sites,basic") }, { listedToolsets: parseToolsets("basic") }],
    uses: namesOf("basic", "discovery", "sites"),
    lists: namesOf("basic", "discovery"),
  },
  {
    name: "some servers",
    asked: [{ servers: new Set([1, 2]) }],
    uses: EVERY.filter((name) => name.endsWith("_one")),
    lists: DEFAULT.filter((name) => name.endsWith("_one")),
  },
  {
    name: "a list of everything",
    asked: [{ listedToolsets: parseToolsets("all") }],
    uses: EVERY,
    lists: EVERY,
  },
];

for (const { name, asked, uses, lists } of CASES) {
  Deno.test(`narrowing that asks for ${name} decides what may be used and what is listed`, () => {
    const bounds = asked.reduce(narrow, process);

    assert.deepEqual(usable(bounds), uses);
    assert.deepEqual(listed(bounds), lists);
  });
}

Deno.test("no narrowing lets anything be used that the bounds before it refuse", () => {
  const asks = CASES.flatMap(({ asked }) => asked);
  const before: Bounds[] = [
    process,
    { ...process, toolsets: BASIC_ONLY },
    { ...process, onlyTools: new Set(["apps_one", "sites_one"]) },
    { ...process, excludedTools: new Set(["basic_one", "sites_one"]) },
    ...asks.map((asked) => narrow(process, asked)),
  ];

  for (const bounds of before) {
    for (const asked of asks) {
      const after = usable(narrow(bounds, asked));
      assert.deepEqual(after.filter((name) => !usable(bounds).includes(name)), []);
    }
  }
});

Deno.test("read-only once is read-only, whatever follows", () => {
  for (const [first, second, readOnly] of [[true, false, true], [false, true, true], [false, false, false]] as const) {
    assert.equal(narrow(narrow(process, { readOnly: first }), { readOnly: second }).readOnly, readOnly);
  }
});

Deno.test("servers are narrowed to those of every bound, and never widened", () => {
  const once = narrow(process, { servers: new Set([1, 2, 3]) });
  const twice = narrow(once, { servers: new Set([2, 3, 4]) });

  assert.equal(process.servers, undefined);
  assert.deepEqual(narrow(once, {}).servers, new Set([1, 2, 3]));
  assert.deepEqual(twice.servers, new Set([2, 3]));
  assert.deepEqual(narrow(twice, { servers: new Set([9]) }).servers, new Set());
});

Deno.test("what a caller is bound to has one form for the same servers, and is read back", () => {
  const boundTo = boundToServers({ servers: new Set([100_002, 9, 100_001]) });

  assert.equal(boundTo, "servers:9,100001,100002");
  assert.equal(boundToServers({ servers: undefined }), "");
  assert.equal(boundToServers({ servers: new Set() }), "servers:");
  assert.deepEqual(readBoundServers(boundTo), new Set([9, 100_001, 100_002]));
  assert.deepEqual(readBoundServers("servers:"), new Set());
  assert.equal(readBoundServers(""), undefined);
});

const ADDRESSES: readonly [address: string, asked: Narrowing][] = [
  ["/mcp", { readOnly: false, toolsets: undefined }],
  ["/mcp/", { readOnly: false, toolsets: undefined }],
  ["/mcp/readonly", { readOnly: true, toolsets: undefined }],
  ["/mcp/readonly/", { readOnly: true, toolsets: undefined }],
  ["/mcp/x/sites", { readOnly: false, toolsets: new Set(["sites", "discovery"] as const) }],
  ["/mcp/x/sites,basic", { readOnly: false, toolsets: new Set(["sites", "basic", "discovery"] as const) }],
  ["/mcp/x/sites%2Cbasic/", { readOnly: false, toolsets: new Set(["sites", "basic", "discovery"] as const) }],
  ["/mcp/x/sites/readonly", { readOnly: true, toolsets: new Set(["sites", "discovery"] as const) }],
  ["/mcp/x/all", { readOnly: false, toolsets: ALL }],
];

for (const [address, asked] of ADDRESSES) {
  Deno.test(`the address ${address} is read`, () => {
    assert.ok(isMcpAddress(address));
    assert.deepEqual(readAddress(address), asked);
  });
}

Deno.test("other paths are no addresses of MCP", () => {
  const others = [
    "/",
    "/mcp//",
    "/MCP",
    "/mcp/x",
    "/mcp/x/",
    "/mcp/x//readonly",
    "/mcp/x/sites/all",
    "/mcp/readonly/x",
  ];

  assert.deepEqual(others.filter(isMcpAddress), []);
});

Deno.test("an address that names an unknown toolset says which", () => {
  for (const name of ["readonly", "everything", "Sites", "sites,", "__proto__"]) {
    assert.throws(() => readAddress(`/mcp/x/${name}`), RangeError);
  }
});
