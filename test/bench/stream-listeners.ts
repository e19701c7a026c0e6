// A child process full of listeners: plain HTTP, so that the client costs as little as it can on the shared cores.
import { request } from 'node:http';

interface Order { readonly url: string; readonly token: string; readonly listeners: number; readonly lines: number; readonly silentSeconds: number }

process.once('message', (message) => {
  const order = message as Order;
  const latencies: number[] = [];
  let lost = 0;
  let open = 0;
  let ended = 0;
  for (let n = 0; n < order.listeners; n++) {
    let buffered = '';
    let seen = 0;
    const call = request(order.url, { headers: { Authorization: `Bearer ${order.token}`, Accept: 'text/event-stream' } }, (response) => {
      open += 1;
      if (open === order.listeners) process.send?.({ open });
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const now = Date.now();
        buffered += chunk;
        for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
          const event = buffered.slice(0, end);
          buffered = buffered.slice(end + 2);
          if (!event.includes('event: lines')) continue;
          const data = /^data: (.*)$/m.exec(event)?.[1] ?? '[]';
          const lines = JSON.parse(data) as readonly { readonly seq: number; readonly text: string }[];
          for (const line of lines) {
            if (line.seq !== seen + 1) lost += 1;
            seen = line.seq;
            // Every listener counts what it has; one in ten measures, which is enough for a percentile.
            if (n % 10 === 0) latencies.push(now - Number(line.text));
          }
          if (seen === order.lines) { ended += 1; if (ended === order.listeners) finish(); }
        }
      });
    });
    call.on('error', () => { lost += 1; });
    call.end();
  }
  const finish = (): void => {
    latencies.sort((a, b) => a - b);
    const at = (p: number): number => latencies[Math.floor((latencies.length - 1) * p)] ?? NaN;
    process.send?.({ result: { p50: at(0.5), p99: at(0.99), lost, ended } }, () => process.exit(0));
  };
  setTimeout(finish, order.silentSeconds * 1000).unref();
});
