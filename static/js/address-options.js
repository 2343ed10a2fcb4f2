/** People type and share addresses: values that a page does not offer are ignored and removed from the address. */

/** The option of a select for a value in the address, in any case; `usual` when there is none. */
export function optionFor(select, value, usual = "") {
  const wanted = value?.toLowerCase();
  return Array.from(select.options).find((option) => option.value.toLowerCase() === wanted)?.value ?? usual;
}

/** Correct the address without a new entry in the history. */
export function correctAddress(url) {
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
