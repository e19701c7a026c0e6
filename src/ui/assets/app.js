// Live state only: nothing here decides anything, and every page works without it. The server checks all of it again.
'use strict';

(function () {
  const secondsSince = (from) => Math.round((performance.now() - from) / 1000);
  const words = (seconds) => (seconds < 2 ? 'just now' : seconds < 120 ? seconds + ' s ago' : Math.floor(seconds / 60) + ' min ago');

  /** Shows a page's parts as the server draws them now. */
  async function fresh() {
    const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
    if (!answer.ok || answer.redirected) throw new Error('no page');
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  }

  const redraw = () => fresh().then((page) => document.querySelectorAll('[data-live]').forEach((part) => {
    const now = page.getElementById(part.id);
    if (now !== null && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  })).catch(() => undefined);

  // The story goes on while somebody looks at it.
  if (document.querySelector('[data-poll]') !== null) setInterval(() => { if (!document.hidden) redraw(); }, 3000);

  // How long ago the guest was looked at, counted from the moment the page came.
  const checked = document.querySelectorAll('[data-checked]');
  const loadedAt = performance.now();
  if (checked.length > 0) setInterval(() => checked.forEach((element) => { element.textContent = 'checked ' + words(secondsSince(loadedAt)); }), 1000);

  // Enter in the field of the name does nothing; a second click sends nothing.
  document.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.closest('[data-no-enter]') !== null) event.preventDefault(); });
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.sent === 'yes') event.preventDefault();
    event.target.dataset.sent = 'yes';
  });
  window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach((form) => { delete form.dataset.sent; }));

  // A request: greyed out once it is not what the server has now, or cannot be compared, or has been open too long.
  const request = document.querySelector('#request[data-watch]');
  if (request !== null) watchRequest(request);

  function watchRequest(shown) {
    const version = shown.dataset.version;
    const form = document.querySelector('#review');
    let touched = false;
    if (form !== null) form.addEventListener('input', () => { touched = true; });
    const greyOut = (isStale) => {
      const notice = document.querySelector('#stale-notice');
      notice.hidden = !isStale;
      document.querySelectorAll('[data-decision]').forEach((set) => { set.disabled = isStale; });
    };
    const look = async () => {
      if (document.hidden) return;
      try {
        const now = (await fresh()).querySelector('#request');
        if (now === null) return greyOut(true);
        if (now.dataset.version === version) return greyOut(secondsSince(loadedAt) > 590);
        if (touched) return greyOut(true);
        location.reload();
      } catch (trouble) {
        greyOut(true);
      }
    };
    setInterval(look, 10000);
    document.addEventListener('visibilitychange', look);
  }

  // A job: lines are added as they come, from the last one that is shown.
  const log = document.querySelector('#log[data-events]');
  if (log !== null) followJob(log);

  function followJob(list) {
    const status = document.querySelector('#stream-status');
    let last = Number(list.dataset.after);
    const say = (text) => { if (status.textContent !== text) status.textContent = text; };
    const span = (className, text) => { const element = document.createElement('span'); element.className = className; element.textContent = text; return element; };
    const add = (item) => {
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      list.append(item);
      if (atEnd) list.scrollTop = list.scrollHeight;
    };
    const addLine = (line) => {
      if (line.seq <= last) return;
      last = line.seq;
      const item = document.createElement('li');
      item.className = 'log-line log-' + line.level;
      const time = document.createElement('time');
      time.dateTime = line.time;
      time.textContent = line.time.slice(11, 19);
      item.append(span('log-seq', String(line.seq)), ' ', time, ' ', span('log-step', line.step === null ? '' : 'step ' + line.step), ' ', span('log-text', (line.level === 'info' ? '' : line.level + ': ') + line.text));
      add(item);
    };
    const open = () => {
      const source = new EventSource(list.dataset.events + '?after=' + last);
      source.addEventListener('open', () => say('live'));
      source.addEventListener('lines', (event) => JSON.parse(event.data).forEach(addLine));
      source.addEventListener('state', redraw);
      source.addEventListener('gap', () => {
        last = 0;
        list.replaceChildren();
        const item = document.createElement('li');
        item.className = 'log-line log-gap';
        item.textContent = 'gap: the log that was shown here is not the one that the server has; it starts again from its first line';
        add(item);
      });
      source.addEventListener('end', () => { source.close(); say('complete'); redraw(); });
      source.addEventListener('error', () => {
        say('connection lost; trying again from line ' + last);
        // After an answer that is not a stream the browser gives up by itself.
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
      });
    };
    open();
  }
})();
