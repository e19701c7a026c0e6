/** A v2 token (`nbt_KEY.SECRET`, NetBox 4.5+) goes behind `Bearer`, a v1 token behind `Token`: the shape tells, not a setting. */
export const authorizationFor = (token: string): string => (token.startsWith('nbt_') ? `Bearer ${token}` : `Token ${token}`);
