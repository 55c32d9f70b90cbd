/**
 * Making elements. The only place that does, and it knows no HTML: text is set
 * as text, so nothing that anybody wrote can become markup.
 */

/**
 * Return an element. `props`: class, text, title, dir, type, hidden, attributes
 * (by name) and on (listeners by event).
 */
export function el(tag, { attributes = {}, on = {}, class: names, text, ...props } = {}, ...children) {
  const element = document.createElement(tag);
  if (names) element.className = names;
  if (text !== undefined) element.textContent = text;
  Object.assign(element, props);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Set text only where it differs: a live region repeats what is set again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make `parent`'s children those of `items`, in order, touching only changes.
 *
 * `items` have a key; `same(old, new)` says that an element may stay; `make`
 * makes one. `known` is a Map that belongs to `parent` and holds what is there.
 */
export function reconcile(parent, known, items, same, make) {
  const wanted = new Set(items.map((item) => item.key));
  for (const [key, { element }] of known) {
    if (wanted.has(key)) continue;
    element.remove();
    known.delete(key);
  }
  let place = parent.firstChild;
  for (const item of items) {
    const old = known.get(item.key);
    if (old && same(old.item, item)) {
      if (old.element === place) place = place.nextSibling;
      else parent.insertBefore(old.element, place);
      continue;
    }
    const element = make(item, old?.element);
    if (old && old.element === place) place = place.nextSibling;
    if (old) old.element.remove();
    parent.insertBefore(element, place);
    known.set(item.key, { item, element });
  }
}
