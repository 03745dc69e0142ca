// What the pages about programs gain from a script: the light chosen before, the address of this
// house in what is copied, buttons to copy, one language at a time. Nothing is missing without it.
"use strict";
const root = document.documentElement;
const kept = (key, value) => {
  try {
    return value === undefined ? localStorage.getItem(`parlor.${key}`) : localStorage.setItem(`parlor.${key}`, value);
  } catch {
    return null; // forbidden, or full
  }
};
const light = kept("theme");
if (light === "light" || light === "dark") root.dataset.theme = light;

addEventListener("DOMContentLoaded", () => {
  const house = new URL(".", document.baseURI).href.replace(/\/$/, "");
  for (const place of document.querySelectorAll("[data-house]")) place.textContent = house;

  const theme = document.querySelector("[data-theme-switch]");
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", () => {
      const dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
      root.dataset.theme = dark ? "light" : "dark";
      kept("theme", root.dataset.theme);
    });
  }

  for (const figure of document.querySelectorAll(".code")) {
    const code = figure.querySelector("pre");
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0; // to be scrolled by keys
    if (!navigator.clipboard) continue; // not on a plain http address
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code__copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    figure.querySelector("figcaption").after(button);
  }

  const choice = document.querySelector(".langs");
  if (choice) {
    const snippets = [...document.querySelectorAll(".snippet")];
    const show = (lang) => {
      for (const one of snippets) one.hidden = one.dataset.lang !== lang;
      for (const one of choice.children) one.setAttribute("aria-pressed", one.dataset.lang === lang);
    };
    choice.hidden = false;
    choice.addEventListener("click", (event) => {
      const lang = event.target.dataset.lang;
      if (!lang) return;
      show(lang);
      kept("lang-of-code", lang);
    });
    const last = kept("lang-of-code");
    show(snippets.some((one) => one.dataset.lang === last) ? last : snippets[0].dataset.lang);
  }
});
