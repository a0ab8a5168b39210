// Answers the visible element of a role with exactly this accessible name, as far as the console
// makes names: a label of its own, labels of fields, or its words.
const [role, wanted] = arguments;
const SELECTORS = {
  button: 'button',
  link: 'a[href]',
  field: 'input, select, textarea',
};
const words = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true') return '';
  if (node.tagName === 'SELECT') return '';
  if (node.tagName === 'BR') return ' ';
  return [...node.childNodes].map(words).join('');
};
const clean = (text) => text.replace(/\s+/g, ' ').trim();
const nameOf = (element) => {
  const own = element.getAttribute('aria-label');
  if (own) return clean(own);
  return clean(element.labels?.length ? [...element.labels].map(words).join(' ') : words(element));
};
// Of several, the one on top: the proof that another one waits for stands last.
const modal = [...document.querySelectorAll('dialog:modal')].at(-1);
const inReach = (element) =>
  element.checkVisibility({ visibilityProperty: true }) && (!modal || modal.contains(element));
return (
  [...document.querySelectorAll(SELECTORS[role])].find(
    (element) => nameOf(element) === wanted && inReach(element),
  ) ?? null
);
