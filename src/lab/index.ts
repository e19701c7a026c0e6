// The lab's door: reached by one dynamic import only.
export { startLab, type LabOptions, type RunningLab } from './start-lab';
export { freePort } from './free-port';
export { labFileOf, welcome } from './welcome';
