import { $, setText } from './dom.js';
import { enter, live } from './access.js';
import { listen } from './live.js';
import { showMap } from './map.js';
import { ago } from './text.js';

await enter();
$('none').hidden = live;
if (live) {
  listen('/api/cluster/live', {
    map: map => {
      const said = showMap($('silos'), map, true);
      const there = map.silos.filter(silo => silo.state === 'active' || silo.state === 'draining');
      const actors = there.reduce((sum, silo) => sum + silo.actors.length, 0);
      setText($('count'), `${there.length} of ${map.silos.length} · ${actors} actors`);
      setText($('lost-silos'), said);
      $('lost-silos').hidden = said === '';
      setText($('folder'), map.name);
      document.title = said ? `${said} · Cluster` : 'Cluster';
    },
  }, () => {});
  setInterval(() => { for (const time of document.querySelectorAll('time[datetime]')) setText(time, ago(time.dateTime)); }, 5000);
}
