/** Loaded on every page: search field, toasts, stars and marks that save, the offline note. */
import "./components/title-search.js";
import "./components/toast-stack.js";
import { element } from "./dom.js";
import { setMark } from "./mark-store.js";
import { setRating } from "./rating-store.js";
import { asOfNow, noteChange } from "./session.js";

document.addEventListener("rate", (event) => setRating(event.detail));
document.addEventListener("mark", (event) => setMark(event.detail));

// A page restored from the back-forward cache may show stars that have changed since, or those of who signed out.
let shownAsOf = asOfNow();
document.addEventListener("rating-saved", () => {
  const upToDate = shownAsOf === asOfNow();
  noteChange();
  if (upToDate) shownAsOf = asOfNow();
});
addEventListener("pageshow", (event) => {
  if (event.persisted && shownAsOf !== asOfNow()) location.reload();
});

const offlineNote = element("p", { class: "offline-note", role: "status" });
document.querySelector(".site-header").after(offlineNote);

function noteConnection() {
  offlineNote.hidden = navigator.onLine;
  offlineNote.textContent = navigator.onLine ? "" : "You are offline. What you see stays; new stars wait until you are back.";
}

addEventListener("online", noteConnection);
addEventListener("offline", noteConnection);
noteConnection();
