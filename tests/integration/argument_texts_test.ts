/** Every text argument of every tool, with every kind of invisible character. */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import { inputSchemas } from "../../src/calls/json_schema.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { toolRows } from "../tool_rows/mod.ts";

const ODD = [
  "\u200b",
  "\u2060",
  "\u202e",
  "\u2066",
  "\u{e0041}",
  "\u0007",
  "\u001b",
  "\u00a0",
  "\u2028",
  "\r",
  "\ufe0f",
];
const ODD_IN_LINES = ["\n", "\t"];
const ODD_ENDS = [" ", "\u3000"];

/** Inputs that may hold line breaks, and inputs whose spaces stay as they are; of one tool where others have the name. */
const LINES = new Set(["certificate", "private_key", "public_key", "update_app_php_settings replace"]);
const SPACED = new Set([
  "time",
  "password",
  ...["add", "remove"].map((name) => `update_app_php_settings ${name}`),
  ...["add", "remove", "replace"].map((name) => `update_app_cron_jobs ${name}`),
]);

/** Inputs that are JSON, which may have spaces and line breaks between its parts. */
const JSON_TEXTS = new Set(["access"]);
const JSON_SPACES = [" ", "\n", "\t", "\r"];

const APPROVAL_CODE = "open-sesame";
const HEADERS = { ...TOKEN_HEADERS, "x-mcp-approval-code": APPROVAL_CODE };
const [TOKEN = ""] = Object.values(TOKEN_HEADERS);

/** One text of a tool's arguments, and the same call with another text there. */
interface TextArgument {
  tool: string;
  /** As an answer names it: `branch`, `domains.0`. */
  argument: string;
  name: string;
  text: string;
  with(text: string): Record<string, unknown>;
}

// What calls another tool is judged by that one.
const textArguments: TextArgument[] = allTools.filter(({ forwards }) => !forwards).flatMap((tool) => {
  const full: Record<string, unknown> = Object.assign(
    {},
    ...toolRows.filter((row) => row.tool === tool.name).map(({ full }) => full),
  );
  return Object.entries(inputSchemas(tool.input).understood.properties).flatMap(([name, { type }]): TextArgument[] => {
    const { [name]: value } = full;
    if (type === "string") {
      const text = typeof value === "string" ? value : "text";
      return [{ tool: tool.name, argument: name, name, text, with: (other) => ({ ...full, [name]: other }) }];
    }
    if (type !== "array") return [];
    const list: unknown[] = Array.isArray(value) ? value : ["192.0.2.1"];
    const argument = `${name}.${list.length}`;
    return [{
      tool: tool.name,
      argument,
      name,
      text: String(list[0]),
      with: (other) => ({ ...full, [name]: [...list, other] }),
    }];
  });
});

function oddIn({ tool, name, text }: TextArgument): string[] {
  const isIn = (names: ReadonlySet<string>) => names.has(name) || names.has(`${tool} ${name}`);
  const middle = Math.floor(text.length / 2);
  const inside = isIn(LINES) ? ODD : [...ODD, ...ODD_IN_LINES];
  const ends = isIn(LINES) || isIn(SPACED) ? ODD_ENDS.slice(1) : ODD_ENDS;
  const isOdd = (character: string) => !(isIn(JSON_TEXTS) && JSON_SPACES.includes(character));
  const odd = inside.filter(isOdd).map((character) => text.slice(0, middle) + character + text.slice(middle));
  return [...odd, ...ends.filter(isOdd).flatMap((space) => [space + text, text + space])];
}

async function assertRefused(
  service: Service,
  { tool, argument, ...other }: TextArgument,
  text: string,
): Promise<string> {
  const { json } = await callTool(service.mcpUrl, tool, other.with(text), HEADERS);
  const [problem, ...more] = Object(json.details).problems ?? [];

  assert.equal(json.code, "invalid_arguments", `${tool} ${argument} ${JSON.stringify(json)}`);
  assert.equal(problem?.argument, argument);
  assert.deepEqual(more, []);
  return JSON.stringify(json);
}

Deno.test("there are texts to try in lists, in lines, in secrets and in plain arguments", () => {
  for (const name of ["domains.1", "certificate", "password", "branch", "query", "duration"]) {
    assert.ok(textArguments.some(({ argument }) => argument === name), name);
  }
});

Deno.test("an invisible character is refused in every text of every tool, and nothing is asked or sent", async () => {
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "10000" } });
  for (const argument of textArguments) {
    for (const odd of oddIn(argument)) {
      const answer = await assertRefused(service, argument, odd);

      assert.match(answer, /U\+[0-9A-F]{4,6}/);
    }
  }
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("a credential of the caller's own is refused in every text of every tool, and never repeated", async () => {
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "10000" } });
  for (const argument of textArguments) {
    for (const secret of [TOKEN, APPROVAL_CODE]) {
      const halves = `${secret.slice(0, 4)}\u200b${secret.slice(4)}`;
      for (
        const text of [secret, `git@git.example.com:${secret}/shop.git`, `x${encodeURIComponent(secret)}x`, halves]
      ) {
        const answer = await assertRefused(service, argument, text);

        assert.equal(answer.includes(secret.slice(2)), false, answer);
        assert.equal(answer.includes(secret.slice(4)), false, answer);
      }
    }
  }
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("the error shows where the character is, and nothing of a secret", async () => {
  await using service = await startService();
  const git = { app_id: 200001, git_url: "git@git.example.com:team/shop.git" };

  const plain = await callTool(service.mcpUrl, "git_clone", { ...git, branch: "ma\u200bin" }, HEADERS);
  const token = await callTool(
    service.mcpUrl,
    "git_clone",
    { ...git, branch: "Bearer abc\u200bdef123456789" },
    HEADERS,
  );
  const password = await callTool(service.mcpUrl, "install_ssl_certificate", {
    app_id: 200001,
    certificate: "x",
    private_key: "x",
    password: "EXAMPLE\u200b",
  }, HEADERS);

  assert.deepEqual(Object(plain.json.details).problems, [{
    argument: "branch",
    problem: "holds a zero-width or other invisible character (U+200B) at character 3: ma\\u{200B}in",
    code_point: "U+200B",
    position: 3,
    shown: "ma\\u{200B}in",
  }]);
  assert.doesNotMatch(JSON.stringify(token.json), /abcdef|def123|Bearer/);
  assert.doesNotMatch(JSON.stringify(password.json), /EXAMPLE/);
});

Deno.test("line breaks of PEM texts are sent as line feeds, whatever they were", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const row = toolRows.find(({ tool }) => tool === "install_ssl_certificate");
  if (row === undefined) throw new Error("there is such a tool");
  const { certificate, private_key, app_id } = row.minimal;
  const withReturns = (text: unknown) => String(text).replaceAll("\n", "\r\n");

  const args = {
    app_id,
    certificate: withReturns(certificate),
    private_key: withReturns(private_key),
    wait_seconds: 0,
  };
  const { json } = await callTool(service.mcpUrl, "install_ssl_certificate", args, HEADERS);
  const { ssl_crt, ssl_key } = service.sandbox.requestsTo("security_install_own_ssl")[0]?.fields ?? {};

  assert.equal(json.status, "completed");
  assert.deepEqual({ ssl_crt, ssl_key }, { ssl_crt: certificate, ssl_key: private_key });
});

Deno.test("texts and lists longer than any input takes are refused without reading them", async () => {
  await using service = await startService();
  const long = { query: "a".repeat(200_001) };
  const many = Array.from({ length: 1001 }, () => "192.0.2.1");
  const lists = [many, JSON.stringify(Array.from({ length: 1001 }, () => "::1"))];

  const answers = [
    await callTool(service.mcpUrl, "find_resources", long, HEADERS),
    await callTool(service.mcpUrl, "find_resources", { query: many }, HEADERS),
    ...await Promise.all(
      lists.map((add) =>
        callTool(service.mcpUrl, "update_whitelisted_ips", { server_id: 100001, list: "ssh", add }, HEADERS)
      ),
    ),
  ];

  assert.deepEqual(new Set(answers.map(({ json }) => json.code)), new Set(["invalid_arguments"]));
  const problems = answers.map(({ json }) => Object(json.details).problems?.[0]);
  assert.deepEqual(problems.map(({ argument }) => argument), ["query", "query", "add", "add"]);
  assert.ok(problems.every(({ problem }) => /^Too (?:long|many): at most \d+ (?:characters|entries)$/.test(problem)));
});
