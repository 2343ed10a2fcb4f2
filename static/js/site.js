/** Loaded on every page: search field, toasts, saving of ratings and marks, offline note, line for paper. */
import "./components/search/title-search.js";
import "./components/toast-stack.js";
import { element, isShortcut } from "./dom.js";
import { setMark } from "./mark-store.js";
import { setRating } from "./rating-store.js";
import { lastChange, noteChange } from "./session.js";
import { dayOf } from "./words.js";

document.addEventListener("rate", (event) => setRating(event.detail));
document.addEventListener("mark", (event) => setMark(event.detail));

// A page restored from the back-forward cache may show old stars, or those of somebody who has signed out.
let changeShown = lastChange();
document.addEventListener("rating-saved", () => {
  const upToDate = changeShown === lastChange();
  noteChange();
  if (upToDate) changeShown = lastChange();
});
addEventListener("pageshow", (event) => {
  if (event.persisted && changeShown !== lastChange()) location.reload();
});

// Loaded when needed, as few visits do: the keys, and another choice of colours.
const showKeys = async () => (await import("./components/keyboard-help.js")).showKeys();
document.querySelector("[data-keys]").addEventListener("click", showKeys);
document.addEventListener("keydown", (event) => {
  if (isShortcut(event, "?")) showKeys();
});

const theme = () => import("./theme.js");
document.addEventListener("change", async ({ target }) => {
  if (target.matches("[data-theme]")) (await theme()).choose(target.value);
});
addEventListener("pageshow", async ({ persisted }) => {
  if (persisted || document.cookie.includes("theme=")) (await theme()).keepChoice();
});

// Paper tells which list it is, where it can be found again, and of which day it is.
addEventListener("beforeprint", () => {
  document.querySelector("[data-printed-from]").textContent = `movierec · ${location.href} · ${dayOf(new Date())}`;
});

const offlineNote = element("p", { class: "offline-note", role: "status" });
document.querySelector(".site-header").after(offlineNote);

function noteConnection() {
  offlineNote.hidden = navigator.onLine;
  offlineNote.textContent = navigator.onLine
    ? ""
    : "You are offline. You can go on reading, but ratings are saved only when you are back online.";
}

addEventListener("online", noteConnection);
addEventListener("offline", noteConnection);
noteConnection();
