// An id is not a string: handing a VMID where a plan id is wanted must not compile.
declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
