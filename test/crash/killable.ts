// A Sluice in a child process that a failpoint kills, and the story seen through it. The simulators and the database stand elsewhere
// and survive.
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Person, Story } from '../setup/story';
import type { Order, Told } from './sluice-process';

export class KillableSluice {
  private child: ChildProcess | null = null;
  private exit: Promise<NodeJS.Signals | number | null> = Promise.resolve(null);
  private url = '';

  constructor(private readonly story: Story) {}

  async start(): Promise<void> {
    const child = fork(join(__dirname, '../setup/sluice-process.js'), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    this.child = child;
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
    const told = await this.ask({ config: this.story.lab.config });
    this.url = 'url' in told ? told.url : '';
    await this.story.lab.connect(this.url);
  }

  async arm(point: string): Promise<void> {
    await this.ask({ arm: `${point}=kill` });
  }

  /** How the process ended: the signal, or its exit code. */
  ended(): Promise<NodeJS.Signals | number | null> {
    return this.exit;
  }

  async stop(): Promise<void> {
    if (this.child?.exitCode === null && this.child.signalCode === null) this.child.disconnect();
    await this.exit;
  }

  /** The story with this process as its Sluice. */
  seen(): Story {
    const url = (): string => this.url;
    return Object.create(this.story, { url: { get: url }, service: { value: service(url, this.story.lab.secrets.serviceToken) } }) as Story;
  }

  private ask(order: Order): Promise<Told> {
    const child = this.child;
    if (child === null) throw new Error('the process was not started');
    return new Promise((resolve, reject) => {
      child.once('message', (message) => {
        const told = message as Told;
        if ('failed' in told) reject(new Error(told.failed));
        else resolve(told);
      });
      child.once('exit', (code, signal) => reject(new Error(`Sluice's process ended with ${signal ?? code}`)));
      child.send(order);
    });
  }
}

function service(base: () => string, token: string): Person {
  const call = async <T>(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> => {
    const answer = await fetch(`${base()}${path}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: answer.headers };
  };
  return { get: (path) => call('GET', path, undefined), post: (path, body, headers) => call('POST', path, body ?? {}, headers) };
}
