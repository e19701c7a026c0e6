// The lab's door: reached by one dynamic import only.
export { startLab, type LabOptions, type RunningLab } from './start-lab';
export { welcome } from './welcome';
