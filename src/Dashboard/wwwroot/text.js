// Numbers, names and times as people read them.

/** A number in few characters: 12.3k, 0.2513, 3.1e-7. */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e9 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  if (size >= 1e6) return trim((value / 1e6).toFixed(2)) + 'M';
  if (size >= 1e4) return trim((value / 1e3).toFixed(1)) + 'k';
  return trim(value.toPrecision(4));
}

const trim = text => text.includes('.') ? text.replace(/\.?0+$/, '') : text;

/** A whole number with thin spaces between thousands. */
export const whole = value => Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

/** Bytes with a unit. */
export function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; count >= 1024 && unit < units.length - 1; unit++) count /= 1024;
  return `${unit === 0 ? count : count.toFixed(1)} ${units[unit]}`;
}

/** A figure's key as words: discriminatorLoss is discriminator loss. */
export const words = key => key
  .replace(/([a-z])([A-Z])(?![A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`)
  .replaceAll('_', ' ');

/** A short time: 340 µs, 12.5 ms, 3.2 s. */
export function seconds(value) {
  if (value < 0.001) return `${Math.round(value * 1e6)} µs`;
  if (value < 1) return `${trim((value * 1e3).toPrecision(3))} ms`;
  return value < 100 ? `${trim(value.toPrecision(3))} s` : duration(value);
}

/** How long ago a time was. */
export function ago(time) {
  const seconds = Math.max(0, (Date.now() - new Date(time)) / 1000);
  if (seconds < 5) return 'now';
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

/** A length of time: 12 s, 3 min 20 s, 2 h 05 min. */
export function duration(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, '0')} min`;
  return `${Math.floor(seconds / 86400)} days ${Math.floor(seconds / 3600) % 24} h`;
}

/** A moment in the reader's zone. */
export const moment = time => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
