import { SSH_KEYS } from "../support/ssh_keys.ts";
import { always, APP, never, SERVER, type ToolCases } from "./case.ts";

const USER = { ...APP, app_user_id: 500001 };
const KEY = { label: "laptop", public_key: SSH_KEYS.rsa.text };

/** A tool that sets a password: a person is asked wherever it is shown. */
const reset = (sends: string, args: Record<string, unknown>, why: string): ToolCases => ({
  sends,
  args,
  cases: [
    { args: { show: "page" }, present: "any", asks: true, why },
    { args: { show: "answer" }, present: "any", asks: true, why },
  ],
});

/** The tools for users, passwords and SSH keys. */
export const accessUsersCases: Record<string, ToolCases> = {
  create_app_user: reset("app_credentials_create", { ...APP, user_name: "freelancer" }, "lets somebody in"),
  reset_app_user_password: reset("app_credentials_update", USER, "the present password stops working"),
  delete_app_user: { sends: "app_credentials_delete", args: USER, cases: always("takes access away") },
  reset_database_password: reset("app_db_password_update", APP, "the site may lose its database"),
  reset_admin_password: reset("app_admin_password_update", APP, "the present password stops working"),
  reset_master_password: reset("server_master_password_update", SERVER, "the present password stops working"),
  rename_master_user: {
    sends: "server_master_username_update",
    args: { ...SERVER, user_name: "captain" },
    cases: always("the present name stops working"),
  },
  add_ssh_key: {
    sends: "ssh_key_create",
    args: { ...SERVER, ...KEY },
    cases: [
      { present: "any", asks: true, why: "opens the whole server" },
      { args: USER, present: "a user of the application", asks: true, why: "opens an application" },
    ],
  },
  rename_ssh_key: {
    sends: "ssh_key_update",
    args: { ...SERVER, ssh_key_id: 400001, label: "office" },
    cases: never("changes who gets in in nothing"),
  },
  delete_ssh_key: {
    sends: "ssh_key_delete",
    args: SERVER,
    cases: [
      { args: { ssh_key_id: 400001 }, present: "a key of the server", asks: true, why: "takes access away" },
      { args: { ...APP, ssh_key_id: 900001 }, present: "a key of a user", asks: true, why: "takes access away" },
    ],
  },
};
