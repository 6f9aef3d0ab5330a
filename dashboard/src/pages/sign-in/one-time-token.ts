/** The token of a one-time link. It stands behind the #, which browsers send to nobody. */
export const tokenInAddress = (): string =>
  new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
