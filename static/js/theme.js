/** Light, dark or as the system says: at once, and in a cookie by which the server paints each page. */
const YEAR = 365 * 24 * 3600;

function remembered() {
  return /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1] ?? "";
}

function remember(theme) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax${secure}`;
}

/** What is for one scheme counts when it is chosen or, without a choice, when the system asks for it. */
function paint(theme) {
  document.querySelector("meta[name=color-scheme]").content = theme || "dark light";
  for (const part of document.querySelectorAll("[data-scheme]")) {
    const { scheme } = part.dataset;
    const chosen = scheme === theme ? "all" : "not all";
    part.media = theme ? chosen : `(prefers-color-scheme: ${scheme})`;
  }
  for (const select of document.querySelectorAll("[data-theme]")) select.value = theme;
}

export function choose(theme) {
  remember(theme);
  paint(theme);
}

/** Some browsers forget after a week what a script asked them to keep; a cached page may be older than a choice. */
export function keepChoice() {
  choose(remembered());
}
