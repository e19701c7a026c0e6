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
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const now = Date.now();
        buffered += chunk;
        for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
          const event = buffered.slice(0, end);
          buffered = buffered.slice(end + 2);
          // The state of the job is told when a listener has caught up: then it follows.
          if (event.startsWith('event: state')) { open += 1; if (open === order.listeners) process.send?.({ open }); }
          if (!event.startsWith('event: lines')) continue;
          const first = Number(/"seq":(\d+)/.exec(event.slice(0, 200))?.[1]);
          // Rows of one batch follow each other; what could be lost is a batch.
          if (first !== seen + 1) lost += 1;
          seen = Number(/^id: (\d+)$/m.exec(event.slice(0, 60))?.[1]);
          // One listener in ten looks into every line and measures; the others only count, or this process would be what is measured.
          if (n % 10 === 0) {
            const lines = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '[]') as readonly { readonly seq: number; readonly text: string }[];
            for (const [index, line] of lines.entries()) {
              if (line.seq !== first + index) lost += 1;
              latencies.push(now - Number(line.text));
            }
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
