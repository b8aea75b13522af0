// Silos, their devices and their actors with their present work.
import { el } from './dom.js';
import { ago, bytes, seconds } from './text.js';

const states = { active: 'active', draining: 'draining', silent: 'silent', lost: 'lost', left: 'left' };

/** Shows a map; `group` says whether actors stand under their run's name. */
export function showMap(place, { silos, problem }, group) {
  const lost = silos.filter(silo => silo.state === 'lost' || silo.state === 'silent');
  place.replaceChildren(
    ...(problem ? [el('p', { class: 'problem' }, `The cluster does not answer: ${problem}`)] : []),
    ...silos.map(silo => card(silo, group)));
  return lost.map(silo => `${silo.report.name} is ${silo.state}`).join(', ');
}

function card({ state, report, devices, actors }, group) {
  const gone = state === 'lost' || state === 'left';
  return el('section', { class: `silo panel ${state}`, 'data-silo': report.name, 'aria-label': `Silo ${report.name}, ${state}` },
    el('header', {},
      el('h3', {}, report.name),
      el('span', { class: `state ${state}` }, states[state]),
      el('span', { class: 'quiet', title: report.silo }, address(report)),
      el('span', { class: 'quiet since' }, gone ? 'its actors go on elsewhere' : `${bytes(report.residentBytes)} · since ${ago(report.since)}`)),
    devices.length > 0 ? el('ul', { class: 'devices' }, ...devices.map(device)) : null,
    gone ? null : actorList(actors, group));
}

const address = report => report.silo.replace(/^S|@\d+$/g, '');

function device({ name, work, workSeconds, queued, busyShare }) {
  const share = Math.round(busyShare * 100);
  const bar = el('i');
  bar.style.width = `${share}%`;
  return el('li', {},
    el('b', {}, name),
    el('div', { class: 'meter', role: 'meter', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': share, 'aria-label': `${name}: share of the time in which it computes` }, bar),
    el('span', { class: 'number' }, `${share}%`),
    el('span', { class: 'work' }, work ? `${work}${workSeconds >= 0.1 ? `, ${seconds(workSeconds)}` : ''}` : 'idle', queued > 0 ? el('span', { class: 'quiet' }, ` · ${queued} wait`) : null));
}

function actorList(actors, group) {
  if (actors.length === 0) return el('p', { class: 'quiet none' }, 'no actors');
  const runs = Map.groupBy(actors, actor => actor.actor.split('/')[0]);
  return el('div', { class: 'actors' }, ...[...runs].map(([run, mine]) => el('div', {},
    group ? el('a', { class: 'of', href: `/runs/${run}` }, run) : null,
    el('ul', {}, ...mine.map(actor)))));
}

function actor({ actor: key, message, messageSeconds }) {
  const [, role, index] = key.split('/');
  return el('li', { class: message ? 'busy' : '' },
    el('b', {}, role.replaceAll('-', ' '), ' ', index),
    el('span', { class: 'quiet' }, message ? `${message.replace(/ of step (\d+)/, ' · $1')}${messageSeconds >= 0.1 ? `, ${seconds(messageSeconds)}` : ''}` : 'idle'));
}
