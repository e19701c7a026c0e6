// Starts a simulated NetBox 4.5.10 or 4.6.8 with netbox-branching 1.1.2 on a port of 127.0.0.1.
import { Application } from './application';
import { Control } from './control/control';
import { serve } from './http/server';
import type { NetBoxSimOptions, RunningNetBoxSim } from './options';
import { createUsers, runSeed } from './seed';
import { Saver } from './store/saver';
import { State } from './store/state';
import { readState, writeState } from './store/state-file';

export async function startNetBoxSim(options: NetBoxSimOptions): Promise<RunningNetBoxSim> {
  const { stateFile } = options;
  const earlier = stateFile === undefined ? undefined : readState(stateFile);
  const state = earlier ?? new State();
  state.version = options.version;
  let ready = false;
  const saver = new Saver(() => {
    if (ready && stateFile !== undefined) writeState(stateFile, state);
  });
  const save = (): void => saver.touch();
  const application = new Application(state, save);
  if (earlier === undefined) {
    createUsers(state, options.users);
    await runSeed(application, options.seed, 'http://netbox.lab');
  } else application.jobs.resume();
  ready = true;
  saver.now();
  const server = await serve(application, new Control(application, options.name, save), options.port ?? 0);
  return {
    url: server.url,
    close: async () => {
      await application.worker.close();
      await server.close();
      saver.now();
    },
  };
}
