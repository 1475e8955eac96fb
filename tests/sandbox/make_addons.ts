import type { AddonState, CopilotPlan } from "./state.ts";

/** The add-ons that Cloudways offers. */
export function makeAddons(): AddonState[] {
  return [
    {
      id: 5,
      label: "Rackspace Email",
      name: "rackspace",
      binding: "account",
      packages: [{ id: 11, name: "1 mailbox", price: "1.00" }, { id: 12, name: "10 mailboxes", price: "10.00" }],
    },
    { id: 7, label: "Own SMTP", name: "smtp", binding: "server", packages: [] },
    { id: 9, label: "Application upgrade", name: "app_upgrade", binding: "application", byStaff: true, packages: [] },
    {
      id: 10,
      label: "Elastic Email",
      name: "elastic",
      binding: "account",
      byStaff: true,
      packages: [{ id: 21, name: "1000 e-mails", price: "0.10" }, { id: 22, name: "10000 e-mails", price: "1.00" }],
    },
  ];
}

/** The plans of Copilot. */
export function makeCopilotPlans(): CopilotPlan[] {
  return [
    { id: 1, name: "Basic", price: "9.99" },
    { id: 2, name: "Plus", price: "19.99" },
    { id: 3, name: "Pro", price: "49.99" },
  ];
}
