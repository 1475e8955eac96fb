/** `server.json`, the entry of the MCP registry. */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import * as z from "zod";
import { registryEntry } from "../../scripts/release/registry.ts";
import { VARIABLE_NAMES } from "../../src/config.ts";
import { CREDENTIAL_HEADERS } from "../../src/http/caller_headers.ts";
import { VERSION } from "../../src/version.ts";
import schema from "../schemas/mcp_server.schema.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const TEXT = await Deno.readTextFile(new URL("server.json", ROOT));

const entrySchema = z.looseObject({
  $schema: z.string(),
  name: z.string(),
  version: z.string(),
  packages: z.tuple([z.looseObject({
    registryType: z.literal("oci"),
    identifier: z.string(),
    runtimeArguments: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
    environmentVariables: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
    transport: z.looseObject({
      url: z.url(),
      headers: z.array(z.looseObject({ name: z.string(), isSecret: z.boolean() })),
    }),
  })]),
});

/** Validates with the schema of the registry. */
function problems(text: string): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  Reflect.apply(addFormats.default ?? addFormats, undefined, [ajv]);
  const validate = ajv.compile(schema);
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

Deno.test("the entry is valid by the schema of the registry that it names, for any account", () => {
  const { $schema } = entrySchema.parse(JSON.parse(TEXT));

  assert.equal($schema, schema.$id);
  assert.deepEqual(problems(TEXT), []);
  assert.deepEqual(problems(registryEntry(TEXT, "Example-Org")), []);
  assert.deepEqual(problems(TEXT.replace('"version"', '"versions"')).length, 1);
  assert.deepEqual(problems(TEXT.replace('cloudways-mcp"', 'cloudways mcp"')).length, 1);
});

Deno.test("the entry has the version of the program, and an image of that version", () => {
  const { version, packages: [image] } = entrySchema.parse(JSON.parse(TEXT));

  assert.equal(version, VERSION);
  assert.ok(image.identifier.endsWith(`/cloudways-mcp:${VERSION}`));
  // The registry refuses these for images.
  for (const member of ["version", "registryBaseUrl", "fileSha256"]) assert.ok(!(member in image), member);
});

Deno.test("the entry has the name that the image is labelled with when it is built as the documentation says", async () => {
  const { name, packages: [image] } = entrySchema.parse(JSON.parse(TEXT));
  const dockerfile = await Deno.readTextFile(new URL("Dockerfile", ROOT));
  const page = await Deno.readTextFile(new URL("docs/releases.md", ROOT));
  const [command = ""] = /^ *docker build .*$/m.exec(page) ?? [];

  assert.match(dockerfile, /^ARG REGISTRY_NAME=$/m);
  assert.match(dockerfile, /io\.modelcontextprotocol\.server\.name="\$\{REGISTRY_NAME\}"/);
  assert.match(dockerfile, new RegExp(`such as ${RegExp.escape(name)}\\.`));
  assert.ok(command.includes(`--build-arg REGISTRY_NAME=${name} `), command);
  assert.ok(command.includes(image.identifier.replace(VERSION, "VERSION")), command);
});

Deno.test("the entry sets variables and sends headers that the server reads, and its address leads to the container", () => {
  const { packages: [image] } = entrySchema.parse(JSON.parse(TEXT));
  const { origin, host, pathname } = new URL(image.transport.url);
  const publish = image.runtimeArguments.find(({ name }) => name === "--publish");

  for (const { name } of image.environmentVariables) assert.ok(VARIABLE_NAMES.includes(name), name);
  for (const { name, isSecret } of image.transport.headers) assert.ok(CREDENTIAL_HEADERS.includes(name) && isSecret);
  assert.equal(image.environmentVariables.find(({ name }) => name === "PUBLIC_URL")?.value, origin);
  assert.equal(publish?.value, `${host}:7000`);
  assert.equal(pathname, "/mcp");
});

Deno.test("the account of a publisher stands in the name and in the image, where names have no capitals", () => {
  const { name, packages: [image] } = entrySchema.parse(JSON.parse(registryEntry(TEXT, "Example-Org")));

  assert.equal(name, "io.github.Example-Org/cloudways-mcp");
  assert.equal(image.identifier, `ghcr.io/example-org/cloudways-mcp:${VERSION}`);
  for (const wrong of ["", "a b", 'x"', "../x", "-x", "x/y"]) {
    assert.throws(() => registryEntry(TEXT, wrong), /--owner/);
  }
});
