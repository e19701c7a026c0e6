import { complain, lookAtAll } from './watches';

afterEach(async () => complain(await lookAtAll()));
