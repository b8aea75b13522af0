import { $ } from './dom.js';
import { enter, withTicket } from './access.js';

const seldom = 30_000;

/**
 * Listens to server-sent events and keeps listening: a server that restarts is found again.
 * A page that nobody sees lets go of its connection, because browsers open six to a server and no more; it then asks
 * every half minute, which keeps its title true.
 * @param {string} path where
 * @param {Record<string, (data: any) => void>} handlers by kind of event
 * @param {(again: boolean) => any} opened called whenever the connection stands, and whenever a hidden page asks
 * @returns {() => void} stops listening
 */
export function listen(path, handlers, opened) {
  const stop = new AbortController();
  let source = null, again = false, timer = 0;
  const tell = () => Promise.resolve(opened(again)).catch(problem => { if (!(problem instanceof TypeError)) throw problem; });
  const close = () => { source?.close(); source = null; clearTimeout(timer); clearInterval(timer); };
  const open = () => {
    close();
    const mine = source = new EventSource(withTicket(path));
    mine.onopen = () => { $('lost').hidden = true; tell(); again = true; };
    mine.onerror = () => {
      $('lost').hidden = false;
      // After an answer that is no stream the browser gives up by itself: as when the ticket has ended.
      if (mine === source && mine.readyState === EventSource.CLOSED) timer = setTimeout(async () => { await enter().catch(() => {}); if (mine === source) open(); }, 2000);
    };
    for (const [kind, take] of Object.entries(handlers)) mine.addEventListener(kind, message => take(JSON.parse(message.data)));
  };
  const look = () => {
    if (!document.hidden) { open(); return; }
    close();
    again = true;
    timer = setInterval(tell, seldom);
  };
  look();
  document.addEventListener('visibilitychange', look, { signal: stop.signal });
  addEventListener('pagehide', close, { signal: stop.signal });
  addEventListener('pageshow', event => { if (event.persisted) look(); }, { signal: stop.signal });
  return () => { stop.abort(); close(); };
}
