import { $ } from './dom.js';

/**
 * Listens to server-sent events and keeps listening: a server that restarts is found again.
 * @param {string} path where
 * @param {Record<string, (data: any) => void>} handlers by kind of event
 * @param {(again: boolean) => void} opened called whenever the connection stands
 */
export function listen(path, handlers, opened) {
  let source, again = false;
  const open = () => {
    source = new EventSource(path);
    source.onopen = () => { $('lost').hidden = true; opened(again); again = true; };
    source.onerror = () => {
      $('lost').hidden = false;
      // After an answer that is no stream the browser gives up by itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    };
    for (const [kind, take] of Object.entries(handlers)) source.addEventListener(kind, message => take(JSON.parse(message.data)));
  };
  open();
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', event => { if (event.persisted) open(); });
  return () => source.close();
}
