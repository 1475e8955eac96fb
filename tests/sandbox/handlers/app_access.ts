import { type Handlers, isOn, nothing, text } from "../call.ts";

/** Whether an application can be reached: by SSH, and by visitors. */
export const appAccessHandlers: Handlers = {
  app_ssh_access_get: ({ app }) => ({ response: { ssh_status: { [app.sys_user]: app.ssh_access } } }),
  // What the confirmation means is not recorded.
  app_ssh_access_update(call) {
    const action = text(call, "update_perms_action");
    const confirmation = action === "enable" && call.habits.sshEnable === "confirmed";
    if (!confirmation) call.app.ssh_access = action !== "disable";
    return { status: true, confirmation };
  },
  app_access_state_get: ({ app }) => ({ status: true, response: { app_status: { [app.sys_user]: app.access } } }),
  app_access_state_update(call) {
    call.app.access = isOn(call, "state");
    return nothing(call);
  },
};
