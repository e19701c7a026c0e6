// Key of an actor (`person:<uuid>`, `netbox:<instance>:<user id>`) -> how people call them; a key without a name is shown as it is.
export type Names = Readonly<Record<string, string>>;
