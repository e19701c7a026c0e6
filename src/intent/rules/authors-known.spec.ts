import { contentOf, judged, vmDelete, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { authorsKnown } from './authors-known';

const guests = [{ netboxVmId: 5, vmid: 105, name: 'a' }];
const withAuthors = (scene: Scene, authors: readonly string[]): Scene => ({ ...scene, input: { content: { ...contentOf(scene), authors } } });
const deletion: Scene = { guests, diffs: [vmDelete(5, 'a')] };

describe('branch.authors-known', () => {
  it('passes a deletion whose authors are named, and a change whose authors are not', () => {
    expect(judged(authorsKnown, deletion)).toEqual([]);
    expect(judged(authorsKnown, withAuthors({ guests, diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] }, []))).toEqual([]);
  });
  it('P17 P30 refuses a deletion whose authors cannot be read', () => {
    expect(judged(authorsKnown, withAuthors(deletion, []))).toEqual(['branch change-1: nobody is named in its change log']);
  });
});
