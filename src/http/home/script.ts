/**
 * The script of `/`. Without it everything works: it narrows the list while a person types, and adds buttons that copy.
 * The content security policy allows it by its hash.
 */
export const HOME_SCRIPT = `
"use strict";
const form = document.querySelector("form.filters");
const items = [...document.querySelectorAll("ul.tools>li")];
const found = document.querySelector("#found");
if (form && form.dataset.whole === "true") {
  const texts = items.map((item) => item.textContent.toLowerCase());
  const show = () => {
    const words = form.q.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    items.forEach((item, n) => {
      const fits = words.every((word) => texts[n].includes(word)) &&
        (form.toolset.value === "" || form.toolset.value === item.dataset.toolset) &&
        (form.effect.value === "" || form.effect.value === item.dataset.effect);
      item.hidden = !fits;
      if (fits) count++;
    });
    const narrows = words.length > 0 || form.toolset.value !== "" || form.effect.value !== "";
    for (const group of document.querySelectorAll("details.toolset")) {
      group.hidden = [...group.querySelectorAll("li")].every((item) => item.hidden);
      group.open = narrows;
    }
    found.textContent = count === 1 ? "1 tool" : count + " tools";
  };
  form.addEventListener("input", show);
  if (form.q.value || form.toolset.value || form.effect.value) show();
}
if (navigator.clipboard) {
  for (const text of document.querySelectorAll(".copy pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + text.parentElement.dataset.what);
    button.addEventListener("click", () => {
      const say = (word) => {
        button.textContent = word;
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      };
      navigator.clipboard.writeText(text.textContent).then(() => say("Copied"), () => say("Select it by hand"));
    });
    text.after(button);
  }
}
`;
