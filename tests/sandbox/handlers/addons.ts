import { type Call, type Handlers, number, text } from "../call.ts";
import { notFound, refused } from "../refusals.ts";
import type { AddonState, EmailDomainState, SubscriptionState } from "../state.ts";

const smtpFields = ["mode", "provider", "host", "port", "username", "password"];

/** Add-ons, some of them billed, and the domains that mail is sent from. */
export const addonHandlers: Handlers = {
  addon_list: ({ account }) => ({
    addons: Object.fromEntries(account.addons.map((addon, index) => [addon.id, shown(addon, index)])),
  }),
  addon_activate(call) {
    const addon = theAddon(call);
    if (subscriptionOf(call) !== undefined) throw refused("This add-on is active already.");
    const packageId = thePackage(call, addon);
    const subscription: SubscriptionState = { addonId: addon.id, packageId, status: addon.byStaff ? 2 : 1 };
    call.account.subscriptions.push(subscription);
    return reply("Add-on enabled.", subscription);
  },
  // The state is a number here and a text in the other replies.
  addon_deactivate(call) {
    const subscription = active(call);
    call.account.subscriptions = call.account.subscriptions.filter((one) => one !== subscription);
    call.account.serverAddons = call.account.serverAddons.filter(({ addonId }) => addonId !== subscription.addonId);
    return { message: "Add-on disabled.", sub: { id_user_addons: idOf(subscription), status: 0 } };
  },
  addon_upgrade(call) {
    const subscription = active(call);
    subscription.packageId = thePackage(call, theAddon(call));
    return reply("Request received.", subscription);
  },
  addon_activate_on_server(call) {
    const addon = theAddon(call);
    const others = call.account.serverAddons.filter((one) => !isThis(call, one));
    const smtp = Object.fromEntries(
      smtpFields.flatMap((name) => name in call.fields ? [[name, text(call, name)]] : []),
    );
    call.account.serverAddons = [...others, { addonId: addon.id, serverId: call.server.id, smtp }];
    return [];
  },
  addon_deactivate_on_server(call) {
    theAddon(call);
    call.account.serverAddons = call.account.serverAddons.filter((one) => !isThis(call, one));
    return [];
  },
  // Support staff do the rest; nothing changes at once.
  addon_request(call) {
    const addon = theAddon(call);
    if (addon.binding !== "application") throw refused("This add-on is not for applications.");
    call.account.addonRequests.push({ addonId: addon.id, appId: call.app.id, version: text(call, "version") });
    return [];
  },
  addon_elastic_list_domains: ({ account }) => ({ status: true, data: { domains: account.emailDomains } }),
  addon_elastic_verify_domain(call) {
    const domain = theDomain(call);
    domain.spf = domain.dkim = true;
    return { status: true, data: domain };
  },
  addon_elastic_delete_domain(call) {
    const gone = theDomain(call);
    call.account.emailDomains = call.account.emailDomains.filter((one) => one !== gone);
    return { status: true, message: "Domain successfully deleted" };
  },
};

function shown(addon: AddonState, index: number): unknown {
  const packages = addon.packages.map(({ id, name, price }, order) => [id, {
    id_package: String(id),
    id_addons: String(addon.id),
    package_name: name,
    period: "month",
    package_price: price,
    addon_limit: "1",
    sort_order: String(order + 1),
  }]);
  return {
    id: String(addon.id),
    label: addon.label,
    custom_field_1: null,
    name: addon.name,
    external_link: "",
    vendor: addon.label,
    binding: addon.binding,
    form: "",
    incompatible: null,
    view_type: "package",
    sort_order: String(index + 1),
    // PHP writes an empty map as a list.
    packages: packages.length === 0 ? [] : Object.fromEntries(packages),
  };
}

function theAddon(call: Call): AddonState {
  const found = call.account.addons.find(({ id }) => id === number(call, "addon_id"));
  if (found === undefined) throw notFound("addon_id");
  return found;
}

/** An add-on with packages needs one of them. */
function thePackage(call: Call, { packages }: AddonState): number | null {
  if (packages.length === 0) return null;
  const found = packages.find(({ id }) => id === call.fields.package_id);
  if (found === undefined) throw notFound("package_id");
  return found.id;
}

function subscriptionOf(call: Call): SubscriptionState | undefined {
  return call.account.subscriptions.find(({ addonId }) => addonId === number(call, "addon_id"));
}

function active(call: Call): SubscriptionState {
  const found = subscriptionOf(call);
  if (found === undefined) throw refused("This add-on is not active.");
  return found;
}

function reply(message: string, subscription: SubscriptionState): unknown {
  const { packageId, status } = subscription;
  const id_package = packageId === null ? null : String(packageId);
  return { message, sub: { id_user_addons: idOf(subscription), status: String(status), id_package } };
}

function idOf({ addonId }: SubscriptionState): string {
  return String(4000 + addonId);
}

function isThis(call: Call, one: { addonId: number; serverId: number }): boolean {
  return one.addonId === number(call, "addon_id") && one.serverId === call.server.id;
}

function theDomain(call: Call): EmailDomainState {
  const found = call.account.emailDomains.find(({ domain }) => domain === text(call, "domain"));
  if (found === undefined) throw notFound("domain");
  return found;
}
