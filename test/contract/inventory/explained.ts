// Members of real answers that the simulators lack on purpose, each with its reason. This list may only shrink.
export const explainedMembers: Readonly<Record<string, string>> = {};
