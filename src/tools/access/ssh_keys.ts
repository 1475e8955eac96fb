/** Public SSH keys that open a server or one of its applications. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { problemOfPublicKey, readPublicKey, type SshPublicKey } from "../../cloudways/ssh_public_keys.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { Question } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { serverInput } from "../define/inputs.ts";
import { anyReply } from "../define/outputs.ts";
import { countApps, serverFacts } from "../define/questions.ts";
import { defineAskingTool, defineWriteTool, type Tool, type ToolContext } from "../define/tool.ts";
import { appUserFacts, appUserInput } from "./app_users.ts";
import {
  boundOwner,
  keyInput,
  keyLabel,
  keyOutput,
  type KeyOwner,
  namesOfOwner,
  ownedKey,
  ownerName,
  subjectOf,
} from "./key_owners.ts";
import { makeOne, type Taken } from "./taken.ts";

/**
 * One line, which may end with a line break, as in a file. Line breaks are let through to here, so that a private key
 * is called one. It is secret because it may be one by mistake: then no record may contain it.
 */
const publicKey = z.string().trim().max(6_000).meta(declare({ form: "lines", secret: true }))
  .superRefine((text, context) => {
    const problem = problemOfPublicKey(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });

const addInput = () =>
  z.strictObject({
    ...serverInput,
    app_id: keyInput.app_id.describe("Set with app_user_id, to open one application only."),
    app_user_id: appUserInput.app_user_id.optional().describe(
      "From list_app_users. Without it: opens the whole server.",
    ),
    label: keyLabel.describe("Name to recognise it by: laptop"),
    public_key: publicKey.describe("One line: ssh-ed25519 AAAA… name. Never a private key."),
  }).refine(({ app_id, app_user_id }) => app_user_id === undefined || app_id !== undefined, {
    path: ["app_id"],
    error: "is needed with app_user_id",
  }).refine(({ app_id, app_user_id }) => app_id === undefined || app_user_id !== undefined, {
    path: ["app_user_id"],
    error: "is needed with app_id; without both, the key opens the whole server",
  });

/** Whom the new key lets in. */
async function newOwner(input: z.output<ReturnType<typeof addInput>>, context: ToolContext): Promise<KeyOwner> {
  const { server_id, app_id, app_user_id } = input;
  if (app_id === undefined || app_user_id === undefined) {
    return { kind: "master", ...await serverFacts({ server_id }, context) };
  }
  return { kind: "app_user", ...await appUserFacts({ server_id, app_id, app_user_id }, context) };
}

/** Cloudways takes keys for running servers only. */
function requireRunning({ server: { status } }: KeyOwner): void {
  if (status === "" || status === "running") return;
  throw new ToolError("validation_failed", "Cloudways adds SSH keys only while the server is running.", {
    hint: "Nothing was done. Start it with start_server first, if the user wants that.",
    details: { server_status: status },
    done: "nothing",
  });
}

const keyTaken: Taken = (said = {}) =>
  new ToolError("validation_failed", "This SSH key is there already.", {
    hint: "Nothing was added. get_ssh_keys lists the keys by their labels.",
    details: { problems: [{ argument: "public_key", problem: "is there already" }], ...said },
    done: "nothing",
  });

const OPENS_SERVER = [
  "Everybody who holds the private half of this key signs in as the master user, without a password, and reaches the " +
  "files of every application on the server.",
  "It can be undone by deleting the key; what was read or changed until then stays so.",
];
const OPENS_APP = [
  "Everybody who holds the private half of this key signs in as this user, without a password: to the files of this " +
  "application by SFTP, and by SSH where SSH access is on.",
  "It can be undone by deleting the key; what was read or changed until then stays so.",
];

function addQuestion(owner: KeyOwner, key: SshPublicKey, label: string): Question {
  const { server } = owner;
  return {
    headline: owner.kind === "master"
      ? `Let a new SSH key into the whole server ${server.id} with ${countApps(owner)}, as its master user.`
      : `Let a new SSH key into application ${owner.app.id} on server ${server.id}, as its user ${owner.user.id}.`,
    ...subjectOf(owner),
    consequences: owner.kind === "master" ? OPENS_SERVER : OPENS_APP,
    facts: [
      { name: "Key", values: [label], isFirst: true },
      { name: "Kind of key", values: [key.kind] },
      { name: "Fingerprint", values: [key.fingerprint] },
      { name: "Comment in the key", values: key.comment === "" ? [] : [key.comment] },
      { name: "Signs in as", values: [ownerName(owner)] },
    ],
    target: { ...boundOwner(owner), fingerprint: key.fingerprint },
  };
}

const addSshKey = defineAskingTool({
  name: "add_ssh_key",
  title: "Add an SSH key",
  toolset: "access",
  effect: "destructive",
  undo: { none: "delete_ssh_key removes the key" },
  description:
    "Adds a public SSH key, which signs in without a password: to one application with app_id and app_user_id, else to " +
    "the whole server as master user. After an unclear end look at get_ssh_keys first. A person has to approve it.",
  input: addInput,
  output: () => z.looseObject({ ...keyOutput, kind: z.string(), fingerprint: z.string(), message: z.string() }),
  facts: async (input, context) => {
    const owner = await newOwner(input, context);
    requireRunning(owner);
    return { owner, key: await readPublicKey(input.public_key) };
  },
  question: ({ owner, key }, { label }) => addQuestion(owner, key, label),
  handler: async ({ label, public_key }, { account }, { owner, key: { kind, fingerprint } }) => {
    const form = {
      server_id: owner.server.id,
      ssh_key_name: label,
      ssh_key: public_key,
      ...(owner.kind === "app_user" && { app_creds_id: owner.user.id }),
    };
    const request = { operation: "ssh_key_create", method: "POST", path: path`/ssh_key`, form } as const;
    const id = await makeOne(account, request, { idMember: "id", taken: keyTaken });
    const message = owner.kind === "master"
      ? "The key opens the whole server, as its master user."
      : "The key opens the application, as this user.";
    return { ...namesOfOwner(owner), ssh_key_id: id, label, kind, fingerprint, message };
  },
});

const renameSshKey = defineWriteTool({
  name: "rename_ssh_key",
  title: "Rename an SSH key",
  toolset: "access",
  effect: "write",
  idempotent: true,
  description: "Changes the label of an SSH key of a server or of an application's user.",
  input: () => z.strictObject({ ...keyInput, label: keyLabel.describe("The new label: office laptop") }),
  output: () => z.looseObject({ ...keyOutput, former_label: z.string() }),
  facts: (input, context) => ownedKey(true, input, context),
  handler: async ({ label }, context, owned) => {
    await context.account.write({
      operation: "ssh_key_update",
      method: "PUT",
      path: path`/ssh_key/${owned.key.id}`,
      form: { server_id: owned.server.id, ssh_key_name: label },
      reply: anyReply,
    });
    return { ...namesOfOwner(owned), ssh_key_id: owned.key.id, label, former_label: owned.key.label };
  },
  undo: {
    state: ({ key }) => ({ "Label of the SSH key": key.label }),
    about: subjectOf,
    reverse: (_before, { server, key }, { app_id, label }) => ({
      after: { "Label of the SSH key": label },
      arguments: {
        server_id: server.id,
        ...(app_id !== undefined && { app_id }),
        ssh_key_id: key.id,
        label: key.label,
      },
    }),
  },
});

const LOSES_SERVER =
  "Everybody and every tool that signs in to this server with this key loses access to it and all its applications.";
const LOSES_APP = "Everybody and every tool that signs in to this application with this key loses access to it.";

const deleteSshKey = defineAskingTool({
  name: "delete_ssh_key",
  title: "Delete an SSH key",
  toolset: "access",
  effect: "destructive",
  undo: { none: "Cloudways does not show the public key" },
  description:
    "Removes an SSH key of a server or of an application's user, so that it opens nothing there any more: a lost " +
    "laptop, a person who left. A person has to approve it.",
  input: () => z.strictObject(keyInput),
  output: () => z.looseObject({ ...keyOutput, message: z.string() }),
  facts: (input, context) => ownedKey(true, input, context),
  question: (owned) => ({
    headline: owned.kind === "master"
      ? `Delete SSH key ${owned.key.id} of the master user of server ${owned.server.id}.`
      : `Delete SSH key ${owned.key.id} of user ${owned.user.id} of application ${owned.app.id}, server ${owned.server.id}.`,
    ...subjectOf(owned),
    consequences: [
      owned.kind === "master" ? LOSES_SERVER : LOSES_APP,
      "Passwords and other keys still work, and so does this key in other places where it was added.",
      "It can be undone only by adding the public key again; Cloudways does not show it.",
    ],
    facts: [
      { name: "Key", values: [owned.key.label], isFirst: true },
      { name: "Signs in as", values: [ownerName(owned)] },
    ],
    target: { ...boundOwner(owned), key: owned.key },
  }),
  handler: async (_input, { account }, owned) => {
    const { key, server } = owned;
    await account.write({
      operation: "ssh_key_delete",
      method: "DELETE",
      path: path`/ssh_key/${key.id}`,
      form: { server_id: server.id },
      reply: anyReply,
    });
    const message = "The key was deleted. Passwords and other keys still work.";
    return { ...namesOfOwner(owned), ssh_key_id: key.id, label: key.label, message };
  },
});

/** The tools of this file. */
export const sshKeysTools: readonly Tool[] = [addSshKey, renameSshKey, deleteSshKey];
