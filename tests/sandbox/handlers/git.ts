import { type Call, type Handlers, nothing, text } from "../call.ts";
import { gitTime } from "../dates.ts";
import { start } from "./start.ts";

/** Deployment by Git. */
export const gitHandlers: Handlers = {
  // The old key stops working.
  git_generate_key(call) {
    call.app.git.key = `ssh-rsa AAAAEXAMPLE${call.random.letters(16)} deploy`;
    return nothing(call);
  },
  git_key_get: ({ app }) => ({ key: app.git.key }),
  git_branches_get: ({ app }) => ({ branches: app.git.branches }),
  git_clone: (call) => start(call, "git_clone", () => addLog(call, "Git clone")),
  git_pull: (call) => start(call, "git_pull", () => addLog(call, "Git pull")),
  git_history_get: ({ app, account }) => ({
    logs: app.git.log.map((entry) => ({ ...entry, customer_id: String(account.userId) })),
  }),
};

function addLog(call: Call, description: string): void {
  const { log } = call.app.git;
  log.unshift({
    git_url: text(call, "git_url") || log[0]?.git_url || "",
    branch_name: text(call, "branch_name"),
    path: text(call, "deploy_path") || null,
    result: "1",
    datetime: gitTime(call.clock.now()),
    description,
  });
}
