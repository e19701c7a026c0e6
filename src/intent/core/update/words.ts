// The name and people's part of the description.
import { isHumanText } from '../../../guest';
import { scrubText } from '../../../kernel';
import { text } from '../fields';
import { noted, joinParts, nothing, refused, steps, threeWay, type Concern } from './concern';

export const name: Concern = {
  fields: ['name'],
  draft: (scene) => {
    const field = scene.changed('name');
    if (field === undefined) return nothing;
    const { object, target: { link, seen: { config } } } = scene;
    const want = text(field.after);
    if (want === null) return refused('name.valid-and-free', object, 'the name is taken away', 'Give it a name.');
    const renamed = threeWay({ object, property: 'name', field, believed: text(field.before), want, live: config.name }, () => steps({ name: config.name }, { kind: 'name', before: config.name, after: want }));
    const hasCloudInit = link.kind === 'qemu' && config.usesCloudInit;
    return hasCloudInit && renamed.steps.length > 0 ? joinParts([renamed, noted('cloud-init.re-runs', object, 'its cloud-init data names it', 'cloud-init takes it for a new machine at its next boot: host keys and what runs once per machine are made anew.')]) : renamed;
  },
};

export const description: Concern = {
  fields: ['description'],
  draft: (scene) => {
    const field = scene.changed('description');
    if (field === undefined) return nothing;
    const { object, target: { seen: { config } } } = scene;
    const want = text(field.after) ?? '';
    const live = config.description.human;
    // Both values would be kept in the plan (P40).
    if ([want, live].some((value) => scrubText(value) !== value)) return refused('change.not-supported', object, 'the description, as it is or as it is wanted, holds what looks like a secret', 'Take it out by hand on both sides: a description is kept and shown.');
    if (!isHumanText(want)) return refused('change.not-supported', object, `description ${JSON.stringify(field.after)} holds a marker of Sluice`, 'Take the marker out of the description: Sluice writes it itself.');
    return threeWay({ object, property: 'description', field, believed: text(field.before) ?? '', want, live }, () => steps({ human: live }, { kind: 'description', before: live, after: want }));
  },
};
