import { pythonJson } from './python-json';

describe('Python\'s JSON', () => {
  it('separates with spaces, escapes beyond ASCII and keeps whole floats floats', () => {
    expect(pythonJson({ vcpus: 4, memory: 4, name: 'Zürich 😀', list: [1, null, true, { a: 'x"y' }] }, 'spaced')).toBe('{"vcpus": 4.0, "memory": 4, "name": "Z\\u00fcrich \\ud83d\\ude00", "list": [1, null, true, {"a": "x\\"y"}]}');
  });

  it('is compact and keeps letters in REST answers', () => {
    expect(pythonJson({ vcpus: 1.5, name: 'Zürich' }, 'compact')).toBe('{"vcpus":1.5,"name":"Zürich"}');
  });
});
