export { serveAssets as uiConfigure } from './asset-files';
export { problemPage as uiProblemPage } from './problem-page';
export { UiModule } from './ui.module';
export type { LabParts, UiOptions } from './ui-parts';
export type { Names } from './view-models/names';
