/** 0 … 1: for jitter only, never for secrets. */
export const random = (): number => Math.random();
