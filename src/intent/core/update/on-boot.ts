// Whether the guest starts with its node: NetBox's `start_on_boot` (4.5 and later), Proxmox's `onboot`.
import { nothing, refused, steps, threeWay, type Concern } from './concern';

const asFlag = (value: unknown): boolean | null => (value === 'on' ? true : value === 'off' ? false : null);

export const onBoot: Concern = {
  fields: ['start_on_boot'],
  draft: (scene) => {
    const field = scene.changed('start_on_boot');
    if (field === undefined) return nothing;
    const { object, target: { seen: { config } } } = scene;
    const want = asFlag(field.after);
    if (want === null) return refused('create.on-boot', object, `start_on_boot ${JSON.stringify(field.after)}`, 'Proxmox knows on and off: set one of them.');
    return threeWay({ object, property: 'start on boot', field, believed: asFlag(field.before), want, live: config.onBoot }, () => steps({ onBoot: config.onBoot }, { kind: 'on-boot', before: config.onBoot, after: want }));
  },
};
