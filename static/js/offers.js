/** Addresses are typed and shared by people: what no choice of the page stands for is passed over, and the address put right. */

/** What the select offers for a value of the address, whatever its case; `usual` when it offers none. */
export function offered(select, value, usual = "") {
  const wanted = value?.toLowerCase();
  return Array.from(select.options).find((option) => option.value.toLowerCase() === wanted)?.value ?? usual;
}

/** Put the address right without a step in the history. */
export function correctAddress(url) {
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
