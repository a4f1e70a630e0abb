/**
 * Fields that hold more than their element shows: serial numbers as chips, formatted text. Who keeps or fills a form
 * (js/drafts.js) reads and writes them here; all others by their `value`.
 */

const held = new WeakMap();     // field -> {read(), write(value)}

export function hold(field, ways) {
  held.set(field, ways);
}

export function readField(field) {
  return held.get(field)?.read() ?? field.value;
}

export function writeField(field, value) {
  const ways = held.get(field);
  if (ways) ways.write(value);
  else field.value = value;
}
