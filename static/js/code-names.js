/** Names of countries and languages in the page's language, where the page has codes: data-region, data-language. */
const LANGUAGE = document.documentElement.lang || "en";

function show(type, nodes) {
  const names = new Intl.DisplayNames([LANGUAGE], { type, fallback: "code" });
  for (const node of nodes) node.textContent = names.of(node.dataset[type]);
}

export function showNames(root = document) {
  show("region", root.querySelectorAll("[data-region]"));
  show("language", root.querySelectorAll("[data-language]"));
}
