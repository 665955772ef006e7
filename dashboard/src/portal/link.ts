/** What stood behind `#link=` in the address when the page was opened; undefined without one. */
export const link = takeLink();

/** Takes the link out of the address before anything else: whoever has it is the customer. */
function takeLink(): string | undefined {
  const found = /^#link=(.+)$/.exec(window.location.hash)?.[1];
  if (found === undefined) return undefined;
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}`);
  return found;
}
