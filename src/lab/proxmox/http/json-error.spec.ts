import { perlJsonError } from './json-error';

describe('what the JSON reader of the simulated Proxmox says', () => {
  it.each([
    ['{bad', `'"' expected, at character offset 1 (before "bad")`],
    ['{"vmid":', 'malformed JSON string, neither tag, array, object, number, string or atom, at character offset 8 (before "(end of string)")'],
    ['{"a" 1}', `':' expected, at character offset 5 (before "1}")`],
    ['{"a":1 "b":2}', ', or } expected while parsing object/hash, at character offset 7 (before ""b":2}")'],
    ['[1 2]', ', or ] expected while parsing array, at character offset 3 (before "2]")'],
    ['{"a":nul}', `'null' expected, at character offset 5 (before "nul}")`],
    ['{"a":"b', 'unexpected end of string while parsing JSON string, at character offset 7 (before "(end of string)")'],
    ['{} and so on and on and on', 'garbage after JSON object, at character offset 3 (before "and so on and on and...")'],
    ['{"a":[1,{"b":null}],"c":-1.5e3}', null],
  ])('%s', (text, said) => {
    expect(perlJsonError(text)).toBe(said);
  });
});
